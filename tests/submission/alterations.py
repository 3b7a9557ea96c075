"""Ways in which a submission may have been altered: each changes a board's files and says which field gives it away."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from tests.submission.conftest import Board

Alteration = Callable[[Board, random.Random], str]
ALTERATIONS: dict[str, Alteration] = {}


def alteration(how: Alteration) -> Alteration:
    ALTERATIONS[how.__name__.replace("_", " ")] = how
    return how


def some_run(board: Board, chance: random.Random, *kinds: str) -> str:
    return chance.choice([run for kind in kinds or ("train",) for run in board.ids(kind)])


def in_record(board: Board, run: str, how: Callable[[Any], object]) -> None:
    board.change(f"runs/{run}.json", how)


def in_plan(board: Board, how: Callable[[Any], object]) -> None:
    board.change("plan.json", how)


def put(value: Any, *path: str | int, to: Any) -> None:
    for step in path[:-1]:
        value = value[step]
    value[path[-1]] = to(value[path[-1]]) if callable(to) else to


def factor(chance: random.Random) -> float:
    return 1 + chance.choice([-1, 1]) * 10 ** chance.uniform(-7, -0.3)


# Scores and items


@alteration
def a_better_metric(board, chance):
    metric = chance.choice(["mse", "mae"])
    in_record(
        board,
        some_run(board, chance, "train", "baseline"),
        lambda r: put(r, "metrics", metric, to=lambda v: v * factor(chance)),
    )
    return f"metrics.{metric}"


@alteration
def a_metric_left_out(board, chance):
    in_record(board, some_run(board, chance), lambda r: r["metrics"].pop("mae"))
    return "metrics"


@alteration
def a_metric_more(board, chance):
    in_record(board, some_run(board, chance), lambda r: r["metrics"].update(rmse=0.1))
    return "metrics"


@alteration
def a_smaller_error_of_the_test_set(board, chance):
    field = chance.choice(["std", "low", "high"])
    in_record(
        board, some_run(board, chance), lambda r: put(r, "test_error", "mse", field, to=lambda v: v * factor(chance))
    )
    return f"test_error.mse.{field}"


@alteration
def no_error_of_the_test_set(board, chance):
    in_record(board, some_run(board, chance), lambda r: r.update(test_error={}))
    return "test_error.mse"


@alteration
def an_item_changed(board, chance):
    run = some_run(board, chance)
    board.change(
        f"items/{run}.json.gz",
        lambda items: put(items, "squared_error", chance.randrange(28), to=lambda v: v * factor(chance)),
    )
    return "items_sha256"


@alteration
def an_item_changed_and_its_hash(board, chance):
    column = chance.choice(["squared_error", "absolute_error"])
    board.change_items(
        some_run(board, chance), lambda items: put(items, column, chance.randrange(28), to=lambda v: v * 1.01)
    )
    return "metrics."


@alteration
def the_worst_item_left_out(board, chance):
    run = some_run(board, chance)

    def leave_out(items):
        worst = max(range(28), key=lambda index: items["squared_error"][index] / items["count"][index])
        for column in items.values():
            del column[worst]

    board.change_items(run, leave_out)
    items = board.read(f"items/{run}.json.gz")
    for metric, column in (("mse", "squared_error"), ("mae", "absolute_error")):
        in_record(
            board, run, lambda r, m=metric, c=column: put(r, "metrics", m, to=sum(items[c]) / sum(items["count"]))
        )
    return "count"


@alteration
def counts_that_are_larger(board, chance):
    board.change_items(some_run(board, chance), lambda items: put(items, "count", to=lambda v: [2 * one for one in v]))
    return "count"


@alteration
def items_of_another_run(board, chance):
    one, other = chance.sample(board.ids("train"), 2)
    (board.folder / f"items/{one}.json.gz").write_bytes((board.folder / f"items/{other}.json.gz").read_bytes())
    return "items_sha256"


@alteration
def negative_errors(board, chance):
    board.change_items(some_run(board, chance), lambda items: put(items, "squared_error", 0, to=-1.0))
    return "squared_error"


@alteration
def items_missing(board, chance):
    (board.folder / f"items/{some_run(board, chance)}.json.gz").unlink()
    return "items/"


@alteration
def a_hash_changed(board, chance):
    in_record(board, some_run(board, chance), lambda r: put(r, "items_sha256", to=lambda v: v[::-1]))
    return "items_sha256"


# Who the run is


@alteration
def a_file_renamed(board, chance):
    path = board.folder / f"runs/{some_run(board, chance, 'train', 'tune')}.json"
    path.rename(path.with_name(f"{chance.getrandbits(64):016x}.json"))
    return "id"


@alteration
def a_record_of_a_run_that_was_not_planned(board, chance):
    run = some_run(board, chance, "tune")
    in_plan(board, lambda plan: put(plan, "runs", to=lambda v: [one for one in v if one["id"] != run]))
    return "id"


@alteration
def another_seed(board, chance):
    in_record(board, some_run(board, chance), lambda r: put(r, "seed", to=lambda v: v + 10))
    return "seed"


@alteration
def a_seed_swapped_for_a_better_one(board, chance):
    def reseed(one):
        one["seed"] = one["resolved"]["seed"] = 17

    board.change_run(some_run(board, chance), reseed)
    return "seed"


@alteration
def a_bad_seed_left_out(board, chance):
    run = some_run(board, chance)
    in_plan(board, lambda plan: put(plan, "runs", to=lambda v: [one for one in v if one["id"] != run]))
    for name in (f"runs/{run}.json", f"items/{run}.json.gz"):
        (board.folder / name).unlink()
    return "seeds"


@alteration
def another_models_name(board, chance):
    in_record(board, some_run(board, chance, "train", "tune"), lambda r: put(r, "model", to=lambda v: "gru"))
    return "model"


@alteration
def another_kind(board, chance):
    in_record(board, some_run(board, chance), lambda r: put(r, "kind", to="tune"))
    return "kind"


@alteration
def another_task(board, chance):
    in_record(board, some_run(board, chance), lambda r: put(r, "task", to="forecasting/chaotic"))
    return "task"


@alteration
def resolved_inputs_changed(board, chance):
    field = chance.choice(["batch", "weight_decay", "clip", "evaluations"])
    in_record(board, some_run(board, chance), lambda r: put(r, "resolved", "recipe", field, to=lambda v: v * 2 + 1))
    return "id"


# Budget and recipe


@alteration
def one_row_on_a_recipe_of_its_own(board, chance):
    field = chance.choice(["batch", "weight_decay", "clip", "beta2", "final"])
    board.change_run(
        some_run(board, chance),
        lambda one: put(one, "resolved", "recipe", field, to=lambda v: v / 2 if isinstance(v, float) else v * 2),
    )
    return f"recipe.{field}"


@alteration
def one_row_on_a_larger_budget(board, chance):
    board.change_run(some_run(board, chance), lambda one: put(one, "resolved", "budget", "steps", to=lambda v: v * 2))
    return "budget.steps"


@alteration
def one_row_tuned_on_another_share(board, chance):
    board.change_run(some_run(board, chance, "tune"), lambda one: put(one, "resolved", "budget", "steps", to=500))
    return "budget.steps"


@alteration
def more_parameters_than_the_budget(board, chance):
    board.change_run(some_run(board, chance), lambda one: put(one, "core_params", to=lambda v: round(v * 1.05)))
    return "core_params"


@alteration
def more_steps_than_the_budget(board, chance):
    def train_on(record):
        record["steps"] = record["history"][-1]["step"] = record["best_step"] = record["steps"] + 100

    in_record(board, some_run(board, chance), train_on)
    return "steps"


@alteration
def a_rate_that_tuning_did_not_choose(board, chance):
    in_record(board, some_run(board, chance), lambda r: put(r, "chosen", "learning_rate", to=lambda v: v * 3))
    return "chosen"


@alteration
def a_tuning_run_made_the_best(board, chance):
    chosen = {board.read(f"runs/{run}.json")["chosen"]["learning_rate"] for run in board.ids("train", "lstm")}
    others = [
        run
        for run in board.ids("tune", "lstm")
        if board.read(f"runs/{run}.json")["resolved"]["recipe"]["learning_rate"] not in chosen
    ]

    def improve(record):
        for point in record["history"]:
            point["validation_loss"] /= 10
        record["best_validation_loss"] /= 10

    in_record(board, chance.choice(others), improve)
    return "chosen"


# The course of training


@alteration
def another_end(board, chance):
    status = chance.choice(["diverged", "failed", "timeout"])
    in_record(board, some_run(board, chance), lambda r: r.update(status=status, reason="made up"))
    return "metrics"


@alteration
def a_good_run_said_to_diverge(board, chance):
    run = some_run(board, chance)
    in_record(board, run, lambda r: r.update(status="diverged", reason="made up", metrics={}, test_error={}))
    return "status"


@alteration
def the_best_step_moved(board, chance):
    in_record(board, some_run(board, chance, "train", "tune"), lambda r: put(r, "best_step", to=lambda v: v - 1))
    return "best_step"


@alteration
def a_better_validation_loss(board, chance):
    in_record(
        board, some_run(board, chance, "train", "tune"), lambda r: put(r, "best_validation_loss", to=lambda v: v * 0.9)
    )
    return "best_validation_loss"


@alteration
def a_history_with_a_better_point(board, chance):
    in_record(
        board, some_run(board, chance), lambda r: put(r, "history", chance.randrange(8), "validation_loss", to=1e-3)
    )
    return "best_validation_loss"


@alteration
def a_history_cut_short(board, chance):
    in_record(board, some_run(board, chance), lambda r: put(r, "history", to=lambda v: v[:-1]))
    return "history"


@alteration
def an_evaluation_moved(board, chance):
    in_record(
        board,
        some_run(board, chance),
        lambda r: put(r, "history", chance.randrange(7), "step", to=lambda v: v + chance.choice([-1, 1])),
    )
    return "step"


@alteration
def an_evaluation_more(board, chance):
    def add(record):
        between = {
            **record["history"][3],
            "step": record["history"][3]["step"] + 1,
            "positions": record["history"][3]["positions"] + 1,
        }
        record["history"].insert(4, between)

    in_record(board, some_run(board, chance), add)
    return "history"


@alteration
def positions_that_no_other_model_read(board, chance):
    in_record(
        board,
        some_run(board, chance),
        lambda r: put(r, "history", chance.randrange(7), "positions", to=lambda v: v + 32),
    )
    return "positions"


@alteration
def a_rate_above_the_chosen_one(board, chance):
    in_record(board, some_run(board, chance), lambda r: put(r, "history", 2, "learning_rate", to=lambda v: v * 40))
    return "learning_rate"


@alteration
def a_smaller_state(board, chance):
    in_record(board, some_run(board, chance), lambda r: put(r, "state_bytes", to=lambda v: v + 4))
    return "state_bytes"


# The plan


@alteration
def the_plan_says_something_else(board, chance):
    path, to = chance.choice(
        [
            (("numerics",), 2),
            (("device",), "cuda"),
            (("core_params",), 40000),
            (("budget", "steps"), 1000),
            (("budget", "core_params"), 10000),
            (("seeds",), [0, 1, 2, 3]),
            (("seeds",), [0, 1, 2, 3, 4, 5]),
            (("tune", "learning_rate"), [0.001, 0.003]),
            (("tune", "share"), 1.0),
            (("tune",), None),
            (("tasks", 0, "fingerprint"), "0" * 64),
            (("tasks", 0, "task_version"), 7),
            (("tasks", 0, "fields", "horizon"), 12),
            (("tasks", 0, "counts", "test", "rows"), 1000),
            (("tasks", 0, "metrics", 0, "direction"), "max"),
            (("tasks", 0, "label"), "forecasting/easy"),
            (("tasks", 0, "dataset"), "chaotic"),
            (("models", 0, "version"), 9),
            (("models", 0, "label"), "ours"),
            (("models", 0, "overrides"), {"batch": 64}),
            (("runs", 0, "resolved", "numerics"), 3),
        ]
    )
    in_plan(board, lambda plan: put(plan, *path, to=lambda _: to))
    return ""


@alteration
def a_row_said_to_be_skipped(board, chance):
    in_plan(
        board, lambda plan: plan["skips"].append({"task": "forecasting/state-space", "model": "lstm", "reason": "no"})
    )
    return "seeds"


@alteration
def no_baseline(board, chance):
    for run in board.ids("baseline"):
        for name in (f"runs/{run}.json", f"items/{run}.json.gz"):
            (board.folder / name).unlink()
    in_plan(board, lambda plan: put(plan, "runs", to=lambda v: [one for one in v if one["kind"] != "baseline"]))
    return "tasks."


# Files that are no such files


@alteration
def not_strict_json(board, chance):
    path = board.folder / f"runs/{some_run(board, chance)}.json"
    text = path.read_text()
    start = text.index("{")
    path.write_text(
        chance.choice(
            [
                text[: len(text) // 2],
                text[: start + 1] + '"metrics": {"mse": 0.1},' + text[start + 1 :],
                text.replace('"wall_s": ', '"wall_s": NaN, "x": ', 1),
                text.replace('"wall_s": ', '"wall_s": 1e999, "x": ', 1),
                text[: start + 1] + '"extra": 1,' + text[start + 1 :],
                "[" * 100_000,
            ]
        )
    )
    return "runs/"


@alteration
def items_that_are_none(board, chance):
    path = board.folder / f"items/{some_run(board, chance)}.json.gz"
    content = path.read_bytes()
    path.write_bytes(chance.choice([content[:100], b"", b"PK\3\4", content[:-4] + b"\0\0\0\0"]))
    return "items/"


@alteration
def a_file_that_is_no_record(board, chance):
    name = chance.choice(["runs/install.sh", "items/x.pkl", "setup.py", "runs/../evil", "items/.hidden.json.gz"])
    (board.folder / name).write_text("x")
    return ""
