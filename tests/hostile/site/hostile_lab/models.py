"""Three models, one for each role. A case is ``<when>:<deed>``, or the name of a wrong output."""

from __future__ import annotations

import sys
from dataclasses import dataclass

import torch
from torch import nn

from hostile_lab.deeds import DEEDS
from rnnbench import Family, Model, Role

BUILT = []
"""Global state: the cores that this process built before."""


class _Fails(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x.clone()

    @staticmethod
    def backward(ctx, gradient):
        raise RuntimeError("no way back")


def _is_planned() -> bool:
    """Whether the network is on the meta device, where only its parameters are counted."""
    return torch.empty(0).device.type == "meta"


def _is_final() -> bool:
    """Whether the test rows are being scored."""
    frame = sys._getframe()
    while frame is not None and frame.f_code.co_name != "test_items":
        frame = frame.f_back
    return frame is not None


def act(case: str, now: str) -> None:
    when, _, deed = case.partition(":")
    if when == now:
        DEEDS[deed]()


OUTPUTS = {
    "nan": lambda y: y * float("nan"),
    "infinite": lambda y: y + float("inf"),
    "fewer-steps": lambda y: y[:, :-1],
    "fewer-rows": lambda y: y[:-1],
    "more-rows": lambda y: torch.cat([y, y]),
    "narrow": lambda y: y[..., :1],
    "double": lambda y: y.double(),
    "elsewhere": lambda y: y.to("meta"),
    "array": lambda y: y.detach().numpy(),
    "nothing": lambda y: None,
}


class Core(nn.Module):
    """A leaky sum of what was read. ``forward`` is a CAUSAL core's."""

    def __init__(self, width: int, case: str) -> None:
        super().__init__()
        self.map = nn.Linear(width, width)
        self.case = case

    def outputs(self, x_BTD):
        act(self.case, "train" if self.training else "validate")
        if _is_final():
            act(self.case, "evaluate")
        y_BTD = torch.tanh(self.map(x_BTD)).cumsum(1) / x_BTD.shape[1]
        if self.case == "global" and len(BUILT) > 1:
            return y_BTD * 0
        if self.case == "backward":
            return _Fails.apply(y_BTD)
        if self.case == "late-nan" and not self.training:
            return y_BTD * float("nan")
        if self.case == "last-nan" and _is_final():
            return y_BTD * float("nan")
        return OUTPUTS.get(self.case, lambda y: y)(y_BTD)

    def forward(self, x_BTD, state=None):
        if self.case == "own-input":
            y_BTD = self.outputs(x_BTD.clone())
            x_BTD.zero_()
            return y_BTD, None
        y_BTD = self.outputs(x_BTD)
        wrong = {"lone": y_BTD, "three": (y_BTD, None, None), "list-state": (y_BTD, [y_BTD]), "count-state": (y_BTD, 7)}
        return wrong.get(self.case, (y_BTD, None))


class Encoder(Core):
    def forward(self, x_BTD, lengths_B):
        y_BTD = self.outputs(x_BTD)
        summary_BD = y_BTD.mean(1)
        if self.case == "own-lengths":
            lengths_B.fill_(1)
        if self.case == "long-summary":
            summary_BD = y_BTD
        if self.case == "one-summary":
            summary_BD = summary_BD[:1]
        return y_BTD, summary_BD


class Seq2Seq(nn.Module):
    def __init__(self, width: int, case: str) -> None:
        super().__init__()
        self.encoder, self.decoder, self.case = Encoder(width, "clean"), Core(width, "clean"), case

    def encode(self, x_BSD, lengths_B):
        _, summary_BD = self.encoder(x_BSD, lengths_B)
        if self.case == "own-source-lengths":
            lengths_B.fill_(1)
        return [summary_BD] if self.case == "list-memory" else summary_BD

    def decode(self, y_BTD, memory_BD, state=None):
        z_BTD, _ = self.decoder(y_BTD + memory_BD[:, None])
        return (z_BTD[:, :, :-1] if self.case == "narrow-z" else z_BTD), None


@dataclass(frozen=True, kw_only=True)
class Hostile(Model):
    name, paper, family, roles = "hostile", "none", Family.OTHER, frozenset({Role.CAUSAL})

    width: int = 12
    case: str = "clean"

    def build(self, role):
        if _is_planned():
            act(self.case, "plan")
            return 7 if self.case == "no-module" else self.core()
        act(self.case, "before-build")
        core = self.core()
        BUILT.append(core)
        act(self.case, "build")
        return core

    def core(self):
        return Core(self.width, self.case)


@dataclass(frozen=True, kw_only=True)
class HostileEncoder(Hostile):
    name, roles = "hostile-encoder", frozenset({Role.ENCODER})

    def core(self):
        return Encoder(self.width, self.case)


@dataclass(frozen=True, kw_only=True)
class HostileSeq2Seq(Hostile):
    name, roles = "hostile-seq2seq", frozenset({Role.SEQ2SEQ})

    def core(self):
        return nn.Linear(self.width, self.width) if self.case == "no-methods" else Seq2Seq(self.width, self.case)
