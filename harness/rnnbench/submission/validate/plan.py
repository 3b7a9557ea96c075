"""Checks that a plan is consistent: ids, the inputs of each run, one budget and recipe for all rows of a table."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rnnbench.metrics import NAMES, find_metric
from rnnbench.records.run_id import run_id
from rnnbench.records.schema import BUDGET_TOLERANCE, Kind, MetricInfo, Plan, PlannedModel, PlannedRun, PlannedTask
from rnnbench.records.storage import PLAN
from rnnbench.submission.problems import Problem, differences, differs
from rnnbench.suite import Budget
from rnnbench.suite.tuning import TUNE_SEED

_REFERENCES = (Kind.BASELINE, Kind.OPTIMUM)


def check_plan(plan: Plan) -> Iterator[Problem]:
    """Everything in a plan that contradicts something else in it."""
    tasks = {task.label: task for task in plan.tasks}
    models = {model.label: model for model in plan.models}
    yield from _check_names(plan)
    for run in plan.runs:
        task, model = tasks.get(run.task), models.get(run.model)
        if task is None:
            yield Problem(PLAN, f"runs.{run.id}.task", f"expected one of {', '.join(tasks)}, got {run.task!r}")
            continue
        if run.kind not in _REFERENCES and model is None:
            yield Problem(PLAN, f"runs.{run.id}.model", f"expected one of {', '.join(models)}, got {run.model!r}")
            continue
        yield from _check_run(plan, task, model, run)
    for task in plan.tasks:
        yield from _check_table(plan, task, models, [run for run in plan.runs if run.task == task.label])


def _check_names(plan: Plan) -> Iterator[Problem]:
    named = {
        "runs": [run.id for run in plan.runs],
        "tasks": [task.label for task in plan.tasks],
        "models": [model.label for model in plan.models],
        "seeds": list(map(str, plan.seeds)),
    }
    for field, names in named.items():
        for name, count in Counter(names).items():
            if count > 1:
                yield Problem(PLAN, field, f"expected each once, got {name!r} {count} times")
    if plan.core_params != plan.budget.get("core_params"):
        yield differs(PLAN, "core_params", plan.budget.get("core_params"), plan.core_params)
    for task in plan.tasks:
        for metric in task.metrics:
            if metric.name in NAMES:
                yield from _check_built_in(f"tasks.{task.label}.metrics.{metric.name}", metric)


def _check_built_in(at: str, metric: MetricInfo) -> Iterator[Problem]:
    """A built-in metric is what it is everywhere; older plans do not state its range."""
    known = find_metric(metric.name)
    if metric.direction != known.direction:
        yield differs(PLAN, at, known.direction, metric.direction)
    if metric.ratio != known.ratio:
        yield differs(PLAN, f"{at}.ratio", known.ratio, metric.ratio)
    for end in ("low", "high"):
        got = getattr(metric, end)
        if got is not None and got != getattr(known, end):
            yield differs(PLAN, f"{at}.{end}", getattr(known, end), got)


def _check_run(plan: Plan, task: PlannedTask, model: PlannedModel | None, run: PlannedRun) -> Iterator[Problem]:
    at = f"runs.{run.id}"
    if (derived := run_id(run.resolved)) != run.id:
        yield differs(PLAN, f"{at}.id", derived, run.id, "the hash of its resolved inputs")
    expected = _expected_inputs(plan, task, model, run)
    got: dict[str, Any] = {name: run.resolved.get(name) for name in expected}
    for name in ("task", "dataset", "model"):  # what a plan does not repeat is left out
        if isinstance(got[name], dict):
            got[name] = {key: got[name].get(key) for key in expected[name]}
    for field, one, other in differences(expected, got):
        yield differs(PLAN, f"{at}.resolved.{field}", one, other)
    rank_by = run.resolved.get("rank_by")
    if rank_by is not None and task.metrics and rank_by != task.metrics[0].name:
        yield differs(PLAN, f"{at}.resolved.rank_by", task.metrics[0].name, rank_by)
    if run.kind in _REFERENCES:
        return
    seeds = plan.seeds if run.kind is Kind.TRAIN else (TUNE_SEED,)
    if run.seed not in seeds:
        yield Problem(PLAN, f"{at}.seed", f"expected one of {', '.join(map(str, seeds))}, got {run.seed}")
    budget = run.resolved.get("budget", {}).get("core_params")
    if budget is not None and (run.core_params is None or abs(run.core_params - budget) > BUDGET_TOLERANCE * budget):
        yield differs(PLAN, f"{at}.core_params", budget, run.core_params, f"within {BUDGET_TOLERANCE:.0%}")


def _expected_inputs(plan: Plan, task: PlannedTask, model: PlannedModel | None, run: PlannedRun) -> dict[str, Any]:
    """A run's resolved inputs, as far as they follow from the rest of the plan."""
    common: dict[str, Any] = {
        "numerics": plan.numerics,
        "kind": str(run.kind),
        "task": {"name": task.task, "version": task.task_version, "fields": task.fields},
        "dataset": {"name": task.dataset, "fields": task.dataset_fields, "fingerprint": task.fingerprint},
    }
    if model is None or run.kind in _REFERENCES:
        return {**common, "model": {"label": run.model, "table": task.label}}
    trained = {
        "model": {"label": model.label, "name": model.model, "version": model.version, "fields": run.fields},
        "seed": run.seed,
        "device": plan.device,
        "precision": "float32",
        "threads": 1,
    }
    tuned = {"tune": plan.tune} if plan.tune is not None and run.kind is Kind.TRAIN else {}
    return {**common, **trained, **tuned}


