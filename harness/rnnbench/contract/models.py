"""The model's side of the contract: a frozen dataclass of hyperparameters that builds a core."""

from __future__ import annotations

import importlib.util
from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from torch import nn


class Role(StrEnum):
    """What a task asks a core to be. D is the core's width, in and out.

    ``CAUSAL``: ``core(x_BTD, state=None) -> (y_BTD, state)``; y at t sees x up to t and the state.
    ``ENCODER``: ``core(x_BTD, lengths_B) -> (y_BTD, summary_BD)``; padding is on the right and invisible.
    ``SEQ2SEQ``: ``core.encode(x_BSD, lengths_B) -> memory`` and
    ``core.decode(y_BTD, memory, state=None) -> (z_BTD, state)``, one step or many; ``core.encoder`` is its encoder, an
    ``ENCODER`` core, and ``core.encoder_family`` the family that it counts as on its own.

    State and memory are a tensor or nested tuples of tensors. State tensors carry the batch in dimension 1,
    memory tensors in dimension 0. Positions live in shapes or tensors, never in Python integers. A tuple may be a
    ``NamedTuple``, and stays one; a causal core's is defined at the top level of a module, for checkpoints name it.
    """

    CAUSAL = "causal"
    ENCODER = "encoder"
    SEQ2SEQ = "seq2seq"


class Family(StrEnum):
    """What a comparison of recurrence with attention counts a model as."""

    RECURRENT = "recurrent"
    RECURRENT_ATTENTION = "recurrent+attention"
    ATTENTION = "attention"
    OTHER = "other"


@dataclass(frozen=True)
class Knob:
    """A size field that the harness turns to meet a parameter budget.

    ``step`` is the smallest change that keeps the model valid. For a fine knob, ``low`` and ``high`` bound the
    field as multiples of the width; its default stands for the usual size, which is kept where it fits.
    """

    field: str
    step: int = 1
    low: float = 0.75
    high: float = 1.25


@dataclass(frozen=True, kw_only=True)
class Model(ABC):
    """An architecture: its fields are its hyperparameters, each with a default.

    Subclasses are frozen dataclasses too and set the class attributes. ``version`` is raised whenever the
    equations or the initialisation change: it is part of every run id.
    """

    name: ClassVar[str]
    paper: ClassVar[str]
    family: ClassVar[Family]
    roles: ClassVar[frozenset[Role]]
    version: ClassVar[int] = 1
    coarse: ClassVar[Knob] = Knob("width")
    fine: ClassVar[Knob | None] = None
    requires: ClassVar[tuple[str, ...]] = ()
    """Modules of other libraries that :meth:`build` imports; without them the model is listed as not installed."""
    install: ClassVar[str] = ""
    """What to install with pip to have them."""

    width: int = 64
    """D, the core's width in and out: the coarse knob."""

    @property
    def context(self) -> int | None:
        """How many positions a causal core looks back on, its own included; None: no such limit.

        A model with a limited context has a field of this name, or overrides this property by the field that holds it.
        State is measured after so many steps, and a core that carries no state is scored by windows of at most so many.
        """
        return None

    @property
    def carries_state(self) -> bool:
        """Whether a causal core hands its state on. One that does not is reset at each segment.

        A model for which it never does sets the class attribute ``carries_state = False``.
        """
        return True

    @classmethod
    def missing(cls) -> str | None:
        """Which of ``requires`` is not installed, and what to install; None where all are. Nothing is imported."""
        absent = [module for module in cls.requires if importlib.util.find_spec(module) is None]
        return f"not installed: pip install '{cls.install or ' '.join(absent)}'" if absent else None

    @abstractmethod
    def build(self, role: Role) -> nn.Module:
        """The core for one of ``roles``: a module of width ``self.width`` in and out.

        A module may name the kernel that it runs in an attribute ``kernel`` (a string): the record keeps it.
        """

    def layer(self, inputs: int, outputs: int) -> nn.Module:
        """One causal layer ``(x_BTI, state=None) -> (y_BTO, state)`` of these equations, of any two widths.

        Bidirectional and attention-seq2seq models are made of another model's layers.

        Raises:
            TypeError: this model has no such layer.
        """
        raise TypeError(f"model {self.name!r} has no single layer that other models could be made of")

    def parts(self) -> dict[str, Model]:
        """The other models that this one is made of, by field name; their versions go into the run id."""
        return {}

    def decoder(self) -> Model | None:
        """The causal model that decodes in translation for a model that is only an encoder, of the same ``width``.

        Without one, translation is not applicable.
        """
        return None
