"""What a model costs in each role: parameters, state and operations, counted on the meta device without computing."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import torch
from torch.utils.flop_counter import FlopCounterMode

from rnnbench.contract.models import Model, Role
from rnnbench.network.tree import count_bytes

STEPS = 64
"""Steps of the one row that is read, and of its target."""


def _product(_: tuple[int, ...], one: tuple[int, ...], other: tuple[int, ...], **options: Any) -> int:
    """Operations of a product N x K by K x M, given the shapes of what it is added to and of both factors."""
    del options
    return 2 * math.prod(one) * other[-1]


_IN_PLACE = {torch.ops.aten.addmm_: _product, torch.ops.aten.baddbmm_: _product}
"""Products that torch's counter knows only in the form that is not in place."""


@dataclass(frozen=True)
class Costs:
    """Of a bare core. ``operations`` is None where they cannot be counted; ``steps`` is how many were read."""

    parameters: int
    state_bytes: int
    operations: int | None
    steps: int


def core_costs(model: Model, role: Role) -> Costs:
    """The costs of the core that a model builds for one of its roles, at its width D.

    State is one sequence's in float32, after the context that the model declares (else one step); an encoder-decoder's
    is after ``STEPS`` steps of source and target, and an encoder keeps none. Operations are those of the products of
    one step, forward, an add and a multiply counting two, averaged over ``STEPS`` steps from the start.

    Raises:
        Whatever the model's code raises.
    """
    with torch.device("meta"), torch.no_grad():
        core = model.build(role).eval()
        parameters = sum(parameter.numel() for parameter in core.parameters())
        x_1TD = torch.empty(1, STEPS, model.width)
        operations = _operations(core, role, x_1TD)
        if role is Role.CAUSAL:
            some_1TD = torch.empty(1, model.context or 1, model.width)
            kept = count_bytes(core(some_1TD)[1]) if model.carries_state else 0
        else:
            kept = _kept(core, x_1TD) if role is Role.SEQ2SEQ else 0
    return Costs(parameters, kept, operations, STEPS)


def _operations(core: Any, role: Role, x_1TD: torch.Tensor) -> int | None:
    """Per step; None where the counter knows no product in what was run."""
    with FlopCounterMode(display=False, custom_mapping=_IN_PLACE) as counter:
        if role is Role.CAUSAL:
            core(x_1TD)
        elif role is Role.ENCODER:
            core(x_1TD, _whole(x_1TD))
        else:
            core.decode(x_1TD, core.encode(x_1TD, _whole(x_1TD)))
    return round(counter.get_total_flops() / x_1TD.shape[1]) or None


def _kept(core: Any, x_1SD: torch.Tensor) -> int:
    memory = core.encode(x_1SD, _whole(x_1SD))
    _, state = core.decode(x_1SD, memory)
    return count_bytes(memory) + count_bytes(state)


def _whole(x_1TD: torch.Tensor) -> torch.Tensor:
    """Lengths are on the CPU, as a batch's are."""
    return torch.full((1,), x_1TD.shape[1], device="cpu")
