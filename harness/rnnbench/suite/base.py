"""The pydantic base class of all parts of a suite file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict

from rnnbench.contract.field_values import ADDED

if TYPE_CHECKING:
    from collections.abc import Mapping


class Shape(BaseModel):
    """Strict and frozen; an unknown key is an error. An int is accepted for a float; no other value is coerced."""

    model_config = ConfigDict(
        strict=True, frozen=True, extra="forbid", allow_inf_nan=False, use_attribute_docstrings=True
    )

    def given(self) -> dict[str, Any]:
        """The fields that were set, as opposed to left at their defaults."""
        return {name: getattr(self, name) for name in type(self).model_fields if name in self.model_fields_set}

    def resolved(self) -> dict[str, Any]:
        """What goes into a run's id: every field, but for added ones that have their defaults.

        Added fields are marked as those of plugins: ``name: Annotated[int, ADDED] = 0``.
        """
        whole, added = self.model_dump(), self.added_defaults()
        kept: dict[str, Any] = {}
        for name in type(self).model_fields:
            value = getattr(self, name)
            if name in added and type(value) is type(added[name]) and value == added[name]:
                continue
            kept[name] = value.resolved() if isinstance(value, Shape) else whole[name]
        return kept

    @classmethod
    def added_defaults(cls) -> Mapping[str, Any]:
        """The fields that are marked :data:`ADDED`, with their defaults."""
        return {
            name: field.get_default(call_default_factory=True)
            for name, field in cls.model_fields.items()
            if ADDED in field.metadata
        }
