"""Laws of the rows of a batch: padding, independence, and what beam search does to state and memory.

B batch, T steps, S source steps, D core width.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from rnnbench.conformance.differences import same, same_shape
from rnnbench.conformance.findings import Broken, NotApplicable, law, require
from rnnbench.conformance.model_in_role import LENGTHS, ROWS, STEPS, ModelInRole, lengths, repadded
from rnnbench.contract.models import Role
from rnnbench.network.tree import MEMORY_ROWS, STATE_ROWS, leaves, select


@law("rows of 6, 2, 1 and 4 steps, each alone, then with other values where the padding is")
def padding(subject: ModelInRole) -> None:
    """Padding is invisible: a row gives what it gives alone, whatever stands behind its end."""
    subject.only(Role.ENCODER, Role.SEQ2SEQ)
    core = subject.core()
    x, y = subject.draw(), subject.draw(steps=3)
    whole = _outputs(subject, core, x, lengths(), y)
    changed = _outputs(subject, core, repadded(x), lengths(), y)
    for row, length in enumerate(LENGTHS):
        one = slice(row, row + 1)
        alone = _outputs(subject, core, x[one, :length], lengths()[one], y[one])
        for name, output in whole.items():
            valid = output[one, :length] if name == "y" else output[one]
            behind = changed[name][one, :length] if name == "y" else changed[name][one]
            axes = ("step",) if name == "y" else ()
            _leaks(f"row {row} (of {length} steps): padding leaks into its {name}, which", behind, valid, axes)
            _leaks(f"row {row} (of {length} steps) alone: its {name}", alone[name], valid, axes)


@law("the gradient of the outputs (a decoder's first step) with respect to each step of rows of 6, 2, 1 and 4 steps")
def reach(subject: ModelInRole) -> None:
    """Every valid step reaches the output, and no padding gets a gradient."""
    subject.only(Role.ENCODER, Role.SEQ2SEQ)
    core = subject.core()
    x = subject.draw().requires_grad_()
    outputs = _outputs(subject, core, x, lengths(), subject.draw(steps=1))
    valid_BT = torch.arange(STEPS) < lengths()[:, None]
    if "y" in outputs:
        outputs["y"] = outputs["y"] * valid_BT[..., None]
    total = torch.stack([output.square().sum() for output in outputs.values()]).sum()
    (gradient,) = torch.autograd.grad(total, x)
    size_BT = gradient.abs().amax(dim=2)
    for row, length in enumerate(LENGTHS):
        for step in range(STEPS):
            seen = float(size_BT[row, step])
            where = f"row {row} (of {length} steps), step {step}"
            require(step >= length or seen > 0, f"{where}: expected to reach the output, but its gradient is 0")
            require(step < length or seen == 0, f"{where} is padding: expected no gradient, got {seen:.3g}")


@law("4 rows together, then three of them in another order")
def rows(subject: ModelInRole) -> None:
    """No row depends on its neighbours or its place."""
    core = subject.core()
    x, y, order = subject.draw(), subject.draw(steps=5), torch.tensor([2, 0, 3])
    whole = subject.ask(core, x, lengths(), y)
    some = subject.ask(core, x[order], lengths()[order], y[order])
    same("among other rows, the output", some, whole[order])


@law("rows of the state taken in another order, one of them twice, and read on")
def state_rows(subject: ModelInRole) -> None:
    """State carries its rows in dimension 1, memory in dimension 0, and both can be selected."""
    if subject.role is Role.ENCODER:
        raise NotApplicable("an encoder keeps nothing between steps")
    if subject.role is Role.CAUSAL:
        subject.carrying()
    core = subject.core()
    order, following = torch.tensor([3, 1, 1, 0, 2]), subject.draw(steps=2)
    memory: Any = None
    if subject.role is Role.SEQ2SEQ:
        memory = core.encode(subject.draw(), lengths())
        _carries_rows("memory", memory, MEMORY_ROWS)

    def read(y_BTD: Tensor, kept: Any, state: Any = None) -> tuple[Tensor, Any]:
        found: tuple[Tensor, Any] = core(y_BTD, state) if kept is None else core.decode(y_BTD, kept, state)
        return found

    _, state = read(subject.draw(steps=3), memory)
    _carries_rows("state", state, STATE_ROWS)
    expected = read(following, memory, state)[0][order]
    taken = read(following[order], select(memory, order, MEMORY_ROWS), select(state, order, STATE_ROWS))[0]
    same("after its rows were selected, y", taken, expected)


@law("`core.encoder` on rows of 6, 2, 1 and 4 steps, and one of them alone")
def own_encoder(subject: ModelInRole) -> None:
    """The encoder of an encoder-decoder is an encoder on its own."""
    subject.only(Role.SEQ2SEQ)
    core = subject.core()
    require(hasattr(core, "encoder"), "expected an attribute `encoder` on the core, got none")
    x = subject.draw()
    y, summary = core.encoder(x, lengths())
    same_shape("the encoder's y", y, x.shape)
    same_shape("the encoder's summary", summary, (ROWS, subject.model.width))
    alone, _ = core.encoder(x[1:2, : LENGTHS[1]], lengths()[1:2])
    same("row 1 alone: the encoder's y", y[1:2, : LENGTHS[1]], alone)


def _outputs(subject: ModelInRole, core: Any, x: Tensor, lengths_B: Tensor, y: Tensor) -> dict[str, Tensor]:
    """What a role gives of rows, by name."""
    if subject.role is Role.ENCODER:
        y_BTD, summary_BD = core(x, lengths_B)
        return {"y": y_BTD, "summary": summary_BD}
    return {"z": core.decode(y, core.encode(x, lengths_B))[0]}


def _leaks(what: str, found: Tensor, expected: Tensor, axes: tuple[str, ...]) -> None:
    """As :func:`same`, of one row."""
    same(what, found[0], expected[0], axes or ("index",))


def _carries_rows(what: str, tree: Any, dim: int) -> None:
    for leaf in leaves(tree):
        if not isinstance(leaf, Tensor):
            raise Broken(f"{what}: expected tensors or nested tuples of tensors, got {type(leaf).__name__}")
        sound = leaf.dim() > dim and leaf.shape[dim] == ROWS
        require(sound, f"{what}: expected {ROWS} rows in dimension {dim}, got a tensor of shape {tuple(leaf.shape)}")
