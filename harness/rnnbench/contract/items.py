"""Items as metrics read them: equally long columns by name, one row for each test item or block of items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

Kind = Literal["float64", "int64", "string"]
"""The type of a column."""
Items = Mapping[str, Sequence[Any]]
"""Columns, by name."""
