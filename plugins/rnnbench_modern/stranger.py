"""What the models of other libraries share: their fields, the role that they play, and what they need installed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rnnbench import Family, Model, Role


@dataclass(frozen=True, kw_only=True)
class Stranger(Model):
    """A causal model of ``layers`` blocks of a library; dropout falls where the library has it."""

    family: ClassVar[Family] = Family.RECURRENT
    roles: ClassVar[frozenset[Role]] = frozenset({Role.CAUSAL})
    install: ClassVar[str] = "rnnbench[modern]"

    layers: int = 2
    dropout: float = 0.0

    def __post_init__(self) -> None:
        check_whole(self, "width", "layers")
        if not 0 <= self.dropout < 1:
            raise ValueError(f"dropout must be at least 0 and below 1, got {self.dropout!r}")


def check_whole(model: Model, *fields: str, multiple_of: int = 1) -> None:
    """Each field is a positive whole number divisible by ``multiple_of``; None passes.

    Raises:
        ValueError: one is not.
    """
    for field in fields:
        value = getattr(model, field)
        if value is not None and (value < 1 or value % multiple_of):
            divisible = f" divisible by {multiple_of}" if multiple_of > 1 else ""
            raise ValueError(f"{field} must be a whole number{divisible} of at least 1, got {value!r}")


def check_role(model: Model, role: Role) -> None:
    """The model plays the role.

    Raises:
        ValueError: it does not.
    """
    if role not in model.roles:
        raise ValueError(f"model {model.name!r} plays {', '.join(sorted(model.roles))}, not {role}")
