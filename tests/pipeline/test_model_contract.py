"""What the contract asks of a model is read from there: its context, whether it carries state, and the state's type."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import pytest
import torch
from tests.pipeline.conftest import tiny_suite
from tests.pipeline.test_training import Drafts, carry_out, numbers, trained
from torch import Tensor, nn

from rnnbench import Family, Model, Role
from rnnbench.cli.costs import core_costs
from rnnbench.conformance import Outcome, model_cases
from rnnbench.plan import Assignment
from rnnbench.records.schema import Status


class Memory(NamedTuple):
    h: Tensor
    trace: Tensor


class NamedCore(nn.Module):
    """h_t = tanh(W x_t + U h_{t-1} + trace_{t-1}); the trace is the mean of the two h before."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.W, self.U = nn.Linear(width, width), nn.Linear(width, width, bias=False)

    def forward(self, x_BTD: Tensor, state: Memory | None = None) -> tuple[Tensor, Memory]:
        zero_1BD = torch.zeros_like(x_BTD[:, 0])[None]
        state = state or Memory(zero_1BD, zero_1BD)
        outputs = []
        for x_BD in self.W(x_BTD).unbind(1):
            h_BD = torch.tanh(x_BD + self.U(state.h[0]) + state.trace[0])
            state = Memory(h_BD[None], 0.5 * (state.h + h_BD[None]))
            outputs.append(h_BD)
        return torch.stack(outputs, 1), state


@dataclass(frozen=True, kw_only=True)
class Causal(Model):
    """Under the name of a built-in model, so that provenance finds a distribution for it."""

    name = "lstm"
    paper = "none"
    family = Family.RECURRENT
    roles = frozenset({Role.CAUSAL})

    def build(self, role: Role) -> nn.Module:
        return NamedCore(self.width)


class WindowCore(nn.Module):
    """y_t = W (the mean of the last ``window`` inputs); the state is the last ``window`` - 1 of them."""

    def __init__(self, width: int, window: int) -> None:
        super().__init__()
        self.W, self.window = nn.Linear(width, width), window

    def forward(self, x_BTD: Tensor, state: Tensor | None = None) -> tuple[Tensor, Tensor]:
        past_BND = x_BTD[:, :0] if state is None else state.transpose(0, 1)
        seen_BND = torch.cat((past_BND, x_BTD), 1)
        first = past_BND.shape[1]
        means = [seen_BND[:, max(0, at + 1 - self.window) : at + 1].mean(1) for at in range(first, seen_BND.shape[1])]
        kept = max(0, seen_BND.shape[1] - (self.window - 1))
        return self.W(torch.stack(means, 1)), seen_BND[:, kept:].transpose(0, 1)


@dataclass(frozen=True, kw_only=True)
class Windowed(Causal):
    window: int = 5
    carries_state = False

    @property
    def context(self) -> int:
        return self.window

    def build(self, role: Role) -> nn.Module:
        return WindowCore(self.width, self.window)


@dataclass(frozen=True, kw_only=True)
class CarryingWindow(Windowed):
    carries_state = True


def assigned(draft_of: Drafts, model: Model) -> Assignment:
    (assignment,) = trained(draft_of(tiny_suite(models=("lstm",), tasks=("language-modelling",))))
    return replace(assignment, model=model)


def test_a_state_that_is_a_named_tuple_is_one_after_the_run_was_stopped_and_resumed(
    draft_of: Drafts, tmp_path: Path
) -> None:
    assignment = assigned(draft_of, Causal(width=12))
    straight, items = carry_out(assignment, tmp_path / "straight")
    stopped, items_of_stopped = carry_out(assignment, tmp_path / "stopped", stops=(1, 3))
    assert straight.status is stopped.status is Status.DONE, stopped.reason
    assert numbers(stopped) == numbers(straight)
    assert items_of_stopped == items
    assert stopped.resumed == 2


def test_a_named_tuple_that_a_checkpoint_could_not_name_is_refused_before_it_is_lost(
    draft_of: Drafts, tmp_path: Path
) -> None:
    class Local(NamedTuple):
        h: Tensor

    class LocalCore(NamedCore):
        def forward(self, x_BTD: Tensor, state: Local | None = None) -> tuple[Tensor, Local]:  # type: ignore[override]
            return self.W(x_BTD), Local(x_BTD[:, -1][None])

    @dataclass(frozen=True, kw_only=True)
    class Refused(Causal):
        def build(self, role: Role) -> nn.Module:
            return LocalCore(self.width)

    record, _ = carry_out(assigned(draft_of, Refused(width=12)), tmp_path)
    assert record.status is Status.FAILED
    assert record.reason is not None
    assert "expected a NamedTuple defined at the top of a module" in record.reason


def test_a_context_of_another_name_is_the_window_by_which_the_model_is_scored(draft_of: Drafts, tmp_path: Path) -> None:
    record, _ = carry_out(assigned(draft_of, Windowed(width=12)), tmp_path)
    assert record.notes == ("no carried state: scored by a sliding window of 5 steps",)


def test_a_context_of_another_name_is_what_state_is_measured_after(draft_of: Drafts, tmp_path: Path) -> None:
    model = CarryingWindow(width=12)
    record, _ = carry_out(assigned(draft_of, model), tmp_path)
    assert record.notes == ()
    assert record.state_bytes == core_costs(model, Role.CAUSAL).state_bytes == 4 * 12 * 4


@pytest.mark.parametrize(("model", "outcome"), [(CarryingWindow, Outcome.PASSED), (Windowed, Outcome.NOT_APPLICABLE)])
def test_the_kit_measures_state_after_the_declared_context(model: type[Model], outcome: Outcome) -> None:
    findings = {case.law.name: case.examine() for case in model_cases(model(width=8))}
    assert findings["state-bytes"].outcome is outcome
    assert [one for one in findings.values() if one.outcome is Outcome.FAILED] == []


def test_the_kit_names_the_context_that_was_not_declared() -> None:
    @dataclass(frozen=True, kw_only=True)
    class Undeclared(CarryingWindow):
        context = None

    (finding,) = (case.examine() for case in model_cases(Undeclared(width=8)) if case.law.name == "state-bytes")
    assert finding.outcome is Outcome.FAILED
    assert "; the model declares no context" in finding.detail
