"""Bodies: a core between its E <-> D maps, with the dropout of the harness's ends.

A body obeys its role's signature at width E, so that output types never see a core's own width.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from torch import nn

from rnnbench.contract.models import Role
from rnnbench.network.adapters import adapt

if TYPE_CHECKING:
    from torch import Tensor

    from rnnbench.contract.ends import Reads, State
    from rnnbench.contract.models import Model


def build_body(
    model: Model,
    role: Role,
    embedding: int,
    dropout: float = 0.0,
    identity_maps: bool = False,
    reads: Reads = "summary",
    inner: int = 0,
) -> Body:
    """Everything that stands between the harness's ends: its parameters are the ``core_params``.

    Arguments and errors are those of :func:`rnnbench.network.network.build_network`; ``reads`` is the output type's.
    """
    core, width_in, width_out = adapt(model, role, reads)
    inward = _linear_map(embedding, width_in, identity_maps)
    outward = _linear_map(width_out, embedding, identity_maps)
    body: Body
    if role is Role.CAUSAL:
        body = CausalBody(core, inward, outward, dropout)
    elif role is Role.ENCODER:
        body = EncoderBody(core, inward, outward, dropout)
    else:
        body = Seq2SeqBody(core, inward, outward, dropout, _linear_map(embedding, width_out, identity_maps))
    if inner:  # last, so that all other weights are drawn as without it
        body.outward = InnerProjection(outward, width_out, inner, embedding)
    return body


def _linear_map(inputs: int, outputs: int, identity: bool) -> nn.Module:
    """A map without a bias, since what follows it has its own; initialised to keep the size of what passes."""
    if identity and inputs == outputs:
        return nn.Identity()
    linear = nn.Linear(inputs, outputs, bias=False)
    nn.init.xavier_uniform_(linear.weight)
    return linear


class InnerProjection(nn.Module):
    """The map after the core, with a second one of inner width r beside it: y_E = W y_D + B A y_D, A: r x D, B: E x r.

    It meets a budget that falls between two widths of a model, with r (D + E) parameters. Since W + B A is one linear
    map D -> E, the network can express what it could without, and nothing that it could not; B starts at zero, so that
    it also starts from the same function. Nothing is narrowed: r says how many parameters there are, not what passes.
    """

    def __init__(self, outward: nn.Module, width: int, inner: int, embedding: int) -> None:
        super().__init__()
        self.outward = outward
        self.down = nn.Linear(width, inner, bias=False)
        self.up = nn.Linear(inner, embedding, bias=False)
        nn.init.xavier_uniform_(self.down.weight)
        nn.init.zeros_(self.up.weight)

    def forward(self, y_BTD: Tensor) -> Tensor:
        """From the core's width D to E, position by position."""
        y_BTE: Tensor = self.outward(y_BTD) + self.up(self.down(y_BTD))
        return y_BTE


class Body(nn.Module):
    """A core, the map E -> D before it, the map D -> E after it, and dropout at both outer sides."""

    def __init__(self, core: nn.Module, inward: nn.Module, outward: nn.Module, dropout: float) -> None:
        super().__init__()
        self.core = core
        self.inward = inward
        self.outward = outward
        self.dropout = dropout

    def _drop(self, x: Tensor) -> Tensor:
        return nn.functional.dropout(x, self.dropout, self.training) if self.dropout else x

    def _enter(self, x_BTE: Tensor) -> Tensor:
        x_BTD: Tensor = self.inward(self._drop(x_BTE))
        return x_BTD

    def _leave(self, y_BTD: Tensor) -> Tensor:
        return self._drop(self.outward(y_BTD))


class CausalBody(Body):
    """``Role.CAUSAL`` at width E."""

    def forward(self, x_BTE: Tensor, state: State = None) -> tuple[Tensor, State]:
        """See :class:`rnnbench.contract.models.Role`."""
        y_BTD, state = self.core(self._enter(x_BTE), state)
        return self._leave(y_BTD), state


class EncoderBody(Body):
    """``Role.ENCODER`` at width E."""

    def forward(self, x_BTE: Tensor, lengths_B: Tensor) -> tuple[Tensor, Tensor]:
        """See :class:`rnnbench.contract.models.Role`."""
        y_BTD, summary_BD = self.core(self._enter(x_BTE), lengths_B)
        summary_BE = self._leave(summary_BD)  # before y: its dropout does not depend on how long the rows are
        return self._leave(y_BTD), summary_BE


class Seq2SeqBody(Body):
    """``Role.SEQ2SEQ`` at width E; sources and targets have maps of their own."""

    def __init__(
        self, core: nn.Module, inward: nn.Module, outward: nn.Module, dropout: float, target_inward: nn.Module
    ) -> None:
        super().__init__(core, inward, outward, dropout)
        self.target_inward = target_inward

    def encode(self, x_BSE: Tensor, lengths_B: Tensor) -> Any:
        """The core's memory of the sources."""
        return cast("Any", self.core).encode(self._enter(x_BSE), lengths_B)

    def decode(self, y_BTE: Tensor, memory: Any, state: State = None) -> tuple[Tensor, State]:
        """See :class:`rnnbench.contract.models.Role`."""
        z_BTD, state = cast("Any", self.core).decode(self.target_inward(self._drop(y_BTE)), memory, state)
        return self._leave(z_BTD), state
