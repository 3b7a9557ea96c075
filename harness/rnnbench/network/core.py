"""A plugin's core as it enters a network: what it gives back is held against its role's signature at every call."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, cast

from torch import Tensor, nn

from rnnbench.contract.models import Model, Role
from rnnbench.network import tree

if TYPE_CHECKING:
    from collections.abc import Callable

    from rnnbench.contract.ends import State


class ContractBroken(Exception):
    """A model, or a task, does not keep to the contract. The message says what it gave, and what was expected."""

    def __init__(self, message: str, *, of_task: bool = False) -> None:
        super().__init__(message)
        self.of_task = of_task


def build_core(model: Model, role: Role) -> nn.Module:
    """``model.build(role)``, checked now and whenever it is called.

    Lengths are handed over as a copy, so that a core cannot write into a batch.

    Raises:
        ContractBroken: the model does not play the role; the core is no module, or lacks a method of its role; later,
            where its outputs are not the role's.
    """
    if role not in model.roles:
        raise ContractBroken(f"model {model.name!r} plays {', '.join(sorted(model.roles))}, not {role}")
    core = model.build(role)
    if not isinstance(core, nn.Module):
        raise ContractBroken(f"build({role}) gives {type(core).__name__}, expected an nn.Module")
    if role is Role.CAUSAL:
        core.register_forward_hook(_check_causal)
    elif role is Role.ENCODER:
        core.register_forward_pre_hook(_copy_lengths)
        core.register_forward_hook(_check_encoder)
    else:
        lacking = [name for name in ("encode", "decode") if not callable(getattr(core, name, None))]
        if lacking:
            raise ContractBroken(f"the core has no method {lacking[0]}, which {role} asks for")
        seq2seq = cast("Any", core)
        seq2seq.encode = partial(_encode, seq2seq.encode)
        seq2seq.decode = partial(_decode, seq2seq.decode)
    return core


def _check_causal(core: nn.Module, inputs: tuple[Any, ...], outputs: Any) -> None:
    del core
    y_BTD, state = _pair(outputs, "(y, state)")
    _check("y", y_BTD, inputs[0], inputs[0].shape)
    _check_tree("state", state)
    for cls in filter(tree.unnameable, tree.tuples(state)):
        found = f"{cls.__module__}.{cls.__qualname__}"
        raise ContractBroken(f"the core's state is a {found}, expected a NamedTuple defined at the top of a module")


def _check_encoder(core: nn.Module, inputs: tuple[Any, ...], outputs: Any) -> None:
    del core
    y_BTD, summary_BD = _pair(outputs, "(y, summary)")
    x_BTD = inputs[0]
    _check("y", y_BTD, x_BTD, x_BTD.shape)
    _check("summary", summary_BD, x_BTD, (x_BTD.shape[0], x_BTD.shape[2]))


def _copy_lengths(core: nn.Module, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
    del core
    x_BTD, lengths_B = inputs
    return x_BTD, lengths_B.clone()


def _encode(encode: Callable[..., Any], x_BSD: Tensor, lengths_B: Tensor) -> Any:
    memory = encode(x_BSD, lengths_B.clone())
    _check_tree("memory", memory)
    return memory


def _decode(decode: Callable[..., Any], y_BTD: Tensor, memory: Any, state: State = None) -> tuple[Tensor, State]:
    z_BTD, state = _pair(decode(y_BTD, memory, state), "(z, state)")
    _check("z", z_BTD, y_BTD, y_BTD.shape)
    _check_tree("state", state)
    return z_BTD, state


def _pair(outputs: Any, expected: str) -> tuple[Any, Any]:
    if not isinstance(outputs, tuple | list) or len(outputs) != 2:
        raise ContractBroken(f"the core gives {_kind(outputs)}, expected {expected}")
    return outputs[0], outputs[1]


def _check(name: str, found: Any, like: Tensor, shape: tuple[int, ...]) -> None:
    """``found`` has this shape, and the type and the device of ``like``."""
    if not isinstance(found, Tensor):
        raise ContractBroken(f"the core's {name} is {_kind(found)}, expected a tensor")
    if found.shape != shape:
        raise ContractBroken(f"the core's {name} is {_size(found.shape)}, expected {_size(shape)}")
    if found.dtype != like.dtype:
        raise ContractBroken(f"the core's {name} is of {found.dtype}, expected {like.dtype}")
    if found.device != like.device:
        raise ContractBroken(f"the core's {name} is on {found.device}, expected {like.device}")


def _check_tree(name: str, values: Any) -> None:
    """A tensor or nested tuples of tensors, which the harness can detach, select and count; None for none."""
    for leaf in tree.leaves(values):
        if not isinstance(leaf, Tensor):
            what = f"the core's {name} holds {_kind(leaf)}, expected a tensor or nested tuples of tensors"
            raise ContractBroken(what)


def _kind(value: Any) -> str:
    length = f" of {len(value)}" if isinstance(value, tuple | list | dict) else ""
    return f"a {type(value).__name__}{length}"


def _size(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape)) or "a single number"
