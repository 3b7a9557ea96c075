"""The rows of a table that train nothing: a task's baselines, and the optimum where the data's generator knows it."""

from __future__ import annotations

from rnnbench.contract.datasets import Split
from rnnbench.execute.scoring import Scored, score_items
from rnnbench.plan import Assignment
from rnnbench.train.evaluation import check_items


def score_baseline(assignment: Assignment) -> Scored:
    """The baseline that the run names."""
    task, prepared = assignment.task.task, assignment.prepared
    name = assignment.run.model.removeprefix("baseline:")
    baseline = next(baseline for baseline in task.baselines() if baseline.name == name)
    training, test = prepared.arrays(Split.TRAIN), prepared.arrays(Split.TEST)
    items = baseline.predict(task, prepared.encoding, training, test)
    check_items(items)
    return score_items(assignment, items, notes=(baseline.description,))


def score_optimum(assignment: Assignment) -> Scored:
    """What the generator of the data itself would score on these test rows."""
    task, dataset, prepared = assignment.task.task, assignment.task.dataset, assignment.prepared
    values = task.optimum(dataset, prepared.encoding, prepared.test_rows(), prepared.arrays(Split.TEST))
    note = dataset.optimum_note
    return Scored(metrics=values, notes=(note,) if note else ())
