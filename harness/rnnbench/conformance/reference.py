"""The model that the laws of tasks train: a small one, adapted to every role by the harness."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from torch import nn

from rnnbench.contract.models import Family, Model, Role


@dataclass(frozen=True, kw_only=True)
class Reference(Model):
    """One layer of torch's GRU."""

    name: ClassVar[str] = "reference"
    paper: ClassVar[str] = "Cho et al. 2014"
    family: ClassVar[Family] = Family.RECURRENT
    roles: ClassVar[frozenset[Role]] = frozenset({Role.CAUSAL})

    width: int = 8

    def build(self, role: Role) -> nn.Module:  # noqa: ARG002  it plays one
        """``nn.GRU``."""
        return nn.GRU(self.width, self.width, batch_first=True)
