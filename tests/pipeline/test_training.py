"""Training: the same bits whether interrupted or not, for every model; budgets kept; the best weights returned."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.pipeline.conftest import MODELS, TASKS, tiny_suite

from rnnbench.base.numerics import NUMERICS
from rnnbench.contract.datasets import Split
from rnnbench.contract.execution import Finished
from rnnbench.discovery import discover
from rnnbench.execute.job import make_job
from rnnbench.execute.run import run
from rnnbench.plan import Assignment, Draft
from rnnbench.records.schema import Kind, Record, Status
from rnnbench.train.checkpoint_files import Stopped

Drafts = Callable[[str], Draft]
GOLDEN = Path(__file__).with_name("golden_losses.json")


def trained(draft: Draft) -> list[Assignment]:
    return [one for one in draft.assignments.values() if one.run.kind is Kind.TRAIN]


def carry_out(assignment: Assignment, folder: Path, stops: tuple[int, ...] = ()) -> tuple[Record, Any]:
    """The record and items of a run, stopped after these numbers of steps."""

    def carry_on(stopping: Callable[[], bool]) -> Finished:
        return run(make_job(assignment, folder, "cpu", 1e9), discover(), lambda _: None, stopping)

    for steps in stops:
        counter = itertools.count(1)
        with pytest.raises(Stopped):
            carry_on(lambda: next(counter) == steps)  # noqa: B023
    finished = carry_on(lambda: False)
    return finished.record, finished.items


def numbers(record: Record) -> dict[str, Any]:
    """What of a record must repeat."""
    return record.model_dump(
        include={
            "status",
            "metrics",
            "test_error",
            "history",
            "best_step",
            "best_validation_loss",
            "steps",
            "positions",
        }
    )


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("model", MODELS)
def test_a_run_stopped_three_times_ends_with_the_same_bits(
    model: str, task: str, draft_of: Drafts, tmp_path: Path
) -> None:
    recipe = "{embedding: 12, batch: 50, evaluations: 3, learning_rate: 0.01, dropout: 0.1}"
    draft = draft_of(tiny_suite(models=(model,), tasks=(task,), recipe=recipe))
    if not trained(draft):
        assert draft.plan.skips
        return
    (assignment,) = trained(draft)
    straight, items = carry_out(assignment, tmp_path / "straight")
    stopped, items_of_stopped = carry_out(assignment, tmp_path / "stopped", stops=(1, 3, 7))
    assert straight.status is Status.DONE
    assert numbers(stopped) == numbers(straight)
    assert items_of_stopped == items
    assert (straight.resumed, stopped.resumed) == (0, 3)


@pytest.mark.parametrize(("budget", "steps"), [("steps: 5", 5), ("tokens: 1500", None), ("epochs: 1.5", 38)])
def test_every_kind_of_budget_ends_training(budget: str, steps: int | None, draft_of: Drafts, tmp_path: Path) -> None:
    (assignment,) = trained(
        draft_of(tiny_suite(models=("lstm",), tasks=("sentiment",), budget=f"{{core_params: 8600, {budget}}}"))
    )
    record, _ = carry_out(assignment, tmp_path)
    assert len(record.history) == 3
    assert record.history[-1].step == record.steps
    if steps is None:
        assert 1500 <= record.positions < 1500 + 8 * 40
    else:
        assert record.steps == steps  # 200 rows in batches of 8: 25 steps an epoch, and the half rounds up to 13


def test_early_stopping_ends_a_run_that_no_longer_improves(draft_of: Drafts, tmp_path: Path) -> None:
    recipe = "{embedding: 12, batch: 8, evaluations: 30, patience: 2, learning_rate: 100.0, schedule: constant}"
    draft = draft_of(
        tiny_suite(models=("elman",), tasks=("sentiment",), recipe=recipe, budget="{core_params: 8600, steps: 60}")
    )
    record, _ = carry_out(trained(draft)[0], tmp_path)
    losses = [point.validation_loss for point in record.history]
    assert record.steps < 60
    assert min(losses) == losses[-3] == record.best_validation_loss


def test_a_loss_that_is_not_finite_is_an_outcome_with_its_reason(draft_of: Drafts, tmp_path: Path) -> None:
    recipe = "{embedding: 12, batch: 8, learning_rate: 1000.0, clip: null, schedule: constant, optimizer: sgd}"
    draft = draft_of(
        tiny_suite(models=("elman",), tasks=("forecasting",), recipe=recipe, budget="{core_params: 8600, steps: 200}")
    )
    record, items = carry_out(trained(draft)[0], tmp_path)
    assert record.status is Status.DIVERGED
    assert record.reason is not None
    assert "is not finite at step" in record.reason
    assert items is None
    assert not record.metrics


def test_no_test_row_is_read_before_training_is_over(
    draft_of: Drafts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assignment = trained(draft_of(tiny_suite(models=("lstm",), tasks=("translation",))))[0]
    read: list[tuple[str, int]] = []
    steps = 0
    arrays, rows = type(assignment.prepared).arrays, type(assignment.prepared).test_rows

    def spy_arrays(self: Any, split: Split) -> Any:
        read.append((str(split), steps))
        return arrays(self, split)

    def spy_rows(self: Any) -> Any:
        read.append(("test rows", steps))
        return rows(self)

    def stopping() -> bool:
        nonlocal steps
        steps += 1
        return False

    monkeypatch.setattr(type(assignment.prepared), "arrays", spy_arrays)
    monkeypatch.setattr(type(assignment.prepared), "test_rows", spy_rows)
    run(make_job(assignment, tmp_path, "cpu", 1e9), discover(), lambda _: None, stopping)
    assert {at for what, at in read if what.startswith("test")} == {11}, "twelve steps, the last of which asks no more"
    assert {at for what, at in read if not what.startswith("test")} <= {0, 11}


def test_all_models_read_the_same_data_in_the_same_order(
    draft_of: Drafts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: dict[str, list[int]] = {}
    for assignment in trained(draft_of(tiny_suite(models=("lstm", "transformer"), tasks=("sentiment",)))):
        task = type(assignment.task.task)
        batches = task.batches
        rows = seen[assignment.run.model] = []

        def spy(self: Any, *arguments: Any, batches: Any = batches, rows: list[int] = rows) -> Any:
            for batch in batches(self, *arguments):
                rows.extend(batch.rows.tolist())
                yield batch

        with monkeypatch.context() as patched:
            patched.setattr(task, "batches", spy)
            carry_out(assignment, tmp_path)
    assert seen["lstm"] == seen["transformer"]
    assert len(seen["lstm"]) == 12 * 8


def test_two_labels_of_one_model_start_from_different_weights(draft_of: Drafts, tmp_path: Path) -> None:
    text = tiny_suite(models=("lstm", "{model: lstm, label: other}"), tasks=("sentiment",))
    losses = {carry_out(one, tmp_path)[0].best_validation_loss for one in trained(draft_of(text))}
    assert len(losses) == 2


def golden_losses(draft_of: Drafts, folder: Path) -> dict[str, float]:
    """The training loss over ten steps of every pair."""
    recipe = "{embedding: 12, batch: 8, evaluations: 1, learning_rate: 0.01, dropout: 0.1}"
    draft = draft_of(tiny_suite(models=MODELS, recipe=recipe, budget="{core_params: 8600, steps: 10}"))
    return {
        f"{one.run.task} {one.run.model}": carry_out(one, folder)[0].history[0].train_loss for one in trained(draft)
    }


def test_golden_losses_move_only_with_the_numerics(draft_of: Drafts, tmp_path: Path) -> None:
    """Where they move on purpose: raise ``NUMERICS``, remove the file and run this test once."""
    losses = golden_losses(draft_of, tmp_path)
    assert len(losses) == 26
    if not GOLDEN.exists():
        GOLDEN.write_text(json.dumps({"numerics": NUMERICS, "losses": losses}, indent=1) + "\n", encoding="utf-8")
        pytest.fail(f"wrote {GOLDEN.name}: look at it, commit it, run again")
    golden = json.loads(GOLDEN.read_text(encoding="utf-8"))
    assert golden["numerics"] == NUMERICS, "numerics was raised: the golden losses must be made anew"
    assert losses == pytest.approx(golden["losses"], rel=1e-4), "numbers moved: raise rnnbench.base.numerics.NUMERICS"


def test_a_core_that_carries_no_state_is_reset_and_scored_by_a_window_that_is_named(
    draft_of: Drafts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a state to carry, an LSTM that only sees its window is the LSTM itself, started anew in each."""
    from rnnbench_models.lstm import LSTM

    (assignment,) = trained(draft_of(tiny_suite(models=("lstm",), tasks=("language-modelling",))))
    carried, items = carry_out(assignment, tmp_path / "carried")
    monkeypatch.setattr(LSTM, "carries_state", False)
    reset, items_of_reset = carry_out(assignment, tmp_path / "reset")
    assert reset.status is Status.DONE
    assert reset.notes == ("no carried state: scored by a sliding window of 8 steps",)
    assert carried.notes == ()
    assert reset.history != carried.history, "the state was not reset between segments of training"
    assert items is not None
    assert items_of_reset is not None
    for column in ("tokens", "words", "bytes"):
        assert items_of_reset[column] == items[column], "each token is scored once either way"


