"""Laws of weights: that they repeat from a seed, that all of them learn, and that they can.

B batch, T steps, D core width.
"""

from __future__ import annotations

import torch
from torch import nn

from rnnbench.conformance.findings import Broken, NotApplicable, law, require
from rnnbench.conformance.model_in_role import ROWS, ModelInRole, lengths

_RATES = (0.02, 0.005)
_TRAINING_STEPS = 150
_LEARNED = 0.05


@law("three builds, with torch's seed 5, 5 and 6")
def seed(subject: ModelInRole) -> None:
    """The same seed gives the same weights, another seed others."""

    def weights(value: int) -> torch.Tensor:
        torch.manual_seed(value)
        return torch.cat([parameter.detach().flatten() for parameter in subject.model.build(subject.role).parameters()])

    first, again, other = weights(5), weights(5), weights(6)
    require(bool(torch.equal(first, again)), f"seed 5 twice: {int((first != again).sum())} of {len(first)} differ")
    require(not torch.equal(first, other), "seeds 5 and 6 give the same weights, expected others")


@law("one backward pass from the output of 4 rows")
def learned(subject: ModelInRole) -> None:
    """Every parameter takes part: one that never learns would count against the budget."""
    if subject.model.context == 1:
        raise NotApplicable("a context of one position leaves attention nothing to decide")
    core = subject.core()
    subject.ask(core, subject.draw(), lengths(), subject.draw(steps=5)).square().sum().backward()  # type: ignore[no-untyped-call]
    frozen = [name for name, p in core.named_parameters() if not p.requires_grad]
    cure = "a frozen nn.Parameter never learns: make it a buffer, self.register_buffer(name, tensor)"
    require(not frozen, f"{', '.join(frozen[:5])}: {cure}")
    idle = [name for name, p in core.named_parameters() if p.grad is None or not bool(p.grad.abs().max() > 0)]
    require(not idle, f"no gradient reaches {', '.join(idle[:5])}" + (" and others" if len(idle) > 5 else ""))


@law(f"{_TRAINING_STEPS} steps of Adam at {' and '.join(map(str, _RATES))}, one class a row, the last input alike")
def overfits(subject: ModelInRole) -> None:
    """A core learns four rows by heart."""
    if subject.model.context == 1:
        raise NotApplicable("a context of one position sees one position")
    losses = []
    for rate in _RATES:
        losses.append(_overfit(subject, rate))
        if losses[-1] < _LEARNED:
            return
    raise Broken(f"loss {min(losses):.3g} after {_TRAINING_STEPS} steps, expected below {_LEARNED}")


def _overfit(subject: ModelInRole, rate: float) -> float:
    """The loss at the end, or the first one that is low enough."""
    core, readout = subject.fresh(), nn.Linear(subject.model.width, ROWS)
    x = subject.draw(steps=5, dtype=torch.float32)
    x[:, -1] = x[:1, -1]  # the last step alone does not tell
    y = subject.draw(1, 2, torch.float32).expand(ROWS, 2, -1)
    optimiser = torch.optim.Adam([*core.parameters(), *readout.parameters()], lr=rate)
    value = float("inf")
    for _ in range(_TRAINING_STEPS):
        output = subject.ask(core, x, torch.full((ROWS,), 5), y)
        loss = nn.functional.cross_entropy(readout(output[:, -1]), torch.arange(ROWS))
        value = float(loss.detach())
        if value < _LEARNED:
            break
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
    return value
