"""Small plans and records made up for the tests."""

from __future__ import annotations

from rnnbench.leaderboard import FORMATS, Board, Results, make_board
from rnnbench.records.schema import (
    Kind,
    MetricInfo,
    Plan,
    PlannedModel,
    PlannedRun,
    PlannedTask,
    Record,
    Skip,
    Status,
    TestError,
)

ACCURACY = MetricInfo(name="accuracy", direction="max", unit="%")
PERPLEXITY = MetricInfo(name="perplexity", direction="min", ratio=True)
F1 = MetricInfo(name="f1", direction="max")


def make_task(label="sentiment/reviews", metrics=(ACCURACY,), chance=50.0, **changes):
    task, _, dataset = label.partition("/")
    values = {
        "label": label,
        "task": task,
        "task_version": 1,
        "fields": {},
        "dataset": dataset,
        "dataset_fields": {},
        "fingerprint": "f0",
        "counts": {"train": {"rows": 2000}, "test": {"rows": 500}},
        "metrics": metrics,
        "block": "a sentence",
        "chance": chance,
        "trivial_loss": 0.7,
    }
    return PlannedTask(**values | changes)


def make_model(label, family="recurrent", **changes):
    values = {
        "label": label,
        "model": label,
        "family": family,
        "paper": "A paper",
        "version": 1,
        "distribution": "rnnbench",
    }
    return PlannedModel(**values | changes)


def make_run(task, model, seed=0, kind=Kind.TRAIN, **changes):
    values = {
        "id": f"{task}-{model}-{kind}-{seed}".replace("/", "_").replace(":", "_"),
        "kind": kind,
        "task": task,
        "model": model,
        "seed": seed,
        "core_params": 30000,
        "params": 45000,
        "family": "recurrent" if kind is Kind.TRAIN else "",
    }
    return PlannedRun(**values | changes)


def make_plan(runs, tasks=None, **changes):
    tasks = tasks or [make_task()]
    labels = sorted({run.model for run in runs if run.kind is Kind.TRAIN})
    values = {
        "suite": "made-up",
        "harness": "0.1.0",
        "numerics": 1,
        "device": "cpu",
        "seeds": tuple(sorted({run.seed for run in runs if run.kind is Kind.TRAIN})),
        "core_params": 30000,
        "budget": {"core_params": 30000, "steps": 300},
        "recipe": {"learning_rate": 0.003},
        "tune": None,
        "tasks": tasks,
        "models": [make_model(label) for label in labels],
        "runs": runs,
        "skips": [],
    }
    return Plan(**values | changes)


def make_record(run, score=None, metric="accuracy", status=Status.DONE, **changes):
    """A record of this run; without a score it has no metrics."""
    values = {
        "id": run.id,
        "kind": run.kind,
        "task": run.task,
        "model": run.model,
        "seed": run.seed,
        "status": status,
        "core_params": run.core_params,
        "params": run.params,
        "state_bytes": 512,
        "best_validation_loss": 0.4,
        "positions": 1000,
    }
    if score is not None:
        values["metrics"] = {metric: score}
        values["test_error"] = {metric: TestError(std=1.0, low=score * 0.98, high=score * 1.02)}
    return Record(**values | changes)


def make_results(scores, task=None, baselines=None, optimum=None, **plan_changes):
    """A plan of one task and its records: ``scores`` and ``baselines`` by model label, a seed each."""
    task = task or make_task()
    metric = task.metrics[0].name
    runs, records = [], {}

    def add(run, value):
        runs.append(run)
        if isinstance(value, Status):
            records[run.id] = make_record(run, status=value, reason="made up")
        elif value is not None:
            records[run.id] = make_record(run, value, metric)

    for model, values in scores.items():
        for seed, value in enumerate(values):
            add(make_run(task.label, model, seed), value)
    references = {f"baseline:{name}": (value, Kind.BASELINE) for name, value in (baselines or {}).items()}
    if optimum is not None:
        references["optimum"] = (optimum, Kind.OPTIMUM)
    for model, (value, kind) in references.items():
        add(make_run(task.label, model, None, kind, core_params=None, params=None), value)
    return make_plan(runs, [task], **plan_changes), records


def make_skip(task="sentiment/reviews", model="gru", reason="cannot see the future"):
    return Skip(task=task, model=model, reason=reason)


def results_of(plan, records):
    """What a results folder with this plan and these records holds."""
    return Results(plan, records, make_board(plan, records))


def rendered(name, of):
    """A board, or the results that it is of, in the format of this name."""
    return FORMATS[name].render(Results(None, {}, of) if isinstance(of, Board) else of)
