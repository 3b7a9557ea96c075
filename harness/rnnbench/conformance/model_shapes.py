"""Laws of what a model declares and of the shapes that its cores give.

B batch, T steps, D core width.
"""

from __future__ import annotations

import dataclasses
import inspect
import pickle

import torch

from rnnbench.conformance.differences import same_shape
from rnnbench.conformance.findings import Broken, law, require
from rnnbench.conformance.model_in_role import ROWS, STEPS, ModelInRole, lengths
from rnnbench.contract.models import Family, Model, Role

_WIDEST_GAP = 64


@law("the class's name, paper, family, roles and fields; a copy through pickle")
def declared(model: Model) -> None:
    """A model is a frozen dataclass with a default for each field, and says what it is."""
    cls = type(model)
    frozen_record(model)
    for name, kind in (("name", str), ("paper", str), ("family", Family), ("version", int)):
        value = getattr(cls, name, None)
        require(isinstance(value, kind), f"{name}: expected a {kind.__name__}, got {value!r}")
    require(bool(cls.name and cls.paper), "name and paper: expected text, got nothing")
    roles = getattr(cls, "roles", None)
    sound = isinstance(roles, frozenset) and roles and all(isinstance(role, Role) for role in roles)
    require(bool(sound), f"roles: expected a frozenset of rnnbench.Role, got {roles!r}")
    fields = [field.name for field in dataclasses.fields(model)]
    for knob in filter(None, (cls.coarse, cls.fine)):
        require(knob.field in fields, f"knob: expected one of the fields {', '.join(fields)}, got {knob.field!r}")
    picklable(model)


@law("4 rows of 6 steps, in float32 and float64")
def shapes(subject: ModelInRole) -> None:
    """Outputs have the shapes of the role, the type of the inputs, and finite values."""
    width = subject.model.width
    for dtype in (torch.float32, torch.float64):
        core = subject.core(dtype)
        x = subject.draw(dtype=dtype)
        if subject.role is Role.CAUSAL:
            same_shape("y", _pair("core(x)", core(x))[0], x.shape, dtype)
        elif subject.role is Role.ENCODER:
            y, summary = _pair("core(x, lengths)", core(x, lengths()))
            same_shape("y", y, x.shape, dtype)
            same_shape("summary", summary, (ROWS, width), dtype)
        else:
            memory = core.encode(x, lengths())
            z, _ = _pair("core.decode(y, memory)", core.decode(x[:, : STEPS - 1], memory))
            same_shape("z", z, (ROWS, STEPS - 1, width), dtype)


@law("a build on the meta device, as sizing does many times")
def meta_device(subject: ModelInRole) -> None:
    """A core can be built without computing anything, and has the same parameters there."""
    real = {name: tuple(parameter.shape) for name, parameter in subject.fresh().named_parameters()}
    with torch.device("meta"):
        meta = {
            name: tuple(parameter.shape) for name, parameter in subject.model.build(subject.role).named_parameters()
        }
    wrong = sorted(name for name in real.keys() | meta.keys() if real.get(name) != meta.get(name))
    if wrong:
        name = wrong[0]
        raise Broken(f"parameter {name}: expected {real.get(name, 'none')}, got {meta.get(name, 'none')} on meta")


@law("the next width that the model accepts")
def sizes(subject: ModelInRole) -> None:
    """The coarse knob is the core's size: a wider core has more parameters, and its own width in and out."""
    knob = subject.model.coarse
    before = _count(subject)
    for steps in range(1, _WIDEST_GAP):
        value = getattr(subject.model, knob.field) + steps * knob.step
        try:
            wider = ModelInRole(dataclasses.replace(subject.model, **{knob.field: value}), subject.role)
            after = _count(wider)
        except ValueError:
            continue
        require(after > before, f"{knob.field} {value}: expected more than {before:,} parameters, got {after:,}")
        core = wider.core()
        x = wider.draw()
        y = wider.ask(core, x, lengths(), x)
        require(y.shape[-1] == wider.model.width, f"width {wider.model.width}: got outputs of width {y.shape[-1]}")
        return
    raise Broken(f"{knob.field}: no value within {_WIDEST_GAP} steps of {knob.step} is accepted")


def frozen_record(thing: object) -> None:
    """A frozen dataclass whose fields have defaults.

    Raises:
        Broken: it is not.
    """
    cls = type(thing)
    frozen = dataclasses.is_dataclass(thing) and cls.__dataclass_params__.frozen  # type: ignore[attr-defined]
    require(frozen, f"{cls.__name__}: expected @dataclass(frozen=True) on it")
    fields = dataclasses.fields(thing)  # type: ignore[arg-type]  # the line above says that it is one
    missed = [name for name in _own_annotations(cls) if name not in {field.name for field in fields}]
    require(not missed, f"field {', '.join(missed)}: no @dataclass(frozen=True) stands on {cls.__name__} itself")
    for field in fields:
        missing = field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        require(not missing or not field.init, f"field {field.name}: expected a default, got none")


def picklable(thing: object) -> None:
    """It survives the way to a worker.

    Raises:
        Broken: it does not.
    """
    try:
        copy = pickle.loads(pickle.dumps(thing))  # noqa: S301  our own bytes
    except Exception as error:
        raise Broken(f"expected what pickle can hand to a worker, got {type(error).__name__}: {error}") from error
    require(copy == thing, f"expected {thing} back from pickle, got {copy}")


def _own_annotations(cls: type) -> list[str]:
    """The names that look like fields of this class itself."""
    return [name for name, hint in inspect.get_annotations(cls).items() if "ClassVar" not in str(hint)]


def _pair(what: str, found: object) -> tuple[torch.Tensor, object]:
    require(isinstance(found, tuple) and len(found) == 2, f"{what}: expected a pair, got {type(found).__name__}")
    assert isinstance(found, tuple)
    return found


def _count(subject: ModelInRole) -> int:
    with torch.device("meta"):
        return sum(parameter.numel() for parameter in subject.model.build(subject.role).parameters())
