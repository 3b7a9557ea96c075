"""One run in this process: from a job to a record and its items."""

from __future__ import annotations

import sys
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import torch

from rnnbench.base.streams import generator, stream
from rnnbench.contract.batches import Arrays, Columns
from rnnbench.contract.datasets import Split
from rnnbench.contract.metrics import Metric
from rnnbench.contract.models import Role
from rnnbench.discovery import discover
from rnnbench.execute.job import Job, identity
from rnnbench.execute.phases import PhaseFailed, Send, phase
from rnnbench.execute.provenance import peak_bytes, provenance
from rnnbench.metrics import keeps_statistics
from rnnbench.metrics.scoring import FEWEST_ITEMS, bootstrap, kept_statistics, score
from rnnbench.metrics.translation import REFERENCE, without_references
from rnnbench.network.core import ContractBroken
from rnnbench.network.network import Network, build_network, state_bytes
from rnnbench.plan import Assignment
from rnnbench.records.schema import Kind, Record, Status, TestError
from rnnbench.train.checkpoint_files import Checkpoints
from rnnbench.train.evaluation import check_items, test_items
from rnnbench.train.loop import train

DEFAULT_WINDOW = 64
"""Steps that a causal core sees which carries no state, where task and model name none."""


def run(job: Job, send: Send, stopping: Callable[[], bool]) -> tuple[Record, Columns | None]:
    """Carry out one assignment in this process.

    Raises:
        Stopped: it was asked to stop, and saved a checkpoint.
    """
    began, cpu_began = time.perf_counter(), time.process_time()
    job = replace(job, folder=job.folder.absolute())  # a plugin may change the working folder
    device = torch.device(job.device)
    _tell("rnnbench_run_started", run=job.assignment.run.model_dump(mode="json"))
    try:
        values, items = _carried_out(job, device, send, stopping)
    except PhaseFailed as failure:
        traceback.print_exc()
        values, items = {"status": Status.FAILED, "reason": str(failure)}, None
    earlier_wall_s, earlier_cpu_s = values.pop("earlier", (0.0, 0.0))
    record = Record(
        **identity(job.assignment),
        **{
            "status": Status.DONE,
            "peak_bytes": peak_bytes() if device.type == "cpu" else torch.cuda.max_memory_allocated(device),
            "wall_s": earlier_wall_s + time.perf_counter() - began,
            "cpu_s": earlier_cpu_s + time.process_time() - cpu_began,
            "provenance": _provenance(job),
            **values,
        },
    )
    return record, items if items is None else _kept(job, items)


def _kept(job: Job, items: Columns) -> Columns:
    """Items as they are stored: text that was not generated here may be licensed, and is nobody's to publish."""
    if job.assignment.task.dataset.embedded or REFERENCE not in items:
        return items
    kept = without_references(items)
    if job.assignment.run.kind is Kind.BASELINE:  # its hypotheses may be the source, or a training sentence
        kept.pop("hypothesis", None)
    return kept


def _carried_out(
    job: Job, device: torch.device, send: Send, stopping: Callable[[], bool]
) -> tuple[dict[str, Any], Columns | None]:
    kind = job.assignment.run.kind
    if kind not in (Kind.OPTIMUM, Kind.BASELINE):
        return _trained(job, device, send, stopping)
    with phase("evaluate", job.assignment, send):
        return (_optimum(job), None) if kind is Kind.OPTIMUM else _baseline(job)