def _check_table(
    plan: Plan, task: PlannedTask, models: Mapping[str, PlannedModel], runs: Sequence[PlannedRun]
) -> Iterator[Problem]:
    """Every model is skipped or has every seed, and all train under one budget and recipe."""
    at = f"tasks.{task.label}"
    skipped = {skip.model for skip in plan.skips if skip.task == task.label}
    by_model: dict[str, list[PlannedRun]] = defaultdict(list)
    for run in runs:
        by_model[run.model].append(run)
    if not any(run.kind is Kind.BASELINE for run in runs):
        yield Problem(PLAN, at, "expected a baseline, got none")
    for label in models:
        own = by_model.get(label, [])
        seeds = sorted(run.seed for run in own if run.kind is Kind.TRAIN and run.seed is not None)
        expected = [] if label in skipped else sorted(plan.seeds)
        if seeds != expected:
            yield differs(PLAN, f"{at}.{label}.seeds", expected, seeds, "skipped" if label in skipped else "")
        grid = [] if label in skipped or plan.tune is None else sorted(plan.tune.get("learning_rate", []))
        rates = sorted(_rate(run) for run in own if run.kind is Kind.TUNE)
        if rates != grid:
            yield differs(PLAN, f"{at}.{label}.tune", grid, rates)
    yield from _check_equal(plan, task, models, runs)


def _rate(run: PlannedRun) -> float:
    return float(run.resolved.get("recipe", {}).get("learning_rate") or 0.0)


def _check_equal(
    plan: Plan, task: PlannedTask, models: Mapping[str, PlannedModel], runs: Sequence[PlannedRun]
) -> Iterator[Problem]:
    trained = [run for run in runs if run.kind in (Kind.TRAIN, Kind.TUNE) and run.model in models]
    first = next((run for run in trained if run.kind is Kind.TRAIN), None)
    if first is None:
        return
    budget, recipe = first.resolved.get("budget", {}), first.resolved.get("recipe", {})
    yield from _check_budget_note(plan, task, budget)
    shared = budget
    if plan.tune and "share" in plan.tune:
        shared = Budget.model_validate(budget).share(plan.tune["share"]).model_dump(exclude_none=True)
    own_of_first = models[first.model].overrides
    for run in trained:
        at = f"runs.{run.id}.resolved"
        for field, one, other in differences(
            shared if run.kind is Kind.TUNE else budget, run.resolved.get("budget", {}), f"{at}.budget"
        ):
            yield differs(PLAN, field, one, other, "one budget for all rows of a table")
        overrides = models[run.model].overrides
        expected = {name: value for name, value in recipe.items() if name not in {**own_of_first, **overrides}}
        expected |= {name: value for name, value in overrides.items() if name in run.resolved.get("recipe", {})}
        got = {name: run.resolved.get("recipe", {}).get(name) for name in expected}
        for field, one, other in differences(expected, got, f"{at}.recipe"):
            yield differs(PLAN, field, one, other, "one recipe for all rows of a table")


def _check_budget_note(plan: Plan, task: PlannedTask, budget: Mapping[str, Any]) -> Iterator[Problem]:
    """A table with a budget of its own has a note that says so."""
    said = any(note.startswith("budget here: ") for note in task.notes)
    if (dict(budget) != plan.budget) != said:
        expected = "a note 'budget here: ...'" if not said else "no note of a budget of its own"
        yield Problem(
            PLAN, f"tasks.{task.label}.notes", f"expected {expected}: {dict(budget)} here, {plan.budget} above"
        )