def test_a_core_that_carries_no_state_needs_no_window_where_no_batch_goes_on_from_another(
    draft_of: Drafts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rnnbench_models.lstm import LSTM

    rows = "{train_rows: 64, validation_rows: 16, test_rows: 16, delay: 10, count: 3}"
    task = f"{{task: copy-memory, dataset: {{name: delayed-symbols, fields: {rows}}}}}"
    text = tiny_suite(models=("lstm",), tasks=()).replace("tasks:", f"tasks: [{task}]")
    (assignment,) = trained(draft_of(text))
    carried, items = carry_out(assignment, tmp_path / "carried")
    monkeypatch.setattr(LSTM, "carries_state", False)
    without, items_without = carry_out(assignment, tmp_path / "without")
    assert without.notes == carried.notes == ()
    assert without.history == carried.history
    assert items_without == items


def test_without_teacher_forcing_a_decoder_reads_its_own_predictions(draft_of: Drafts, tmp_path: Path) -> None:
    def history(recipe: str) -> Any:
        text = tiny_suite(models=("gru",), tasks=("translation",), recipe=recipe)
        return carry_out(trained(draft_of(text))[0], tmp_path)[0].history

    usual = "{embedding: 12, batch: 8, evaluations: 3, learning_rate: 0.01"
    forced = history(usual + "}")
    assert history(usual + ", teacher_forcing: 1.0, teacher_forcing_final: 1.0}") == forced
    mixed = history(usual + ", teacher_forcing: 0.0, teacher_forcing_final: 0.0}")
    assert mixed[0].train_loss != forced[0].train_loss


def test_a_budget_in_seconds_ends_a_run_and_marks_it(draft_of: Drafts, tmp_path: Path) -> None:
    text = tiny_suite(models=("lstm",), tasks=("sentiment",), budget="{core_params: 8600, seconds: 0.3}")
    record, _ = carry_out(trained(draft_of(text))[0], tmp_path)
    assert record.status is Status.DONE
    assert record.train_s >= 0.3
    assert record.notes == ("budget in seconds: not reproducible",)