def _trained(
    job: Job, device: torch.device, send: Send, stopping: Callable[[], bool]
) -> tuple[dict[str, Any], Columns | None]:
    assignment = job.assignment
    if job.learning_rate is not None:
        recipe = assignment.recipe.model_copy(update={"learning_rate": job.learning_rate})
        assignment = Assignment(**{**vars(assignment), "recipe": recipe})
    with phase("build", assignment, send):
        network, window = _network(assignment, device), _window(assignment)

    def report(values: Mapping[str, Any]) -> None:
        send("progress", dict(values))
        if "validation_loss" in values:
            _tell(
                "rnnbench_values_logged",
                run=assignment.run.model_dump(mode="json"),
                step=values["step"],
                values=dict(values),
            )

    with phase("train", assignment, send):
        checkpoints = Checkpoints(job.folder, assignment.run.id, job.checkpoint_s)
        progress, diverged = train(assignment, network, device, window, checkpoints, report, stopping)
        _check_seed(stream("dropout", assignment.run.model, assignment.run.seed or 0, progress.step - 1))
    values: dict[str, Any] = {
        "best_step": progress.best_step,
        "best_validation_loss": progress.best_loss,
        "steps": progress.step,
        "positions": progress.positions,
        "history": progress.points(),
        "core_params": network.core_params,
        "params": network.params,
        "adapter": network.adapter,
        "kernel": network.kernel,
        "train_s": progress.train_s,
        "positions_per_s": progress.positions / progress.train_s if progress.train_s else None,
        "resumed": progress.resumed,
        "earlier": (progress.earlier_wall_s, progress.earlier_cpu_s),
        "chosen": {} if job.learning_rate is None else {"learning_rate": job.learning_rate},
        "notes": tuple(_notes(assignment, window)),
    }
    if diverged:
        return {**values, "status": Status.DIVERGED, "reason": diverged}, None
    if assignment.run.kind is Kind.TUNE:
        return values, None
    # Training is over: from here on, and only from here on, the test rows are read.
    with phase("evaluate", assignment, send):
        try:
            return _evaluated(job, network, window, device, values)
        except FloatingPointError as error:
            return {**values, "status": Status.DIVERGED, "reason": str(error)}, None


def _window(assignment: Assignment) -> int | None:
    """The steps that a core sees at once which carries no state; None where no batch goes on from another."""
    task, model = assignment.task.task, assignment.model
    assert model is not None
    if task.role is not Role.CAUSAL or model.carries_state:
        return None
    validation = assignment.prepared.arrays(Split.VALIDATION)
    if not any(batch.carry for batch in task.evaluation(validation, assignment.recipe.evaluation_batch)):
        return None
    # no further than training saw: absolute positions beyond it were never trained
    return min(getattr(task, "bptt", DEFAULT_WINDOW), getattr(model, "context", DEFAULT_WINDOW))


def _evaluated(
    job: Job, network: Network, window: int | None, device: torch.device, values: dict[str, Any]
) -> tuple[dict[str, Any], Columns]:
    assignment = job.assignment
    task, encoding = assignment.task.task, assignment.prepared.encoding
    test = assignment.prepared.arrays(Split.TEST)
    items = test_items(network, task, encoding, test, assignment.recipe.evaluation_batch, window, device)
    values["state_bytes"] = state_bytes(network, task.role, _state_steps(assignment, test))
    return {**values, **_scores(job, items)}, _with_statistics(job, items)


def _notes(assignment: Assignment, window: int | None) -> Iterator[str]:
    """What the table must say of this run."""
    if window is not None:
        yield f"no carried state: scored by a sliding window of {window} steps"
    if assignment.budget.seconds is not None:
        yield "budget in seconds: not reproducible"


def _network(assignment: Assignment, device: torch.device) -> Network:
    """The network with weights drawn from (model label, seed), on the CPU first so that a GPU starts from the same."""
    task, encoding, model = assignment.task.task, assignment.prepared.encoding, assignment.model
    assert model is not None
    seed = stream("weights", assignment.run.model, assignment.run.seed or 0)
    torch.manual_seed(seed)
    network = build_network(
        model,
        task.role,
        task.input(encoding),
        task.output(encoding),
        embedding=assignment.recipe.embedding,
        dropout=assignment.recipe.dropout,
        identity_maps=assignment.budget.core_params is None,
    )
    _check_seed(seed)
    return network.to(device)


