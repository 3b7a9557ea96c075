"""Turn a model's size knobs until everything between the harness's ends meets a parameter budget within 2 %.

The width whose usual shape comes nearest to the budget is kept where it can be; then the fine knob is turned to come
as near as it can. Where neither is enough, the widest core below the budget gets an inner projection beside the map
after it (:class:`rnnbench.network.bodies.InnerProjection`), which makes up the rest.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, NamedTuple

from rnnbench.contract.models import Knob, Model
from rnnbench.records.schema import BUDGET_TOLERANCE

_MOST_STEPS = 2**16
_WIDEST_GAP = 64  # steps between two widths that a model accepts: of one that takes multiples of its heads, say

MOST_PROJECTED = 0.25
"""The largest share of a budget that an inner projection may have: beyond it, the cores would not be compared."""

Count = Callable[[Model, int], int]
"""The core parameters of a model with an inner projection of a width (0: none)."""


class Sized(NamedTuple):
    """A model of the size that was asked for; ``inner`` is the width of its inner projection, 0 where it needs none."""

    model: Model
    inner: int = 0


class Unreachable(Exception):
    """No size of this model meets the budget. The message names the nearest below and above, and what to write."""


def fit(model: Model, budget: int, count: Count) -> Sized:
    """The model with its knobs turned so that ``count`` is within 2 % of ``budget``.

    Raises:
        Unreachable: no size is.
    """
    tried: list[tuple[int, Model]] = []
    for width in _near(model, budget, lambda candidate: count(candidate, 0)):
        sized = _turn_fine(width, budget, lambda candidate: count(candidate, 0))
        size = count(sized, 0)
        if abs(size - budget) <= BUDGET_TOLERANCE * budget:
            return Sized(sized)
        tried.append((size, sized))
    tried.sort(key=lambda sizes: sizes[0])
    for size, sized in reversed(tried):
        each = count(sized, 1) - size
        inner = round((budget - size) / each) if each else 0
        fits = inner > 0 and abs(size + inner * each - budget) <= BUDGET_TOLERANCE * budget
        if fits and inner * each <= MOST_PROJECTED * budget:
            return Sized(sized, inner)
    raise Unreachable(_unreachable(model, budget, tried))


def _unreachable(model: Model, budget: int, tried: list[tuple[int, Model]]) -> str:
    """What was tried, and what to write in the suite or in the model."""
    below = [sizes for sizes in tried if sizes[0] < budget][-1:]
    above = [sizes for sizes in tried if sizes[0] > budget][:1]
    field = model.coarse.field
    nearest = [f"{field} {getattr(sized, field)} has {size:,}" for size, sized in (*below, *above)]
    what = f"no size has {budget:,} core parameters within {BUDGET_TOLERANCE:.0%}"
    if not nearest:
        return f"{what}: no {field} is accepted"
    sizes = " or ".join(str(size) for size, _ in (*below, *above))
    cure = f"give the task a budget that there is, `budget: {{core_params: {sizes}}}`"
    if model.fine is None:
        knob = '`fine = Knob("units")` with a field `units: int | None = None`'
        cure += f", or the model a fine knob, {knob} (plugins/README.md, Meeting a budget)"
    return f"{what}: {', '.join(nearest)}; {cure}"


def _near(model: Model, budget: int, count: Callable[[Model], int]) -> list[Model]:
    """Models of the widths around the budget in their usual shape, nearest first."""
    knob = model.coarse
    usual = {
        field.name: field.default
        for field in dataclasses.fields(model)
        if model.fine and field.name == model.fine.field
    }

    def at(steps: int) -> Model | None:
        try:
            changes: dict[str, Any] = {knob.field: steps * knob.step, **usual}
            return dataclasses.replace(model, **changes)
        except ValueError:
            return None

    def size(steps: int) -> int:
        """The count at the next width that the model accepts."""
        accepted = (sized for other in range(steps, steps + _WIDEST_GAP) if (sized := at(other)) is not None)
        sized = next(accepted, None)
        return count(sized) if sized else 0

    low, high = 0, 1
    while size(high) < budget and high < _MOST_STEPS:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if size(middle) < budget else (low, middle)
    below = [sized for steps in range(low, max(0, low - _WIDEST_GAP), -1) if (sized := at(steps)) is not None]
    above = [sized for steps in range(high, high + _WIDEST_GAP) if (sized := at(steps)) is not None]
    return sorted([*below[:3], *above[:3]], key=lambda sized: abs(count(sized) - budget))


def _turn_fine(model: Model, budget: int, count: Callable[[Model], int]) -> Model:
    """The value of the fine knob whose count is nearest to the budget; the count grows with it."""
    knob = model.fine
    if knob is None:
        return model
    values = [value for value in _range(knob, model) if _with(model, knob, value) is not None]
    if not values:
        return model

    def size(index: int) -> int:
        sized = _with(model, knob, values[index])
        assert sized is not None
        return count(sized)

    low, high = 0, len(values) - 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if size(middle) < budget else (low, middle)
    nearest = min((low, high), key=lambda index: abs(size(index) - budget))
    if size(nearest) == count(model):
        return model  # the usual shape already is the nearest: leave the field unset
    sized = _with(model, knob, values[nearest])
    assert sized is not None
    return sized


def _range(knob: Knob, model: Model) -> range:
    width = getattr(model, model.coarse.field)
    low, high = (max(1, round(share * width / knob.step)) for share in (knob.low, knob.high))
    return range(low * knob.step, high * knob.step + 1, knob.step)


def _with(model: Model, knob: Knob, value: int) -> Model | None:
    try:
        return dataclasses.replace(model, **{knob.field: value})
    except ValueError:
        return None
