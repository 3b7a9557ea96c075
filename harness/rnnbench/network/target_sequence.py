"""Output type of translation: a sentence of tokens, trained with teacher forcing and decoded with beam search."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, cast

import numpy as np
import torch
from torch import nn

from rnnbench.contract.arrays import IGNORED
from rnnbench.contract.ends import OutputEnd, OutputType
from rnnbench.contract.models import Role
from rnnbench.network.beam_search import beam_search
from rnnbench.network.inputs import embedding
from rnnbench.network.readout import Readout
from rnnbench.network.rows import column, even_log_probability, lengths_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor

    from rnnbench.contract.batches import Batch, Columns
    from rnnbench.contract.ends import State
    from rnnbench.network.bodies import Seq2SeqBody


@dataclass(frozen=True)
class TargetSequence(OutputType):
    """Targets B x U (int64), each ending in ``eos`` and padded with -100; the decoder reads ``bos`` and the targets.

    ``tied`` shares the readout's weight with the table of the targets. Decoding keeps ``beam`` hypotheses (see
    :mod:`rnnbench.network.beam_search`) of at most ``max_length_ratio`` times the source's length plus
    ``max_length_extra`` tokens.
    Scores ``log_probability``: of the whole target, eos included, float64; ``hypothesis``: token ids, without bos
    and eos.
    """

    roles: ClassVar[frozenset[Role]] = frozenset({Role.SEQ2SEQ})

    vocabulary: int
    bos: int
    eos: int
    pad: int
    tied: bool = False
    beam: int = 4
    length_penalty: float = 1.0
    max_length_ratio: float = 2.0
    max_length_extra: int = 10

    def __post_init__(self) -> None:
        if len({self.bos, self.eos, self.pad}) < 3:
            raise ValueError(f"bos, eos and pad are three tokens, but they are {self.bos}, {self.eos} and {self.pad}")
        if self.beam < 1 or self.length_penalty < 0:
            raise ValueError(f"beam is at least 1 and length_penalty at least 0: {self.beam}, {self.length_penalty}")

    def perfect(self, batch: Batch) -> Mapping[str, Any]:
        """The targets, with probability one."""
        words = [[token for token in row if token not in (IGNORED, self.eos)] for row in batch.targets.tolist()]
        return {"hypothesis": words, "log_probability": np.zeros(len(batch.rows))}

    def blind(self, batch: Batch) -> Mapping[str, Any]:
        """No words, and equal probabilities for the whole vocabulary."""
        log_probability_B = even_log_probability(batch.targets, self.vocabulary).sum(axis=1)
        return {"hypothesis": [[] for _ in batch.rows], "log_probability": log_probability_B}

    def build(self, width: int, inputs: nn.Module) -> TargetSequenceEnd:  # noqa: ARG002  targets have their own table
        """The table of the targets V -> E and the readout E -> V."""
        return TargetSequenceEnd(width, self)


class TargetSequenceEnd(OutputEnd):
    """See :class:`TargetSequence`."""

    def __init__(self, width: int, output: TargetSequence) -> None:
        super().__init__()
        self.output = output
        self.table = embedding(output.vocabulary, width)
        self.readout = Readout(width, output.vocabulary, self.table if output.tied else None)

    def loss(
        self, body: nn.Module, x_BTE: Tensor, batch: Batch, state: State, smoothing: float = 0.0
    ) -> tuple[Tensor, int, State]:
        """Cross entropy in nats of the targets, each after the right ones before it."""
        memory = cast("Seq2SeqBody", body).encode(x_BTE, lengths_of(batch))
        z_BUE = self._teacher_forced(body, memory, batch.targets)
        if self.training and self.teacher_forcing < 1.0:
            z_BUE = self._sampled(body, memory, batch.targets, z_BUE)
        return *self.readout.loss(z_BUE, batch.targets, smoothing), state

    def score(self, body: nn.Module, x_BTE: Tensor, batch: Batch, state: State) -> tuple[Columns, State]:
        """``log_probability`` and ``hypothesis``, B each."""
        lengths_B = lengths_of(batch)
        memory = cast("Seq2SeqBody", body).encode(x_BTE, lengths_B)
        z_BUE = self._teacher_forced(body, memory, batch.targets)
        log_probability_B = self.readout.log_probabilities(z_BUE, batch.targets).sum(1)
        columns = {
            "log_probability": column(log_probability_B),
            "hypothesis": self._decode(body, memory, lengths_B.to(x_BTE.device)),
        }
        return columns, state

    def _teacher_forced(self, body: nn.Module, memory: Any, targets_BU: Tensor) -> Tensor:
        """What the decoder makes of each target's past, B x U x E."""
        z_BUE, _ = cast("Seq2SeqBody", body).decode(self.table(self._past(targets_BU)), memory)
        return z_BUE

    def _sampled(self, body: nn.Module, memory: Any, targets_BU: Tensor, z_BUE: Tensor) -> Tensor:
        """The same after a second pass, in which some inputs are what the first pass predicted.

        Each input is the right token with probability ``teacher_forcing``. One more pass serves any core, where
        sampling step by step would need a loop (Duckworth et al. 2019, arXiv:1906.04331).
        """
        with torch.no_grad():
            predicted_BU = self.readout(z_BUE).argmax(2).masked_fill(targets_BU == IGNORED, IGNORED)
        right_BU, own_BU = self._past(targets_BU), self._past(predicted_BU)
        keep_BU = torch.rand(right_BU.shape, device=right_BU.device) < self.teacher_forcing
        z_BUE, _ = cast("Seq2SeqBody", body).decode(self.table(torch.where(keep_BU, right_BU, own_BU)), memory)
        return z_BUE

    def _past(self, tokens_BU: Tensor) -> Tensor:
        """``bos`` and then each token but the last, as the decoder reads them."""
        past_BU = tokens_BU.roll(1, 1)
        past_BU = past_BU.masked_fill(past_BU == IGNORED, self.output.pad)
        past_BU[:, 0] = self.output.bos
        return past_BU

    def _decode(self, body: nn.Module, memory: Any, lengths_B: Tensor) -> list[list[int]]:
        output = self.output

        def step(token_N: Tensor, memory: Any, state: State) -> tuple[Tensor, State]:
            z_N1E, state = cast("Seq2SeqBody", body).decode(self.table(token_N.unsqueeze(1)), memory, state)
            log_probability_NV = self.readout(z_N1E[:, 0]).log_softmax(1)
            log_probability_NV[:, [output.bos, output.pad]] = -torch.inf
            return log_probability_NV, state

        longest_B = (lengths_B * output.max_length_ratio).long() + output.max_length_extra
        return beam_search(
            step, memory, longest_B, bos=output.bos, eos=output.eos, beam=output.beam, alpha=output.length_penalty
        )
