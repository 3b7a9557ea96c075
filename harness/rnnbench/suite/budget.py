"""How much a run may take: parameters of the core, and training by steps, tokens, epochs or seconds."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from rnnbench.suite.base import Shape

UNITS = ("steps", "tokens", "epochs", "seconds")

_Count = Annotated[int, Field(ge=1, le=10**15)]


class Budget(Shape):
    """Exactly one of ``steps``, ``tokens``, ``epochs`` and ``seconds`` ends a run's training.

    ``core_params``: the parameters of everything between the harness's ends; None leaves the models' own widths.
    ``tokens`` counts sequence positions that were trained on. ``seconds`` are those of training steps alone: such a
    run is not reproducible, and its table says so.
    """

    core_params: _Count | None = None
    steps: _Count | None = None
    tokens: _Count | None = None
    epochs: Annotated[float, Field(gt=0, le=10**6)] | None = None
    seconds: Annotated[float, Field(gt=0, le=10**7)] | None = None

    @property
    def units(self) -> tuple[str, ...]:
        """Which of steps, tokens, epochs and seconds are set: one, in a budget that can be used."""
        return tuple(unit for unit in UNITS if getattr(self, unit) is not None)

    def share(self, part: float) -> Budget:
        """A part of this budget, between 0 and 1; at least one step or token."""
        whole = {unit: max(1, round(getattr(self, unit) * part)) for unit in ("steps", "tokens") if getattr(self, unit)}
        real = {unit: getattr(self, unit) * part for unit in ("epochs", "seconds") if getattr(self, unit)}
        return self.model_copy(update={**whole, **real})

    def resolved(self) -> dict[str, Any]:
        """What goes into a run's id: what is set."""
        return {name: value for name, value in super().resolved().items() if value is not None}

    def override(self, other: Budget) -> Budget:
        """This budget with what ``other`` sets; its unit of training takes the place of this one's."""
        changes = {name: getattr(other, name) for name in other.model_fields_set}
        if other.units:
            changes = dict.fromkeys(UNITS) | changes
        return self.model_copy(update=changes)