def _check_seed(seed: int) -> None:
    """Only the harness seeds torch: weights that a model seeds by itself would be the same for every seed."""
    if torch.initial_seed() != seed:
        raise ContractBroken("sets torch's seed, expected to draw from the stream as it is")


def _state_steps(assignment: Assignment, test: Arrays) -> int:
    """After how many steps state is measured: the model's context, or the longest source."""
    task = assignment.task.task
    if task.role is Role.SEQ2SEQ:
        batches = task.evaluation(test, assignment.recipe.evaluation_batch)
        return max(batch.inputs.shape[1] for batch in batches)
    return getattr(assignment.model, "context", None) or 1


def _baseline(job: Job) -> tuple[dict[str, Any], Columns]:
    task, prepared = job.assignment.task.task, job.assignment.prepared
    name = job.assignment.run.model.removeprefix("baseline:")
    baseline = next(baseline for baseline in task.baselines() if baseline.name == name)
    training, test = prepared.arrays(Split.TRAIN), prepared.arrays(Split.TEST)
    items = baseline.predict(task, prepared.encoding, training, test)
    check_items(items)
    return {**_scores(job, items), "notes": (baseline.description,)}, _with_statistics(job, items)


def _optimum(job: Job) -> dict[str, Any]:
    task, prepared = job.assignment.task.task, job.assignment.prepared
    values = task.optimum(
        job.assignment.task.dataset, prepared.encoding, prepared.test_rows(), prepared.arrays(Split.TEST)
    )
    note = job.assignment.task.dataset.optimum_note
    return {"metrics": values, "notes": (note,) if note else ()}


def _scores(job: Job, items: Columns) -> dict[str, Any]:
    """Metrics, and for each the error that this finite test set leaves."""
    task = job.assignment.task
    metrics: dict[str, float] = {}
    errors: dict[str, TestError] = {}
    signatures: dict[str, str] = {}
    for metric in task.metrics:
        metrics[metric.name] = _in_range(metric, score(metric, items))
        if len(next(iter(items.values()))) >= FEWEST_ITEMS:
            errors[metric.name] = _test_error(metric, items, job.assignment.prepared.fingerprint)
        if text := metric.signature():
            signatures[metric.name] = text
    return {"metrics": metrics, "test_error": errors, "signatures": signatures}


def _with_statistics(job: Job, items: Columns) -> Columns:
    """Items with what a check without the plugin needs of its metrics."""
    return {**items, **kept_statistics([one for one in job.assignment.task.metrics if keeps_statistics(one)], items)}


def _in_range(metric: Metric, value: float) -> float:
    slack = 1e-9 * max(abs(value), 1.0)
    if not metric.low - slack <= value <= metric.high + slack:
        what = f"{metric.name} is {value}, expected {metric.low} to {metric.high}"
        raise ContractBroken(what, of_task=True)
    return value


def _test_error(metric: Metric, items: Columns, fingerprint: str) -> TestError:
    """The same resamples for every model on these test rows."""
    std, low, high = bootstrap(metric, items, generator("test-error", fingerprint, metric.name))
    return TestError(std=std, low=low, high=high)


def _provenance(job: Job) -> dict[str, Any]:
    found = dict(provenance(job.device))
    registry = discover()
    task = job.assignment.task
    used = [("tasks", task.task.name), ("datasets", task.dataset.name)]
    if (model := job.assignment.model) is not None:
        used += [("models", part.name) for part in (model, *model.parts().values(), model.decoder()) if part]
    found["plugins"] = {
        f"{kind[:-1]} {name}": f"{plugin.origin} {plugin.version}"
        for kind, name in used
        for plugin in [registry.provider(kind, name)]
    }
    return found


def _tell(hook: str, **values: Any) -> None:
    """Call a lifecycle hook; a tracker that fails is reported in the log and harms no run."""
    for line in discover().tell(hook, **values):
        print(line, file=sys.stderr)
