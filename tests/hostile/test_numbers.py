"""The same numbers however a suite is run, whatever the evaluation batch; and none that leaked from the test rows."""

from __future__ import annotations

import dataclasses
import hashlib
import itertools
import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from tests.hostile.conftest import Run
from tests.pipeline.conftest import FIELDS, MODELS, TASKS, tiny_suite

from rnnbench.contract.datasets import Split
from rnnbench.discovery import discover
from rnnbench.execute.job import make_job
from rnnbench.execute.run import run
from rnnbench.execute.train_run import build
from rnnbench.metrics.scoring import score
from rnnbench.plan import Assignment, Draft, draft
from rnnbench.prepare import prepare
from rnnbench.records.schema import Kind, Record
from rnnbench.suite import read_suite

TUNE = "{learning_rate: [0.003, 0.01], share: 0.5}"
NAMES = (("lstm", "transformer"), ("sentiment", "forecasting"))
WAYS = [
    {"jobs": jobs, "order": order, "resumed": resumed, "PYTHONHASHSEED": seed, "LC_ALL": locale, "TZ": zone}
    for (jobs, order, resumed), (seed, locale, zone) in itertools.product(
        [("1", 1, False), ("2", -1, False), ("3", 1, True), ("1", -1, True), ("2", 1, True)],
        [
            *[("0", "C", "UTC"), ("1", "C.UTF-8", "Asia/Tokyo"), ("2", "de_DE.UTF-8", "America/St_Johns")],
            *[("7", "tr_TR.UTF-8", "Pacific/Kiritimati"), ("random", "POSIX", "Europe/London")],
            ("4294967295", "", "Not/A_Zone"),
        ],
    )
]


def sum_of_the_table(way: dict[str, object], call: Run, folder: Path) -> str:
    """One sha256 of ``leaderboard.csv``, of the suite run in this way."""
    options = dict(way)
    jobs, order, resumed = (options.pop(name) for name in ("jobs", "order", "resumed"))
    models, tasks = (names[:: int(str(order))] for names in NAMES)
    (folder / "tiny.yaml").write_text(tiny_suite(models=models, tasks=tasks, tune=TUNE), encoding="utf-8")
    command = ["run", "tiny.yaml", "--out", "out", "--jobs", str(jobs)]
    for only in (["--only", "sentiment/lstm"], ["--only", "*/transformer"]) if resumed else ():
        assert call(folder, *command, *only, **options).returncode == 0
    done = call(folder, *command, **options)
    assert done.returncode == 0, done.stderr
    return hashlib.sha256((folder / "out" / "leaderboard.csv").read_bytes()).hexdigest()


@pytest.fixture(scope="module")
def expected(call: Run, tmp_path_factory: pytest.TempPathFactory) -> str:
    return sum_of_the_table(WAYS[0], call, tmp_path_factory.mktemp("first"))


@pytest.mark.parametrize("way", [WAYS[8]], ids=str)
def test_the_table_has_one_sum(way: dict[str, object], expected: str, call: Run, tmp_path: Path) -> None:
    """The short form; ``tests/pipeline/test_run.py`` has more of it."""
    assert sum_of_the_table(way, call, tmp_path) == expected


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS[1:], ids=str)
def test_the_table_has_one_sum_in_thirty_ways(way: dict[str, object], expected: str, call: Run, tmp_path: Path) -> None:
    assert sum_of_the_table(way, call, tmp_path) == expected


Drafts = Callable[[str], Draft]


@pytest.fixture(scope="module")
def draft_of(tmp_path_factory: pytest.TempPathFactory) -> Drafts:
    """The draft of a suite's text."""
    cache = tmp_path_factory.mktemp("cache")

    def make(text: str) -> Draft:
        path = tmp_path_factory.mktemp("suite") / "tiny.yaml"
        path.write_text(text, encoding="utf-8")
        suite = read_suite(path, discover())
        prepared = {task.label: prepare(task.task, task.dataset, None, cache) for task in suite.tasks}
        return draft(suite, prepared, discover(), "cpu")

    return make


def trained(made: Draft) -> list[Assignment]:
    return [one for one in made.assignments.values() if one.run.kind is Kind.TRAIN]


def carry_out(assignment: Assignment, folder: Path) -> Record:
    return run(make_job(assignment, folder, "cpu", 1e9), discover(), lambda _: None, lambda: False).record


