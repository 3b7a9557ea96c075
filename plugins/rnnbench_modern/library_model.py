"""What the models of other libraries share: their fields, the role that they play, and what they need installed."""

from __future__ import annotations

from dataclasses import dataclass

from rnnbench import Family, Model, Role, check_fraction, check_whole


@dataclass(frozen=True, kw_only=True)
class LibraryModel(Model):
    """A causal model of ``layers`` blocks of a library; dropout falls where the library has it."""

    family = Family.RECURRENT
    roles = frozenset({Role.CAUSAL})
    install = "rnnbench[modern]"

    layers: int = 2
    dropout: float = 0.0

    def __post_init__(self) -> None:
        check_whole(self, "width", "layers")
        check_fraction(self, "dropout")
