"""Answers that need no network: a perfect one and one that knows nothing, for each of the harness's output types.

B batch, T steps, U target steps, H horizon, C channels.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from rnnbench.conformance.findings import NotApplicable
from rnnbench.contract.batches import Batch
from rnnbench.contract.ends import OutputType
from rnnbench.network.bits_per_step import BitsPerStep
from rnnbench.network.chunked_cross_entropy import IGNORED
from rnnbench.network.horizon import Horizon
from rnnbench.network.label import Label
from rnnbench.network.label_per_step import LabelPerStep
from rnnbench.network.next_token import NextToken
from rnnbench.network.target_sequence import TargetSequence
from rnnbench.network.value import Value

Answer = Callable[[Batch], Mapping[str, Any]]
"""Columns of arrays or lists, one entry a row of the batch."""


def perfect_answer(output: OutputType) -> Answer:
    """The targets themselves, with probability one, in the columns that the output type scores.

    Raises:
        NotApplicable: not known for this output type.
    """
    return _found(_PERFECT, output)


def blind_answer(output: OutputType) -> Answer:
    """What knows nothing: equal probabilities, labels drawn evenly, no words, zero for every real value.

    Raises:
        NotApplicable: not known for this output type.
    """
    return _found(_BLIND, output)


def _found(known: dict[type[OutputType], Callable[[Any], Answer]], output: OutputType) -> Answer:
    for kind, make in known.items():
        if isinstance(output, kind):
            return make(output)
    raise NotApplicable(f"no stand-in answer is known for the output type {type(output).__name__}")


def _right_labels(output: Label | LabelPerStep) -> Answer:
    del output
    return lambda batch: {
        "label": np.maximum(batch.targets.numpy(), 0),
        "log_probability": np.zeros(tuple(batch.targets.shape)),
    }


def _even_labels(output: Label | LabelPerStep) -> Answer:
    random = np.random.default_rng(0)
    return lambda batch: {
        "label": random.integers(output.classes, size=tuple(batch.targets.shape)),
        "log_probability": _even(batch, output.classes),
    }


def _even(batch: Batch, choices: int) -> np.ndarray[Any, Any]:
    return np.where(batch.targets.numpy() == IGNORED, 0.0, -np.log(choices))


def _words(targets_U: np.ndarray[Any, Any], eos: int) -> list[int]:
    words: list[int] = targets_U[(targets_U != IGNORED) & (targets_U != eos)].tolist()
    return words


_PERFECT: dict[type[OutputType], Callable[[Any], Answer]] = {
    Label: _right_labels,
    LabelPerStep: _right_labels,
    NextToken: lambda _: lambda batch: {"log_probability": np.zeros(tuple(batch.targets.shape))},
    BitsPerStep: lambda _: lambda batch: {"log_probability": np.zeros(tuple(batch.targets.shape[:2]))},
    TargetSequence: lambda output: (
        lambda batch: {
            "hypothesis": [_words(row, output.eos) for row in batch.targets.numpy()],
            "log_probability": np.zeros(len(batch.rows)),
        }
    ),
    Horizon: lambda _: lambda batch: {"prediction": batch.targets.numpy()},
    Value: lambda _: lambda batch: {"prediction": batch.targets.numpy()},
}
_BLIND: dict[type[OutputType], Callable[[Any], Answer]] = {
    Label: _even_labels,
    LabelPerStep: _even_labels,
    NextToken: lambda output: lambda batch: {"log_probability": _even(batch, output.vocabulary)},
    BitsPerStep: lambda _: (
        lambda batch: {
            "log_probability": np.where(
                batch.targets[..., 0].numpy() == IGNORED, 0.0, -batch.targets.shape[2] * np.log(2)
            )
        }
    ),
    TargetSequence: lambda output: (
        lambda batch: {
            "hypothesis": [[] for _ in batch.rows],
            "log_probability": _even(batch, output.vocabulary).sum(axis=1),
        }
    ),
    Horizon: lambda _: lambda batch: {"prediction": np.zeros(tuple(batch.targets.shape))},
    Value: lambda _: lambda batch: {"prediction": np.zeros(tuple(batch.targets.shape))},
}