def test_another_model_or_task_changes_no_run_id(draft_of: Drafts) -> None:
    few = draft_of(tiny_suite(models=("lstm",), tasks=("sentiment",), tune=TUNE))
    more = draft_of(tiny_suite(models=("gru", "lstm", "elman"), tasks=("forecasting", "sentiment"), tune=TUNE, seeds=2))
    assert set(few.assignments) < set(more.assignments)


def test_seed_0_is_a_seed(draft_of: Drafts, tmp_path: Path) -> None:
    text = tiny_suite(models=("lstm",), tasks=("sentiment",), seeds=2)
    zero, one = trained(draft_of(text))
    assert (zero.run.seed, one.run.seed) == (0, 1)
    (alone,) = trained(draft_of(text.replace("seeds: 2", "seeds: [0]")))
    assert alone.run.id == zero.run.id != one.run.id
    first, second, again = (carry_out(run, tmp_path / str(n)).history for n, run in enumerate((zero, one, alone)))
    assert first == again != second


@pytest.mark.parametrize("task", TASKS)
def test_metrics_are_right_whatever_the_evaluation_batch(task: str, draft_of: Drafts, tmp_path: Path) -> None:
    text = tiny_suite(models=("gru",), tasks=(task,))
    found = {}
    for size in (1, 7, 32, 10_000):
        (one,) = trained(draft_of(text.replace("evaluations: 3", f"evaluations: 3, evaluation_batch: {size}")))
        record = carry_out(one, tmp_path / str(size))
        found[size] = record.metrics
        assert one.run.id == record.id
    for metrics in found.values():
        assert metrics == pytest.approx(found[1], rel=1e-6)


@pytest.mark.parametrize("guess", ["constant", "random", "majority"])
def test_no_predictor_that_learned_nothing_beats_chance(guess: str, draft_of: Drafts) -> None:
    made = draft_of(tiny_suite(models=("lstm",), tasks=("sentiment",)))
    (one,) = trained(made)
    (planned,) = made.plan.tasks
    task, prepared = one.task.task, one.prepared
    majority = next(baseline for baseline in task.baselines() if baseline.trivial)
    items = dict(majority.predict(task, prepared.encoding, prepared.arrays(Split.TRAIN), prepared.arrays(Split.TEST)))
    names, count = sorted(set(items["label"])), len(items["label"])
    if guess == "constant":
        items["predicted"] = [names[0]] * count
    elif guess == "random":
        items["predicted"] = random.Random(5).choices(names, k=count)
    accuracy = score(task.metrics[0], items)
    share = planned.chance / 100
    assert accuracy / 100 <= share + 3 * (share * (1 - share) / count) ** 0.5


def test_permuted_labels_score_at_chance(draft_of: Drafts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A model that learned from anything but the training labels would do better."""
    reviews = discover().datasets["reviews"]
    load = reviews.load

    def permuted(self: object, split: Split, folder: Path | None) -> list[object]:
        rows = load(self, split, folder)
        labels = [row.label for row in rows]
        random.Random(split).shuffle(labels)
        return [row._replace(label=label) for row, label in zip(rows, labels, strict=True)]

    monkeypatch.setattr(reviews, "load", permuted)
    text = tiny_suite(models=("gru",), tasks=("sentiment",), budget="{core_params: 8600, steps: 40}")
    (one,) = trained(draft_of(text.replace("test_rows: 60", "test_rows: 400")))
    accuracy = carry_out(one, tmp_path).metrics["accuracy"]
    assert abs(accuracy - 50) <= 3 * 50 / 400**0.5


def test_what_is_scored_up_to_a_step_does_not_depend_on_what_comes_later(draft_of: Drafts) -> None:
    made = draft_of(tiny_suite(models=MODELS, tasks=("language-modelling",)))
    assert FIELDS["language-modelling"] == "{bptt: 8}"
    for one in trained(made):
        network = build(one, torch.device("cpu")).eval()
        batch = next(iter(one.task.task.evaluation(one.prepared.arrays(Split.VALIDATION), 4)))
        steps, half = batch.inputs.shape[1], batch.inputs.shape[1] // 2
        later = batch.inputs.clone()
        later[:, half:] = (later[:, half:] + 1) % int(batch.inputs.max())
        assert steps > half > 0
        before, _ = network.score(batch)
        after, _ = network.score(dataclasses.replace(batch, inputs=later))
        kept, moved = (np.asarray(columns["log_probability"]) for columns in (before, after))
        np.testing.assert_allclose(kept[:, :half], moved[:, :half], rtol=1e-5, atol=1e-6)
        assert not np.allclose(kept[:, half:], moved[:, half:]), one.run.model
