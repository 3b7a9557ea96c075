"""A run's network, built from named streams of random numbers and trained from its last checkpoint on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import torch

from rnnbench.base.streams import stream
from rnnbench.contract.datasets import Split
from rnnbench.contract.execution import Job, Progress
from rnnbench.contract.models import Role
from rnnbench.contract.tasks import Task
from rnnbench.execute.phases import Phases
from rnnbench.network.core import ContractBroken
from rnnbench.network.network import Network, build_network
from rnnbench.plan import Assignment
from rnnbench.records.schema import Point
from rnnbench.train.checkpoint_files import Checkpoints
from rnnbench.train.loop import train

DEFAULT_WINDOW = 64
"""Steps that a causal core sees which carries no state, where task and model name none."""


class Spent(NamedTuple):
    """The time that the earlier processes of a resumed run took, in seconds."""

    wall_s: float = 0.0
    cpu_s: float = 0.0


NOT_RESUMED = Spent()


@dataclass(frozen=True, kw_only=True)
class Trained:
    """What training came to; all fields but the last two are those of :class:`rnnbench.records.schema.Record`."""

    best_step: int | None
    best_validation_loss: float | None
    steps: int
    positions: int
    history: tuple[Point, ...]
    core_params: int
    params: int
    adapter: str | None
    kernel: str
    train_s: float
    resumed: int
    notes: tuple[str, ...]
    window: int | None
    """Steps that a core without carried state sees at once."""
    diverged: str | None
    """Why the run diverged, if it did."""

    def record_fields(self) -> dict[str, Any]:
        """The record's fields by name; its notes are joined with those of scoring."""
        fields = {name: value for name, value in vars(self).items() if name not in ("notes", "window", "diverged")}
        return {**fields, "positions_per_s": self.positions / self.train_s if self.train_s else None}


def train_network(
    job: Job, assignment: Assignment, phases: Phases, call_hook: Callable[..., None], stopping: Callable[[], bool]
) -> tuple[Network, Trained, Spent]:
    """Build and train; the network has the weights that were best on validation.

    Raises:
        PhaseFailed: a plugin failed.
        Stopped: it was asked to stop, and saved a checkpoint.
    """
    device = torch.device(job.device)
    with phases.enter("build"):
        network, window = build(assignment, device), _window(assignment)

    def report(values: Mapping[str, Any]) -> None:
        phases.report(Progress(job.id, dict(values)))
        if "validation_loss" in values:
            call_hook("rnnbench_values_logged", step=values["step"], values=dict(values))

    with phases.enter("train"):
        checkpoints = Checkpoints(job.folder, job.id, job.checkpoint_s)
        progress, diverged = train(assignment, network, device, window, checkpoints, report, stopping)
        _check_seed(stream("dropout", assignment.run.model, assignment.run.seed or 0, progress.step - 1))
    trained = Trained(
        best_step=progress.best_step,
        best_validation_loss=progress.best_loss,
        steps=progress.step,
        positions=progress.positions,
        history=progress.points(),
        core_params=network.core_params,
        params=network.params,
        adapter=network.adapter,
        kernel=network.kernel,
        train_s=progress.train_s,
        resumed=progress.resumed,
        notes=tuple(_notes(assignment, window)),
        window=window,
        diverged=diverged,
    )
    return network, trained, Spent(progress.earlier_wall_s, progress.earlier_cpu_s)


def build(assignment: Assignment, device: torch.device) -> Network:
    """The network with weights drawn from (model label, seed), on the CPU first so that a GPU starts from the same.

    Raises:
        ContractBroken: the model seeds torch itself.
    """
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
        inner=assignment.inner,
    )
    _check_seed(seed)
    return network.to(device)


def _check_seed(seed: int) -> None:
    """Only the harness seeds torch: weights that a model seeds by itself would be the same for every seed."""
    if torch.initial_seed() != seed:
        raise ContractBroken("sets torch's seed, expected to draw from the stream as it is")


def _window(assignment: Assignment) -> int | None:
    """The steps that a core sees at once which carries no state; None where no batch goes on from another."""
    task, model = assignment.task.task, assignment.model
    assert model is not None
    if task.role is not Role.CAUSAL or model.carries_state:
        return None
    validation = assignment.prepared.arrays(Split.VALIDATION)
    if not any(batch.carry for batch in task.evaluation(validation, assignment.recipe.evaluation_batch)):
        return None
    if type(task).windowed is Task.windowed:
        return None
    # no further than training saw: absolute positions beyond it were never trained
    return min(task.segment or DEFAULT_WINDOW, model.context or DEFAULT_WINDOW)


def _notes(assignment: Assignment, window: int | None) -> Iterator[str]:
    """What the table must say of this run."""
    if window is not None:
        yield f"no carried state: scored by a sliding window of {window} steps"
    if assignment.budget.seconds is not None:
        yield "budget in seconds: not reproducible"
