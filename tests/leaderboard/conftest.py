"""A results folder of two tasks with something of everything: ties, a diverged run, a failure, skips, references."""

from __future__ import annotations

import pytest

from leaderboard.factory import ACCURACY, F1, PERPLEXITY, make_results, make_skip, make_task
from rnnbench.records.schema import Status
from rnnbench.records.storage import write_plan, write_record


@pytest.fixture
def results():
    """(plan, records)."""
    sentiment = make_task(metrics=(ACCURACY, F1))
    modelling = make_task("language-modelling/grammar-text", (PERPLEXITY,), chance=300.0, trivial_loss=5.0)
    first, first_records = make_results(
        {"lstm": [84.0, 85.0, 84.5], "gru": [84.1, 84.9, 84.6], "elman": [70.0, 71.0, Status.DIVERGED]},
        sentiment,
        {"majority": 50.0},
        90.0,
    )
    first_records = {
        run_id: record.model_copy(update={"metrics": record.metrics | {"f1": record.metrics["accuracy"] / 100}})
        if record.metrics
        else record
        for run_id, record in first_records.items()
    }
    second, second_records = make_results(
        {"lstm": [12.1, 12.3, 12.2], "gru": [12.0, 12.4, Status.FAILED]}, modelling, {"unigram": 290.0}, 10.0
    )
    plan = first.model_copy(
        update={
            "tasks": first.tasks + second.tasks,
            "runs": first.runs + second.runs,
            "skips": (make_skip(modelling.label, "bidirectional"),),
        }
    )
    return plan, first_records | second_records


@pytest.fixture
def folder(results, tmp_path):
    plan, records = results
    write_plan(tmp_path, plan)
    for record in records.values():
        write_record(tmp_path, record)
    return tmp_path
