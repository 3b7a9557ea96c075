"""Checks tensors, with messages that say where the first difference is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from rnnbench.conformance.findings import Broken, require

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

DOUBLE = 1e-9
"""The tolerance between two float64 computations of one result, as a share of the largest value."""


def same_shape(what: str, found: Any, expected: Sequence[int], dtype: torch.dtype | None = None) -> None:
    """Require a finite tensor of this shape, and of this type if one is given.

    Raises:
        Broken: it is something else.
    """
    require(isinstance(found, torch.Tensor), f"{what}: expected a tensor, got {type(found).__name__}")
    shape, wanted = tuple(found.shape), tuple(expected)
    require(shape == wanted, f"{what}: shape expected {wanted}, got {shape}")
    require(dtype in (None, found.dtype), f"{what}: type expected {dtype}, got {found.dtype}")
    if found.device.type != "meta":
        not_finite = ~found.isfinite()
        require(
            not not_finite.any(), f"{what}: not a finite number at {_first(not_finite, ())}" if not_finite.any() else ""
        )


def same(
    what: str, found: Tensor, expected: Tensor, axes: Sequence[str] = ("row", "step"), allowed: float = DOUBLE
) -> None:
    """Require that two tensors agree within ``allowed``, as a share of the largest value expected.

    Raises:
        Broken: they do not; the message names the first step at which some row differs.
    """
    same_shape(what, found, expected.shape)
    found, expected = found.detach(), expected.detach()
    gap = (found - expected).abs()
    limit = allowed * max(float(expected.abs().max()), 1.0) if expected.numel() else 0.0
    if not (gap > limit).any():
        return
    index = _first(gap > limit, axes)
    where = ", ".join(f"{axis} {place}" for axis, place in zip(axes, index, strict=False))
    values = f"expected {float(expected[index]):.6g}, got {float(found[index]):.6g}"
    raise Broken(f"{what} differs at {where}: {values} ({int((gap > limit).sum())} of {gap.numel()} values differ)")


def _first(wrong: Tensor, axes: Sequence[str]) -> tuple[int, ...]:
    """The index of the first wrong value, sorted by step and then by row."""
    places: list[list[int]] = wrong.nonzero().tolist()
    if "step" in axes:
        step = axes.index("step")
        places.sort(key=lambda place: (place[step], place))
    return tuple(places[0])
