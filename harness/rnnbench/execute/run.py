"""One run in this process: from a job to its record and its items."""

from __future__ import annotations

import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import torch

from rnnbench.contract.execution import Finished, HookFailed, Job
from rnnbench.discovery import Registry
from rnnbench.execute.job import identity
from rnnbench.execute.phases import PhaseFailed, Phases, Report
from rnnbench.execute.provenance import peak_bytes, provenance
from rnnbench.execute.references import score_baseline, score_optimum
from rnnbench.execute.scoring import Scored, score_network, without_licensed_text
from rnnbench.execute.train_run import NOT_RESUMED, Spent, Trained, train_network
from rnnbench.plan import Assignment
from rnnbench.records.schema import Kind, Record, Status


@dataclass(frozen=True)
class _Result:
    """What a run came to; None of what it did not reach."""

    status: Status = Status.DONE
    reason: str | None = None
    trained: Trained | None = None
    scored: Scored | None = None
    spent_before: Spent = NOT_RESUMED


def run(job: Job, registry: Registry, report: Report, stopping: Callable[[], bool]) -> Finished:
    """Carry out one job in this process.

    Args:
        job: the run.
        registry: the installed plugins, as :func:`rnnbench.discovery.discover` gives them.
        report: called with each event before the last one.
        stopping: asked after each step of training; once it is true, a checkpoint is saved and the run stops.

    Raises:
        Stopped: ``stopping`` said so.
        StorageError: a checkpoint could not be stored.
    """
    began, cpu_began = time.perf_counter(), time.process_time()
    job = replace(job, folder=job.folder.absolute())  # a plugin may change the working folder
    assignment, device = _with_chosen_rate(job), torch.device(job.device)

    def call_hook(hook: str, **values: Any) -> None:
        """Call a lifecycle hook; one that fails is a line in the log and on the user's terminal, and harms no run."""
        for line in registry.tell(hook, run=assignment.run.model_dump(mode="json"), **values):
            print(line, file=sys.stderr)
            report(HookFailed(job.id, line))

    call_hook("rnnbench_run_started")
    try:
        result = _carried_out(job, assignment, Phases(assignment, registry, report), call_hook, stopping)
    except PhaseFailed as failure:
        traceback.print_exc()
        result = _Result(Status.FAILED, str(failure))
    record = Record(
        **identity(assignment),
        status=result.status,
        reason=result.reason,
        peak_bytes=peak_bytes() if device.type == "cpu" else torch.cuda.max_memory_allocated(device),
        wall_s=result.spent_before.wall_s + time.perf_counter() - began,
        cpu_s=result.spent_before.cpu_s + time.process_time() - cpu_began,
        provenance=_provenance(assignment, job.device, registry),
        chosen={} if result.trained is None or job.learning_rate is None else {"learning_rate": job.learning_rate},
        **(result.trained.record_fields() if result.trained else {}),
        **(result.scored.record_fields() if result.scored else {}),
        notes=(*(result.trained.notes if result.trained else ()), *(result.scored.notes if result.scored else ())),
    )
    items = result.scored.items if result.scored else None
    return Finished(job.id, record, None if items is None else without_licensed_text(assignment, items))


def _with_chosen_rate(job: Job) -> Assignment:
    """The assignment of a job, its recipe with the learning rate that tuning chose."""
    assignment: Assignment = job.assignment
    if job.learning_rate is None:
        return assignment
    return replace(assignment, recipe=assignment.recipe.override({"learning_rate": job.learning_rate}))


def _carried_out(
    job: Job, assignment: Assignment, phases: Phases, call_hook: Callable[..., None], stopping: Callable[[], bool]
) -> _Result:
    """A baseline or an optimum is scored; a network is trained, and scored unless it diverged or only tunes."""
    kind = assignment.run.kind
    if kind in (Kind.OPTIMUM, Kind.BASELINE):
        with phases.enter("evaluate"):
            return _Result(scored=score_optimum(assignment) if kind is Kind.OPTIMUM else score_baseline(assignment))
    network, trained, spent_before = train_network(job, assignment, phases, call_hook, stopping)
    if trained.diverged:
        return _Result(Status.DIVERGED, trained.diverged, trained, spent_before=spent_before)
    if kind is Kind.TUNE:
        return _Result(trained=trained, spent_before=spent_before)
    # Training is over: from here on, and only from here on, the test rows are read.
    with phases.enter("evaluate"):
        try:
            scored = score_network(assignment, network, trained.window, torch.device(job.device))
        except FloatingPointError as error:
            return _Result(Status.DIVERGED, str(error), trained, spent_before=spent_before)
        return _Result(trained=trained, scored=scored, spent_before=spent_before)


def _provenance(assignment: Assignment, device: str, registry: Registry) -> dict[str, Any]:
    """Libraries and machine, and the plugins that the run used."""
    task, model = assignment.task, assignment.model
    used = [("tasks", task.task.name), ("datasets", task.dataset.name)]
    if model is not None:
        used += [("models", part.name) for part in (model, *model.parts().values(), model.decoder()) if part]
    plugins = {
        f"{kind[:-1]} {name}": f"{plugin.origin} {plugin.version}"
        for kind, name in used
        for plugin in [registry.provider(kind, name)]
    }
    return {**provenance(device), "plugins": plugins}
