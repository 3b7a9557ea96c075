"""A small board cut out of a published one, and a way to change its files as a cheat or a careless hand would."""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from rnnbench.records.run_id import run_id

PUBLISHED = Path(__file__).parents[2] / "results" / "published"
TASK = "forecasting/state-space"
MODELS = ("elman", "lstm", "transformer")


@dataclass(frozen=True)
class Board:
    """A results folder whose files are read and written as plain JSON."""

    folder: Path

    def read(self, name: str) -> Any:
        content = (self.folder / name).read_bytes()
        return json.loads(gzip.decompress(content) if name.endswith(".gz") else content)

    def write(self, name: str, value: Any) -> bytes:
        """As the harness writes it; returns what was packed."""
        indent, separators = (None, (",", ":")) if name.endswith(".gz") else (1, None)
        content = (json.dumps(value, sort_keys=True, indent=indent, separators=separators) + "\n").encode()
        (self.folder / name).parent.mkdir(exist_ok=True, parents=True)
        (self.folder / name).write_bytes(gzip.compress(content, mtime=0) if name.endswith(".gz") else content)
        return content

    @property
    def plan(self) -> Any:
        return self.read("plan.json")

    def change(self, name: str, how: Callable[[Any], object]) -> None:
        """Read a file, let ``how`` change its value, and write it."""
        value = self.read(name)
        how(value)
        self.write(name, value)

    def ids(self, kind: str, model: str | None = None) -> list[str]:
        return [run["id"] for run in self.plan["runs"] if run["kind"] == kind and model in (None, run["model"])]

    def change_items(self, run: str, how: Callable[[Any], object]) -> None:
        """Change a run's items and the hash in its record, as one who knows the format does."""
        items = self.read(f"items/{run}.json.gz")
        how(items)
        digest = hashlib.sha256(self.write(f"items/{run}.json.gz", items)).hexdigest()
        self.change(f"runs/{run}.json", lambda record: record.update(items_sha256=digest))

    def change_run(self, run: str, how: Callable[[Any], object]) -> str:
        """Change what a run resolved to, in plan and record, and its id with it: every hash is right again."""
        plan, record = self.plan, self.read(f"runs/{run}.json")
        planned = next(one for one in plan["runs"] if one["id"] == run)
        for one in (planned, record):
            how(one)
            one["id"] = run_id(one["resolved"])
        self.write("plan.json", plan)
        self.write(f"runs/{record['id']}.json", record)
        (self.folder / f"runs/{run}.json").unlink()
        if record["items_sha256"]:
            (self.folder / f"items/{run}.json.gz").rename(self.folder / f"items/{record['id']}.json.gz")
        return str(record["id"])


def cut(source: Path, folder: Path, task: str = TASK, models: tuple[str, ...] = MODELS) -> Board:
    """One task and a few models of a published board, as if the suite had asked for no more."""
    board = Board(folder)
    plan = json.loads((source / "plan.json").read_bytes())
    plan["tasks"] = [one for one in plan["tasks"] if one["label"] == task]
    plan["models"] = [one for one in plan["models"] if one["label"] in models]
    plan["skips"] = [one for one in plan["skips"] if one["task"] == task and one["model"] in models]
    references = ("baseline", "optimum")
    plan["runs"] = [
        run for run in plan["runs"] if run["task"] == task and (run["model"] in models or run["kind"] in references)
    ]
    board.write("plan.json", plan)
    for run in plan["runs"]:
        for name in (f"runs/{run['id']}.json", f"items/{run['id']}.json.gz"):
            if (source / name).exists():
                (folder / name).parent.mkdir(exist_ok=True)
                shutil.copyfile(source / name, folder / name)
    return board


@pytest.fixture(scope="session")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Board:
    """The small board, to be read only."""
    return cut(PUBLISHED / "forecasting", tmp_path_factory.mktemp("honest"))


@pytest.fixture
def board(honest: Board, tmp_path: Path) -> Board:
    """A copy of the small board, to be changed."""
    return Board(Path(shutil.copytree(honest.folder, tmp_path / "board")))
