"""Suite and prepared data -> plan: every run with its size and id, every pair that cannot run with its reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import torch

from rnnbench import __version__
from rnnbench.base.containment import third_party_code
from rnnbench.base.errors import UserError
from rnnbench.base.messages import format_error
from rnnbench.base.numerics import NUMERICS
from rnnbench.base.streams import generator
from rnnbench.contract.datasets import Split
from rnnbench.contract.field_values import field_values
from rnnbench.contract.models import Model, Role
from rnnbench.discovery import Plugin, Registry
from rnnbench.metrics.scoring import score
from rnnbench.network.adapters import CannotServe, adapter_for
from rnnbench.network.network import Network, build_network, count_core_params
from rnnbench.plan.estimate import estimate_seconds
from rnnbench.plan.plan_file import planned_model, planned_task
from rnnbench.plan.resolved import resolved_run, resolved_task
from rnnbench.plan.sizing import Sized, Unreachable, fit
from rnnbench.prepare import Prepared
from rnnbench.records.run_id import run_id
from rnnbench.records.schema import Kind, Margin, Plan, PlannedRun, PublishedNumber, Skip
from rnnbench.suite import Budget, Recipe, Suite, SuiteModel, SuiteTask
from rnnbench.suite.tuning import TUNE_SEED


class Unplannable(UserError):
    """A suite that reads well cannot be planned. The message says which pair, and why; ``place`` where it is asked."""

    def __init__(self, message: str, place: str = "") -> None:
        super().__init__(message)
        self.place = place


@dataclass(frozen=True)
class Assignment:
    """A planned run with the live objects that a worker needs for it. All of it can be pickled."""

    run: PlannedRun
    task: SuiteTask
    prepared: Prepared
    recipe: Recipe
    budget: Budget
    model: Model | None = None
    """None for baselines and the optimum, which train nothing."""
    inner: int = 0
    """The width of the inner projection that the network needs to meet the budget; 0 for none."""
    tune: tuple[str, ...] = ()
    """The ids of the tuning runs that choose a value for this one."""


@dataclass(frozen=True)
class Draft:
    """The plan, and by run id what its execution needs."""

    plan: Plan
    assignments: Mapping[str, Assignment]


def draft(suite: Suite, prepared: Mapping[str, Prepared], registry: Registry, device: str) -> Draft:
    """Decide every run and every skip.

    Args:
        suite: what is asked.
        prepared: by task label.
        registry: where plugins come from, for provenance.
        device: the device class, ``cpu`` or ``cuda``.

    Raises:
        Unplannable: a model cannot be built, or cannot meet the budget of core parameters.
    """
    assignments: dict[str, Assignment] = {}
    skips: list[Skip] = []
    chance: dict[str, float] = {}
    for task in suite.tasks:
        data = prepared[task.label]
        with _code_of(registry.provider("tasks", task.task.name), f"{task.label} cannot be planned"):
            positions = _positions(task, data)
            _check_metrics(task, data)
            chance[task.label] = _chance(task, data)
            references = list(_references(task, data))
        for assignment in references:
            assignments[assignment.run.id] = assignment
        for model in suite.models:
            try:
                plugin = registry.provider("models", model.model.name)
                with _code_of(plugin, f"{model.label} on {task.label} cannot be built"):
                    sized, network = _size(model, task, data)
            except CannotServe as reason:
                skips.append(Skip(task=task.label, model=model.label, reason=str(reason)))
                continue
            for assignment in _runs(suite, task, data, positions, model, sized, network, device):
                if (same := assignments.get(assignment.run.id)) is not None:
                    raise Unplannable(f"{task.label} and {same.run.task} ask for the same runs of {model.label}")
                assignments[assignment.run.id] = assignment
    plan = Plan(
        suite=suite.name,
        description=suite.description,
        harness=__version__,
        numerics=NUMERICS,
        device=device,
        seeds=suite.seeds,
        core_params=suite.budget.core_params,
        budget=suite.budget.resolved(),
        recipe=suite.recipe.resolved(),
        tune=suite.tune.resolved() if suite.tune else None,
        margin=Margin(**suite.margin.model_dump()),
        tasks=tuple(planned_task(task, prepared[task.label], suite, chance[task.label]) for task in suite.tasks),
        models=tuple(planned_model(model, registry) for model in suite.models),
        runs=tuple(assignment.run for assignment in assignments.values()),
        skips=tuple(skips),
        published=tuple(PublishedNumber(**number.model_dump()) for number in suite.published),
    )
    return Draft(plan, assignments)


def _code_of(plugin: Plugin, what: str) -> AbstractContextManager[object]:
    """Run a plugin's code; what it raises is an :class:`Unplannable` that says ``what`` cannot be done."""

    def failed(error: BaseException) -> Unplannable:
        return Unplannable(f"{what}: {plugin.origin}: {format_error(error)}")

    return third_party_code(failed, passing=(CannotServe, Unplannable))


