"""Input types: from a batch's inputs to vectors of the task's embedding width E, the same for every model."""

from __future__ import annotations

from dataclasses import dataclass

from torch import nn

from rnnbench.contract.ends import InputType


def embedding(vocabulary: int, width: int) -> nn.Embedding:
    """A V x E table drawn from N(0, 1/E), so that it also serves as a tied readout.

    With unit variance a tied readout would open with logits of size sqrt(E).
    """
    table = nn.Embedding(vocabulary, width)
    nn.init.normal_(table.weight, std=width**-0.5)
    return table


@dataclass(frozen=True)
class Tokens(InputType):
    """Token ids B x T (int64) below ``vocabulary``, looked up in a learned table (see :func:`embedding`)."""

    vocabulary: int

    def build(self, width: int) -> nn.Embedding:
        """The table V x E."""
        return embedding(self.vocabulary, width)


@dataclass(frozen=True)
class Reals(InputType):
    """Values B x T x C (float), mapped linearly from C to E; initialised as ``nn.Linear`` does."""

    channels: int

    def build(self, width: int) -> nn.Linear:
        """The linear map C -> E, with a bias."""
        return nn.Linear(self.channels, width)
