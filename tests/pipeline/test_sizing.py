"""Every core meets a budget of parameters within 2 %, or the suite is refused with the nearest that can be reached."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import torch
from tests.pipeline.conftest import MODELS, tiny_suite
from tests.pipeline.test_training import carry_out, numbers
from torch import Tensor, nn

from rnnbench.contract.models import Family, Knob, Model, Role
from rnnbench.discovery import discover
from rnnbench.leaderboard.notes import row_notes
from rnnbench.network.adapters import CannotServe, adapter_for
from rnnbench.network.bodies import InnerProjection, build_body
from rnnbench.network.network import count_core_params
from rnnbench.plan import Draft, Unplannable, draft
from rnnbench.plan.sizing import MOST_PROJECTED, Unreachable, fit
from rnnbench.prepare import prepare
from rnnbench.records.schema import BUDGET_TOLERANCE, Kind, Status
from rnnbench.suite import read_suite


@pytest.mark.parametrize("budget", [10_000, 20_000, 30_000, 120_000])
@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("name", MODELS)
def test_every_model_meets_the_budget_in_every_role_that_it_serves(name: str, role: Role, budget: int) -> None:
    model = discover().models[name]()
    try:
        adapter_for(model, role)
    except CannotServe:
        assert (name, role) in {("bidirectional", Role.CAUSAL), ("attention-seq2seq", Role.CAUSAL)}
        return
    sized = fit(model, budget, lambda candidate, inner: count_core_params(candidate, role, 48, inner=inner))
    assert sized.inner == 0, "the built-in models meet a budget by their own knobs"
    assert abs(count_core_params(sized.model, role, 48) - budget) <= BUDGET_TOLERANCE * budget


@dataclass(frozen=True, kw_only=True)
class Square(Model):
    """width ** 2 parameters, and ``extra`` more."""

    extra: int | None = None

    def build(self, role: Role) -> object:  # type: ignore[override]
        raise AssertionError("sizing only counts")


def square(model: Model, inner: int = 0) -> int:
    assert isinstance(model, Square)
    assert inner in (0, 1), "no projection is planned where it would add nothing"
    return model.width**2 + (model.width if model.extra is None else model.extra)


def test_without_a_fine_knob_a_gap_between_widths_is_refused_with_the_nearest_and_what_to_write() -> None:
    with pytest.raises(Unreachable) as refused:
        fit(Square(), 31, square)
    assert str(refused.value) == (
        "no size has 31 core parameters within 2%: width 5 has 30, width 6 has 42; give the task a budget that there "
        'is, `budget: {core_params: 30 or 42}`, or the model a fine knob, `fine = Knob("units")` with a field '
        "`units: int | None = None` (plugins/README.md, Meeting a budget)"
    )


def test_the_fine_knob_fills_the_gap_between_widths() -> None:
    @dataclass(frozen=True, kw_only=True)
    class Fine(Square):
        fine = Knob("extra", 1, 0.5, 1.5)

    assert fit(Fine(), 31, square).model == Fine(width=5, extra=6)
    assert fit(Fine(), 30, square).model == Fine(width=5, extra=None), "the usual shape is kept where it fits"


def test_a_width_that_the_model_refuses_is_passed_over() -> None:
    @dataclass(frozen=True, kw_only=True)
    class Even(Square):
        def __post_init__(self) -> None:
            if self.width % 2:
                raise ValueError("width must be even")

    assert fit(Even(), 42, square).model.width == 6


class PeepholeCore(nn.Module):
    """An LSTM of one layer whose gates also look at c (Gers and Schmidhuber 2000), over a stack of two."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.W = nn.ModuleList(nn.Linear(2 * width, 4 * width) for _ in range(2))
        self.p = nn.Parameter(torch.zeros(2, 3, width))

    def forward(
        self, x_BTD: Tensor, state: tuple[Tensor, Tensor] | None = None
    ) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        h_LBD, c_LBD = state or (x_BTD.new_zeros(2, len(x_BTD), x_BTD.shape[2]),) * 2
        h, c, outputs = list(h_LBD), list(c_LBD), []
        for x_BD in x_BTD.unbind(1):
            below = x_BD
            for layer, W in enumerate(self.W):
                i, f, g, o = W(torch.cat((below, h[layer]), -1)).chunk(4, -1)
                p_i, p_f, p_o = self.p[layer]
                c[layer] = torch.sigmoid(f + p_f * c[layer]) * c[layer] + torch.sigmoid(i + p_i * c[layer]) * g.tanh()
                below = h[layer] = torch.sigmoid(o + p_o * c[layer]) * c[layer].tanh()
            outputs.append(below)
        return torch.stack(outputs, 1), (torch.stack(h), torch.stack(c))


@dataclass(frozen=True, kw_only=True)
class Peephole(Model):
    """No fine knob, and steps between two widths of more than 4 %. Under the name of a model that is installed."""

    name = "lstm"
    paper = "Gers and Schmidhuber 2000, Recurrent nets that time and count"
    family = Family.RECURRENT
    roles = frozenset({Role.CAUSAL})

    def build(self, role: Role) -> nn.Module:
        return PeepholeCore(self.width)


