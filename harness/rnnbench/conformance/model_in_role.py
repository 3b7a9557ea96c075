"""A model in one of its roles: how the laws build it, make its inputs and compute its outputs.

B batch, T steps, S source steps, D core width. The rows of a batch have 6, 2, 1 and 4 valid steps of 6.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch

from rnnbench.conformance.findings import NotApplicable
from rnnbench.contract.models import Model, Role

if TYPE_CHECKING:
    from torch import Tensor, nn

LENGTHS = (6, 2, 1, 4)
ROWS, STEPS = len(LENGTHS), max(LENGTHS)
_NOISE = 0.1


@dataclass(frozen=True)
class ModelInRole:
    """The subject of the laws of models."""

    model: Model
    role: Role

    def core(self, dtype: torch.dtype = torch.float64) -> Any:
        """A core in evaluation, its weights moved a little: a zero or a one would hide what it multiplies."""
        core = self.fresh(dtype).eval()
        with torch.no_grad():
            for parameter in core.parameters():
                parameter.add_(_NOISE * torch.randn_like(parameter))
        return core

    def fresh(self, dtype: torch.dtype = torch.float32) -> nn.Module:
        """A core as the model builds it."""
        return self.model.build(self.role).to(dtype)

    def draw(self, rows: int = ROWS, steps: int = STEPS, dtype: torch.dtype = torch.float64) -> Tensor:
        """Inputs B x T x D."""
        return torch.randn(rows, steps, self.model.width, dtype=dtype)

    def ask(self, core: Any, x_BTD: Tensor, lengths_B: Tensor, y_BTD: Tensor) -> Tensor:
        """The output in whatever role: y of a causal core, an encoder's summary (B x 1 x D), a decoder's z."""
        if self.role is Role.CAUSAL:
            output: Tensor = core(x_BTD)[0]
        elif self.role is Role.ENCODER:
            output = core(x_BTD, lengths_B)[1].unsqueeze(1)
        else:
            output = core.decode(y_BTD, core.encode(x_BTD, lengths_B))[0]
        return output

    def only(self, *roles: Role) -> None:
        """Raise NotApplicable unless the model plays one of these roles here."""
        if self.role not in roles:
            raise NotApplicable(f"a law of {' and '.join(roles)} cores")

    def carrying(self) -> None:
        """Raise NotApplicable for a core that hands no state on."""
        self.only(Role.CAUSAL)
        if not self.model.carries_state:
            raise NotApplicable("the model declares carries_state = False")


def lengths() -> Tensor:
    """The valid steps of each row of a batch, B."""
    return torch.tensor(LENGTHS)


def repadded(x_BTD: Tensor) -> Tensor:
    """The same rows with other values where the padding is."""
    other = x_BTD.clone()
    for row, length in enumerate(LENGTHS):
        other[row, length:] = 100 * torch.randn_like(other[row, length:])
    return other
