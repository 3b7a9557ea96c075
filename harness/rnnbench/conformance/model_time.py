"""Laws of time: causality, reading in pieces, and the state that is handed over.

B batch, T steps, D core width.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from rnnbench.conformance.differences import same
from rnnbench.conformance.findings import Broken, NotApplicable, law, require
from rnnbench.conformance.model_in_role import STEPS, ModelInRole, lengths
from rnnbench.contract.models import Role
from rnnbench.network.tree import count_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from torch import Tensor

_TOLERANCE = {torch.float32: 1e-5, torch.float64: 1e-10}
_LONG = 9


@law("the gradient of each of 7 steps' outputs with respect to all inputs, in float32 and float64")
def causality(subject: ModelInRole) -> None:
    """No output depends on an input of a later step."""
    subject.only(Role.CAUSAL, Role.SEQ2SEQ)
    for dtype, share in _TOLERANCE.items():
        read = _reader(subject, dtype)
        x = subject.draw(steps=7, dtype=dtype).requires_grad_()
        y, _ = read(x, None)
        for step in range(7):
            (gradient,) = torch.autograd.grad(y[:, step].square().sum(), x, retain_graph=True)
            size_T = gradient.abs().amax(dim=(0, 2))
            allowed = share * float(size_T.max())
            late = [later for later in range(step + 1, 7) if float(size_T[later]) > allowed]
            if late:
                found = f"{float(size_T[late[0]]):.3g}, allowed {allowed:.3g} ({dtype})"
                raise Broken(f"the output at step {step} depends on the input at step {late[0]}: gradient {found}")


@law("9 steps in pieces of 4+5 and 2+3+4, then 3 steps more")
def chunks(subject: ModelInRole) -> None:
    """A whole is its pieces, with the state handed over."""
    _handing_over(subject)
    _compare_pieces(subject, [[4, 5], [2, 3, 4]])


@law("9 steps one by one, in pieces of 1+8 and of 8+1, then 3 steps more")
def step_by_step(subject: ModelInRole) -> None:
    """One step at a time is all at once."""
    _handing_over(subject)
    _compare_pieces(subject, [[1] * _LONG, [1, 8], [8, 1]])


@law("the gradients of 8 steps, whole and in pieces of 5+3, with respect to inputs and weights")
def state_gradient(subject: ModelInRole) -> None:
    """Gradients flow through a state that is handed over, unless the harness cuts them."""
    subject.carrying()
    core = subject.core()
    x = subject.draw(2, 8).requires_grad_()
    weights = {name: p for name, p in core.named_parameters() if p.requires_grad}

    def gradients(y_BTD: Tensor) -> list[Tensor | None]:
        found = torch.autograd.grad(y_BTD[:, 5:].square().sum(), [x, *weights.values()], allow_unused=True)
        return list(found)

    first, state = core(x[:, :5])
    pieces = gradients(torch.cat((first, core(x[:, 5:], state)[0]), dim=1))
    whole = gradients(core(x)[0])
    for name, one, other in zip(["x", *weights], pieces, whole, strict=True):
        if one is not None or other is not None:
            axes = ("row", "step") if name == "x" else ("index",)
            found, expected = (torch.zeros(1) if value is None else value for value in (one, other))
            same(f"in pieces, the gradient of {name}", found, expected, axes)


@law("the state after the declared context (1 step without one) and after 3 steps more; of 1 row and of 4")
def state_bytes(subject: ModelInRole) -> None:
    """A sequence keeps as many bytes as the table prints, however long it is and whoever stands beside it."""
    if subject.role is Role.ENCODER:
        raise NotApplicable("an encoder keeps nothing between steps")
    if subject.role is Role.CAUSAL:
        subject.carrying()
    steps = subject.model.context or 1
    core = subject.core()
    if subject.role is Role.CAUSAL:
        one, longer, four = (
            count_bytes(core(subject.draw(*size))[1]) for size in ((1, steps), (1, steps + 3), (4, steps))
        )
        declared = f"context = {steps}" if subject.model.context else "no context"
        found = f"expected {one:,} bytes as after {steps}, got {longer:,}; the model declares {declared}"
        require(longer == one, f"after {steps + 3} steps: {found}")
    else:
        one, four = (_kept(core, subject.draw(rows)) for rows in (1, 4))
    require(four == 4 * one, f"4 rows: expected 4 x {one:,} bytes, got {four:,}")


def _kept(core: Any, x_BSD: Tensor) -> int:
    """Bytes of memory and state after as many target steps as the source has."""
    memory = core.encode(x_BSD, torch.full((len(x_BSD),), x_BSD.shape[1]))
    _, state = core.decode(x_BSD, memory)
    return count_bytes(memory) + count_bytes(state)


def _handing_over(subject: ModelInRole) -> None:
    subject.only(Role.CAUSAL, Role.SEQ2SEQ)
    if subject.role is Role.CAUSAL:
        subject.carrying()


def _reader(subject: ModelInRole, dtype: torch.dtype = torch.float64) -> Callable[[Tensor, Any], tuple[Tensor, Any]]:
    """(x, state) -> (y, state): a causal core, or a decoder over one memory of 4 sources."""
    core: Any = subject.core(dtype)
    if subject.role is Role.CAUSAL:
        read: Callable[[Tensor, Any], tuple[Tensor, Any]] = core
        return read
    memory = core.encode(subject.draw(steps=STEPS, dtype=dtype), lengths())
    return lambda y_BTD, state: core.decode(y_BTD, memory, state)


def _compare_pieces(subject: ModelInRole, ways: Sequence[list[int]]) -> None:
    read = _reader(subject)
    x, following = subject.draw(steps=_LONG), subject.draw(steps=3)
    whole, after = read(x, None)
    for sizes in ways:
        parts, state = [], None
        for piece in torch.split(x, sizes, dim=1):
            part, state = read(piece, state)
            parts.append(part)
        named = "one by one" if set(sizes) == {1} else f"in pieces of {'+'.join(map(str, sizes))}"
        same(f"read {named}, y", torch.cat(parts, dim=1), whole)
        same(f"after x was read {named}, the next y", read(following, state)[0], read(following, after)[0])
