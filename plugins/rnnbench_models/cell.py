"""Finding the recurrent model whose layers another model is made of."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from rnnbench import Model, Role, find_model

if TYPE_CHECKING:
    from collections.abc import Mapping

SHARED = ("width", "layers", "dropout", "dropout_kind", "inner_width")
"""Fields that the model made of cells sets for its cell."""


def find_cell(name: str, fields: Mapping[str, object], whole: Model) -> Model:
    """The installed model ``name`` with ``fields``, of the same size as ``whole``.

    Raises:
        ValueError: there is no such model or field, or it is not made of causal layers.
    """
    taken = [field for field in SHARED if field in fields]
    if taken:
        raise ValueError(f"cell_fields must not set {taken[0]!r}: the cell takes it from {whole.name!r} itself")
    try:
        cell = find_model(name, **fields)
    except (LookupError, ValueError) as error:
        raise ValueError(f"cell: {error}") from error
    if Role.CAUSAL not in cell.roles or type(cell).layer is Model.layer:
        raise ValueError(f"cell: model {name!r} is not made of causal layers that {whole.name!r} could use")
    both = {field.name for field in dataclasses.fields(cell)} & {field.name for field in dataclasses.fields(whole)}
    return dataclasses.replace(cell, **{field: getattr(whole, field) for field in SHARED if field in both})
