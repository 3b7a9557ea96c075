"""Boards that are honest, and what honest people do to one: each has to be accepted."""

from __future__ import annotations

import gzip
import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path

from tests.submission.conftest import PUBLISHED, Board, cut

from rnnbench.leaderboard import write_all
from rnnbench.submission.merge import merge

CORPUS = Path(__file__).parents[1] / "corpus"
Handling = Callable[[Board, random.Random], "Board | None"]
HANDLINGS: dict[str, Handling] = {}


def handling(how: Handling) -> Handling:
    HANDLINGS[how.__name__.replace("_", " ")] = how
    return how


def base_boards() -> list[tuple[Path, str]]:
    """(Published folder, task) of every table that is published, and every board of the corpus as a whole."""
    found = []
    for plan in sorted(PUBLISHED.rglob("plan.json")):
        tasks = json.loads(plan.read_bytes())["tasks"]
        found += [(plan.parent, task["label"]) for task in tasks]
    return found + [(plan.parent, "") for plan in sorted(CORPUS.rglob("plan.json"))]


def small_board(source: Path, task: str, folder: Path) -> Board:
    """A table of a published board with its first three models that run on it, or a whole board of the corpus."""
    if not task:
        return Board(Path(shutil.copytree(source, folder)))
    plan = json.loads((source / "plan.json").read_bytes())
    ran = [run["model"] for run in plan["runs"] if run["task"] == task and run["kind"] == "train"]
    plan_models = [model["label"] for model in plan["models"] if model["label"] in ran]
    return cut(source, folder, task, tuple(plan_models[:3]))


def records(board: Board) -> list[str]:
    return sorted(path.name for path in (board.folder / "runs").iterdir())


def trained(board: Board) -> list[str]:
    """Records that can be missing where the others are there: no run is trained before its tuning runs are done."""
    return [name for name in records(board) if board.read(f"runs/{name}")["kind"] == "train"]


def take_out(board: Board, name: str) -> None:
    (board.folder / "runs" / name).unlink()
    (board.folder / "items" / name).with_suffix(".json.gz").unlink(missing_ok=True)


@handling
def as_it_is(board, chance):
    pass


@handling
def written_by_another_json_writer(board, chance):
    for name in ("plan.json", *(f"runs/{each}" for each in records(board))):
        value = board.read(name)
        pairs = list(value.items())
        chance.shuffle(pairs)
        text = json.dumps(dict(pairs), indent=chance.choice([None, 1, 4]), ensure_ascii=chance.random() < 0.5)
        (board.folder / name).write_text(text, encoding="utf-8")


@handling
def runs_and_models_listed_in_another_order(board, chance):
    def shuffled(plan):
        for field in ("runs", "models", "tasks", "skips"):
            chance.shuffle(plan[field])

    board.change("plan.json", shuffled)


@handling
def packed_again(board, chance):
    for path in (board.folder / "items").iterdir():
        path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes()), chance.randrange(1, 10)))


@handling
def made_on_a_slower_machine(board, chance):
    slower = chance.uniform(1.5, 20)

    def elsewhere(record):
        for field in ("wall_s", "train_s", "eval_s", "cpu_s", "build_s"):
            if isinstance(record.get(field), int | float):
                record[field] *= slower
        if isinstance(record.get("positions_per_s"), int | float):
            record["positions_per_s"] /= slower
        for field, value in (("host", "another"), ("cpu", "Another CPU, AVX2"), ("python", "3.13.1")):
            if field in (record.get("provenance") or {}):
                record["provenance"][field] = value

    for name in records(board):
        board.change(f"runs/{name}", elsewhere)


@handling
def not_finished_yet(board, chance):
    for name in chance.sample(trained(board), len(trained(board)) // 3):
        take_out(board, name)


@handling
def a_run_failed(board, chance):
    if not trained(board):
        return
    name = chance.choice(trained(board))
    status, reason = chance.choice([("oom", "7 GB held"), ("timeout", "after a day"), ("crashed", "killed by SIGKILL")])
    kept = ("id", "kind", "task", "model", "seed", "resolved", "fields", "provenance")

    def failed(record):
        for field in [field for field in record if field not in kept]:
            del record[field]
        record.update(status=status, reason=reason)

    board.change(f"runs/{name}", failed)
    (board.folder / "items" / name).with_suffix(".json.gz").unlink(missing_ok=True)


@handling
def with_its_tables_and_a_readme(board, chance):
    write_all(board.folder)
    (board.folder / "README.md").write_text("How this was made.\n")


@handling
def with_some_of_its_tables(board, chance):
    write_all(board.folder)
    tables = sorted(board.folder.glob("leaderboard.*"))
    for table in chance.sample(tables, len(tables) // 2):
        table.unlink()


@handling
def with_logs_and_an_empty_lock(board, chance):
    (board.folder / "logs").mkdir(exist_ok=True)
    for name in records(board)[:3]:
        (board.folder / "logs" / name).with_suffix(".log").write_text("step 1\nstep 2\n")
    (board.folder / ".lock").touch()


@handling
def put_together_from_two_machines(board, chance):
    parts = []
    for part in (0, 1):
        folder = board.folder.with_name(f"part-{part}")
        shutil.copytree(board.folder, folder, ignore=shutil.ignore_patterns("leaderboard.*", "efficiency.csv"))
        for name in trained(board)[part::2]:
            take_out(Board(folder), name)
        parts.append(folder)
    chance.shuffle(parts)
    out = board.folder.with_name("together")
    merge(parts, out)
    return Board(out)


@handling
def run_by_two_people_and_merged(board, chance):
    other = Board(Path(shutil.copytree(board.folder, board.folder.with_name("other"))))
    made_on_a_slower_machine(other, chance)
    for folder in (board.folder, other.folder):
        for table in (*folder.glob("leaderboard.*"), *folder.glob("efficiency.csv"), *folder.glob("verified.json")):
            table.unlink()
    out = board.folder.with_name("together")
    merge([board.folder, other.folder], out)
    return Board(out)
