"""The rows of a batch: how long they are, where they end, and what is scored for each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from rnnbench.contract.arrays import IGNORED

if TYPE_CHECKING:
    from torch import Tensor

    from rnnbench.contract.arrays import Floats, Integers
    from rnnbench.contract.batches import Batch


def lengths_of(batch: Batch) -> Tensor:
    """Lengths B (int64, on the CPU), also where all steps are valid."""
    if batch.lengths is not None:
        return batch.lengths
    rows, steps = batch.inputs.shape[:2]
    return torch.full((rows,), steps)


def last_valid(x_BTK: Tensor, lengths_B: Tensor | None) -> Tensor:
    """The last valid step of each row, B x K; an empty row gives its first step."""
    if lengths_B is None:
        return x_BTK[:, -1]
    index_B = (lengths_B - 1).clamp(min=0).to(x_BTK.device)
    return x_BTK.gather(1, index_B.view(-1, 1, 1).expand(-1, 1, x_BTK.shape[2])).squeeze(1)


def column(scores: Tensor) -> Any:
    """Scores, one row each, as a NumPy array."""
    return scores.cpu().numpy()


def even_log_probability(targets: Tensor, choices: int) -> Floats:
    """The natural logarithm for each target where ``choices`` are equally likely; 0 where there is no target."""
    return np.where(targets.numpy() == IGNORED, 0.0, -np.log(choices))


def even_labels(batch: Batch, classes: int) -> Integers:
    """A class drawn evenly for each target; the same rows get the same ones."""
    return np.random.default_rng(batch.rows).integers(classes, size=tuple(batch.targets.shape))


def perfect_labels(batch: Batch) -> dict[str, Any]:
    """The scores of an answer that gives each target probability one; ``targets`` may be B or B x T."""
    return {"label": np.maximum(batch.targets.numpy(), 0), "log_probability": np.zeros(tuple(batch.targets.shape))}


def blind_labels(batch: Batch, classes: int) -> dict[str, Any]:
    """The scores of labels drawn evenly, with equal probabilities; ``targets`` may be B or B x T."""
    return {
        "label": even_labels(batch, classes),
        "log_probability": even_log_probability(batch.targets, classes),
    }
