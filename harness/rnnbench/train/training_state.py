"""All that changes while a network is trained: what a checkpoint stores, and what it is restored from."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from rnnbench.contract.ends import State
from rnnbench.network.network import Network
from rnnbench.network.tree import detach, to
from rnnbench.train.checkpoint import Checkpoint
from rnnbench.train.optimiser import optimiser_tensors, restore_optimiser
from rnnbench.train.progress import Progress


@dataclass
class TrainingState:
    """A network in training.

    ``best`` holds the weights of the lowest validation loss so far, ``carried`` the state of truncated backpropagation
    after the last batch.
    """

    network: Network
    optimiser: torch.optim.Optimizer
    progress: Progress = field(default_factory=Progress)
    best: dict[str, Tensor] = field(default_factory=dict)
    carried: State = None
    began: tuple[float, float] = field(default_factory=lambda: (time.perf_counter(), time.process_time()))
    """Wall and processor seconds when this process began."""

    def keep_weights(self) -> None:
        """Copy the weights as they are now: they are the best so far."""
        self.best = {name: tensor.detach().clone() for name, tensor in self.network.state_dict().items()}

    def to_checkpoint(self) -> Checkpoint:
        """Everything, as tensors by name and JSON values."""
        tensors = {f"network.{name}": tensor for name, tensor in self.network.state_dict().items()}
        tensors.update({f"best.{name}": tensor for name, tensor in self.best.items()})
        tensors.update(optimiser_tensors(self.optimiser))
        spent = {
            "earlier_wall_s": self.progress.earlier_wall_s + time.perf_counter() - self.began[0],
            "earlier_cpu_s": self.progress.earlier_cpu_s + time.process_time() - self.began[1],
        }
        return Checkpoint(tensors, {**vars(self.progress), **spent}, detach(self.carried))


def restored(network: Network, optimiser: torch.optim.Optimizer, checkpoint: Checkpoint | None) -> TrainingState:
    """The state that a checkpoint holds, put into the network and the optimiser; a fresh one without a checkpoint."""
    if checkpoint is None:
        return TrainingState(network, optimiser)

    def named(prefix: str) -> dict[str, Tensor]:
        return {
            name.removeprefix(prefix): tensor for name, tensor in checkpoint.tensors.items() if name.startswith(prefix)
        }

    network.load_state_dict(named("network."))
    restore_optimiser(optimiser, checkpoint.tensors)
    device = next(network.parameters()).device
    stored = Progress(**checkpoint.values)
    return TrainingState(
        network,
        optimiser,
        replace(stored, resumed=stored.resumed + 1),
        {name: tensor.to(device) for name, tensor in named("best.").items()},
        to(checkpoint.carried, device),
    )
