"""Every core meets a budget of parameters within 2 %, or the suite is refused with the nearest that can be reached."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from tests.pipeline.conftest import MODELS

from rnnbench.contract.models import Knob, Model, Role
from rnnbench.discovery import discover
from rnnbench.network.adapters import NotApplicable, adapter_for
from rnnbench.network.network import count_core_params
from rnnbench.plan.sizing import Unreachable, fit
from rnnbench.records.schema import BUDGET_TOLERANCE


@pytest.mark.parametrize("budget", [10_000, 20_000, 30_000, 120_000])
@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("name", MODELS)
def test_every_model_meets_the_budget_in_every_role_that_it_serves(name: str, role: Role, budget: int) -> None:
    model = discover().models[name]()
    try:
        adapter_for(model, role)
    except NotApplicable:
        assert (name, role) in {("bidirectional", Role.CAUSAL), ("attention-seq2seq", Role.CAUSAL)}
        return
    sized = fit(model, budget, lambda candidate: count_core_params(candidate, role, 48))
    assert abs(count_core_params(sized, role, 48) - budget) <= BUDGET_TOLERANCE * budget


@dataclass(frozen=True, kw_only=True)
class Square(Model):
    """width ** 2 parameters, and ``extra`` more."""

    extra: int | None = None

    def build(self, role: Role) -> object:  # type: ignore[override]
        raise AssertionError("sizing only counts")


def square(model: Model) -> int:
    assert isinstance(model, Square)
    return model.width**2 + (model.width if model.extra is None else model.extra)


def test_without_a_fine_knob_a_gap_between_widths_is_refused_with_the_nearest() -> None:
    with pytest.raises(Unreachable, match=r"no size has 31 core parameters within 2%; the nearest is 30"):
        fit(Square(), 31, square)


def test_the_fine_knob_fills_the_gap_between_widths() -> None:
    @dataclass(frozen=True, kw_only=True)
    class Fine(Square):
        fine = Knob("extra", 1, 0.5, 1.5)

    assert fit(Fine(), 31, square) == Fine(width=5, extra=6)
    assert fit(Fine(), 30, square) == Fine(width=5, extra=None), "the usual shape is kept where it fits"


def test_a_width_that_the_model_refuses_is_passed_over() -> None:
    @dataclass(frozen=True, kw_only=True)
    class Even(Square):
        def __post_init__(self) -> None:
            if self.width % 2:
                raise ValueError("width must be even")

    assert fit(Even(), 42, square).width == 6