@dataclass(frozen=True, kw_only=True)
class Coarse(Peephole):
    """Twice the width is four times the size."""

    def __post_init__(self) -> None:
        if self.width & (self.width - 1):
            raise ValueError("width must be a power of two")


def counted(candidate: Model, inner: int) -> int:
    return count_core_params(candidate, Role.CAUSAL, 12, inner=inner)


def drafted(model: Model, folder: Path, cache: Path, task: str = "language-modelling", size: int = 8000) -> Draft:
    path = folder / "tiny.yaml"
    budget = f"{{core_params: {size}, steps: 6}}"
    path.write_text(tiny_suite(models=("lstm",), tasks=(task,), budget=budget), encoding="utf-8")
    suite = read_suite(path, discover())
    prepared = {one.label: prepare(one.task, one.dataset, None, cache) for one in suite.tasks}
    return draft(
        replace(suite, models=(replace(suite.models[0], model=model, label="peephole"),)), prepared, discover(), "cpu"
    )


def test_a_model_without_a_fine_knob_meets_a_budget_by_an_inner_projection() -> None:
    assert all(abs(counted(Peephole(width=width), 0) - 8200) > BUDGET_TOLERANCE * 8200 for width in range(1, 100))
    sized = fit(Peephole(), 8200, counted)
    assert sized.inner > 0
    assert abs(counted(*sized) - 8200) <= BUDGET_TOLERANCE * 8200
    assert counted(*sized) - counted(sized.model, 0) == sized.inner * (12 + sized.model.width) <= MOST_PROJECTED * 8200
    assert counted(replace(sized.model, width=sized.model.width + 1), 0) > 8200, "it is the widest core that fits"


@pytest.mark.parametrize("role", list(Role))
def test_a_network_with_an_inner_projection_starts_as_the_one_without(role: Role) -> None:
    torch.manual_seed(1)
    plain = build_body(Peephole(width=6), role, 12)
    torch.manual_seed(1)
    projected = build_body(Peephole(width=6), role, 12, inner=3)
    assert isinstance(projected.outward, InnerProjection)
    weights = {name.replace("outward.outward", "outward"): value for name, value in projected.state_dict().items()}
    assert all(torch.equal(weights[name], value) for name, value in plain.state_dict().items())
    y = torch.randn(2, 3, 6)
    assert torch.equal(projected.outward(y), plain.outward(y))


@pytest.mark.parametrize(("task", "size"), [("language-modelling", 8200), ("sentiment", 8200), ("translation", 7900)])
def test_a_row_with_an_inner_projection_is_planned_trained_and_marked(
    task: str, size: int, tmp_path: Path, cache: Path
) -> None:
    made = drafted(Peephole(), tmp_path, cache, task, size)
    (assignment,) = (one for one in made.assignments.values() if one.run.kind is Kind.TRAIN)
    run = assignment.run
    assert run.core_params is not None
    assert abs(run.core_params - size) <= BUDGET_TOLERANCE * size
    assert run.resolved["model"]["inner_projection"] == assignment.inner > 0
    assert run.adapter is not None
    assert run.adapter.endswith(f"inner projection of {assignment.inner}")
    record, _ = carry_out(assignment, tmp_path / "straight")
    assert record.status is Status.DONE, record.reason
    assert (record.core_params, record.adapter) == (run.core_params, run.adapter)
    stopped, _ = carry_out(assignment, tmp_path / "stopped", stops=(2,))
    assert numbers(stopped) == numbers(record)
    plan = made.plan
    said = row_notes(plan, plan.tasks[0], plan.models[0], run, [record])
    assert any(f"inner projection of {assignment.inner}" in mark for mark in said)


def test_an_id_names_no_inner_projection_where_there_is_none(draft_of: Callable[[str], Draft]) -> None:
    plan = draft_of(tiny_suite(models=("lstm",), tasks=("sentiment",))).plan
    assert all("inner_projection" not in run.resolved["model"] for run in plan.runs)


def test_a_suite_with_a_budget_that_no_size_meets_is_refused_by_row_place_and_cure(tmp_path: Path, cache: Path) -> None:
    with pytest.raises(Unplannable) as refused:
        drafted(Coarse(), tmp_path, cache)
    assert refused.value.place == f"{tmp_path / 'tiny.yaml'}:6:10"
    below, above = (counted(Coarse(width=width), 0) for width in (16, 32))
    assert below < (1 - MOST_PROJECTED) * 8000 < 8000 < above
    for part in (
        "peephole on language-modelling: no size has 8,000 core parameters within 2%",
        f": width 16 has {below:,}, width 32 has {above:,}; ",
        f"`budget: {{core_params: {below} or {above}}}`",
        '`fine = Knob("units")`',
        "plugins/README.md, Meeting a budget",
    ):
        assert part in str(refused.value)