def _size(model: SuiteModel, task: SuiteTask, data: Prepared) -> tuple[Sized, Network]:
    """The model sized for this task, and its network on the meta device, where nothing is computed."""
    recipe, role, budget = task.recipe_for(model), task.task.role, task.budget.core_params
    sized = Sized(model.model)
    if budget is not None:
        adapter_for(model.model, role)  # before sizing, which would ask the same in vain at every width
        try:
            reads = task.task.output(data.encoding).reads
            sized = fit(
                model.model,
                budget,
                lambda candidate, inner: count_core_params(candidate, role, recipe.embedding, reads=reads, inner=inner),
            )
        except Unreachable as error:
            raise Unplannable(f"{model.label} on {task.label}: {error}", model.place) from error
    with torch.device("meta"):
        network = build_network(
            sized.model,
            role,
            task.task.input(data.encoding),
            task.task.output(data.encoding),
            embedding=recipe.embedding,
            dropout=recipe.dropout,
            identity_maps=budget is None,
            inner=sized.inner,
        )
    return sized, network


def _runs(
    suite: Suite,
    task: SuiteTask,
    data: Prepared,
    positions: int,
    model: SuiteModel,
    sized: Sized,
    network: Network,
    device: str,
) -> Iterator[Assignment]:
    """The tuning runs of a pair, then a run for each seed; ``positions`` are those of a batch."""
    recipe, rows = task.recipe_for(model), data.counts["train"]["rows"]
    readout = _readout(network, task.task.role)
    common: dict[str, Any] = {
        "task": task.label,
        "model": model.label,
        "fields": field_values(sized.model),
        "core_params": network.core_params,
        "params": network.params,
        "adapter": network.adapter,
        "family": str(network.family),
    }
    tuned_by: list[str] = []
    if suite.tune:
        share = task.budget.share(suite.tune.share)
        for value in suite.tune.learning_rate:
            tried = recipe.override({"learning_rate": value})
            resolved = resolved_run(Kind.TUNE, task, data, model, sized, tried, share, TUNE_SEED, device)
            estimate = estimate_seconds(network.core_params, readout, positions, rows, tried, share)
            run = PlannedRun(
                id=run_id(resolved), kind=Kind.TUNE, seed=TUNE_SEED, estimate_s=estimate, resolved=resolved, **common
            )
            tuned_by.append(run.id)
            yield Assignment(run, task, data, tried, share, *sized)
    for seed in suite.seeds:
        resolved = resolved_run(Kind.TRAIN, task, data, model, sized, recipe, task.budget, seed, device)
        if suite.tune:  # the grid and its rule, not the value that they choose
            resolved["recipe"].pop("learning_rate")
            resolved["tune"] = suite.tune.resolved()
        run = PlannedRun(
            id=run_id(resolved),
            kind=Kind.TRAIN,
            seed=seed,
            estimate_s=estimate_seconds(network.core_params, readout, positions, rows, recipe, task.budget),
            resolved=resolved,
            **common,
        )
        yield Assignment(run, task, data, recipe, task.budget, *sized, tuple(tuned_by))


def _references(task: SuiteTask, data: Prepared) -> Iterator[Assignment]:
    """The baselines of a task, and the optimum where the generator of the data knows it."""
    named = [(Kind.BASELINE, f"baseline:{baseline.name}") for baseline in task.task.baselines()]
    if task.rank_by is None and task.task.knows_optimum(task.dataset):  # which is by the task's first metric
        named.append((Kind.OPTIMUM, "optimum"))
    for kind, name in named:
        # two tables may ask the same of the same data at different budgets: each has references of its own
        who = {"label": name, "table": task.label}
        resolved = {"numerics": NUMERICS, "kind": kind, "model": who, **resolved_task(task, data)}
        run = PlannedRun(
            id=run_id(resolved), kind=kind, task=task.label, model=name, seed=None, estimate_s=1.0, resolved=resolved
        )
        yield Assignment(run, task, data, task.recipe, task.budget)


def _check_metrics(task: SuiteTask, data: Prepared) -> None:
    """What the suite asks beside the task's own metrics can be computed: a baseline's items of validation rows tell.

    Raises:
        Unplannable: the items lack a column.
    """
    if not task.extra_metrics:
        return
    training, validation = data.arrays(Split.TRAIN), data.arrays(Split.VALIDATION)
    items = task.task.baselines()[0].predict(task.task, data.encoding, training, validation)
    for metric in task.extra_metrics:
        try:
            lacking = [name for name in metric.columns if name not in items]
        except (ValueError, TypeError) as error:
            raise Unplannable(f"{task.label}: {error}") from error
        if lacking:
            what = f"items of {task.task.name!r} have no column {', '.join(lacking)}, only {', '.join(items)}"
            raise Unplannable(f"{task.label}: metric {metric.name!r} cannot be asked: {what}")


def _chance(task: SuiteTask, data: Prepared) -> float:
    """The ranking metric of a predictor that learned nothing.

    By another metric than the task's first one, that is the score of the trivial baseline on the validation rows.
    """
    ranks = task.metrics[0]
    if task.rank_by is None or ranks.name != task.rank_by:
        return data.chance
    trivial = next(baseline for baseline in task.task.baselines() if baseline.trivial)
    training, validation = data.arrays(Split.TRAIN), data.arrays(Split.VALIDATION)
    return score(ranks, trivial.predict(task.task, data.encoding, training, validation))


def _positions(task: SuiteTask, data: Prepared) -> int:
    """Sequence positions in a training batch."""
    first = next(task.task.batches(data.arrays(Split.TRAIN), task.recipe.batch, generator("estimate")), None)
    return first.positions if first else 0


def _readout(network: Network, role: Role) -> int:
    """Parameters behind the core with which every position is multiplied; an encoder's output is read once a row."""
    return 0 if role is Role.ENCODER else sum(parameter.numel() for parameter in network.output_end.parameters())
