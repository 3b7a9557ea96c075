"""A whole network: the task's input end, a model's core between its maps, the task's output end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import torch
from torch import nn

from rnnbench.contract.models import Family, Model, Role
from rnnbench.network import tree
from rnnbench.network.adapters import EncoderOfSeq2Seq, adapter_for
from rnnbench.network.bodies import Body, build_body

if TYPE_CHECKING:
    from torch import Tensor

    from rnnbench.contract.batches import Batch, Columns
    from rnnbench.contract.ends import InputType, OutputEnd, OutputType, Reads, State


class Network(nn.Module):
    """What is trained and scored. Built by :func:`build_network`."""

    def __init__(
        self, input_end: nn.Module, body: Body, output_end: OutputEnd, embedding: int, adapter: str, family: Family
    ) -> None:
        super().__init__()
        self.input_end = input_end
        self.body = body
        self.output_end = output_end
        self.embedding = embedding
        """E, the width between the ends and the maps."""
        self.adapter = adapter
        """How the model serves in its role: the name of the adapter, or ``native``; and its inner projection if any."""
        self.family = family
        """The family that this pair of model and role counts as."""

    def loss(self, batch: Batch, state: State = None, smoothing: float = 0.0) -> tuple[Tensor, int, State]:
        """(sum of the loss over targets, number of targets, state after the batch).

        Args:
            batch: what to read, on the network's device (lengths on the CPU).
            state: what the batch before left, for a batch that carries on.
            smoothing: label smoothing, where targets are labels or tokens.
        """
        return self.output_end.loss(self.body, self._read(batch), batch, state, smoothing)

    @torch.no_grad()
    def score(self, batch: Batch, state: State = None) -> tuple[Columns, State]:
        """(what the output type scores, one entry a row, and the state after the batch), without gradients."""
        return self.output_end.score(self.body, self._read(batch), batch, state)

    def _read(self, batch: Batch) -> Tensor:
        x_BTE: Tensor = self.input_end(self.output_end.prepare(batch.inputs, batch.lengths))
        return x_BTE

    @property
    def core_params(self) -> int:
        """Parameters of everything between the harness's ends: cores, bridge, E <-> D maps."""
        return _count(self.body)

    @property
    def params(self) -> int:
        """All parameters; a shared weight counts once."""
        return _count(self)

    @property
    def kernel(self) -> str:
        """The kernels that the core's modules name, and the kind of device that they run on."""
        names = {getattr(module, "kernel", None) for module in self.body.modules()}
        named = sorted(name for name in names if isinstance(name, str))
        return f"{' + '.join(named) or 'unnamed'} ({next(self.parameters()).device.type})"


def build_network(
    model: Model,
    role: Role,
    input: InputType,  # noqa: A002  it stands beside output
    output: OutputType,
    embedding: int,
    dropout: float,
    identity_maps: bool = False,
    inner: int = 0,
) -> Network:
    """Build a network; its weights come from torch's global random stream.

    Args:
        model: builds the core.
        role: what the task asks of it.
        input: the task's input type.
        output: the task's output type, one of ``role``'s.
        embedding: E, the task's embedding width.
        dropout: probability at the ends: after the input end and before the output map.
        identity_maps: leave the E <-> D maps out where D = E.
        inner: r, the inner width of a projection beside the map after the core; 0 for none. See
            :class:`rnnbench.network.bodies.InnerProjection`.

    Raises:
        CannotServe: the model cannot serve in this role.
        ValueError: the output type is not one of this role.
    """
    if role not in output.roles:
        raise ValueError(f"{type(output).__name__} is for {', '.join(sorted(output.roles))}, not for {role}")
    adapter = adapter_for(model, role, output.reads)
    input_end = input.build(embedding)
    body = build_body(model, role, embedding, dropout, identity_maps, output.reads, inner)
    if inner:
        adapter = f"{adapter}, inner projection of {inner}"
    family = body.core.family if isinstance(body.core, EncoderOfSeq2Seq) else model.family
    return Network(input_end, body, output.build(embedding, input_end), embedding, adapter, family)


def count_core_params(
    model: Model,
    role: Role,
    embedding: int,
    identity_maps: bool = False,
    reads: Reads = "summary",
    inner: int = 0,
) -> int:
    """``core_params`` of the network that these make, without its weights: what sizing asks for many times.

    ``reads`` is the output type's; the other arguments are those of :func:`build_network`.

    Raises:
        CannotServe: the model cannot serve in this role.
    """
    with torch.device("meta"):
        return _count(build_body(model, role, embedding, 0.0, identity_maps, reads, inner))


@torch.no_grad()
def state_bytes(network: Network, role: Role, steps: int) -> int:
    """The bytes that one sequence keeps between steps, in float32.

    Args:
        network: what to measure, on zeros.
        role: what it was built for.
        steps: ``CAUSAL``: the model's declared context, or 1 if it has none. ``SEQ2SEQ``: the longest source; the
            decoder's state is taken after as many target steps. ``ENCODER`` keeps nothing.
    """
    if role is Role.ENCODER:
        return 0
    body = cast("Any", network.body)
    some = next(network.parameters())
    x_1TE = torch.zeros(1, steps, network.embedding, device=some.device, dtype=some.dtype)
    training = network.training
    network.eval()
    try:
        if role is Role.CAUSAL:
            _, state = body(x_1TE)
            return tree.count_bytes(state)
        memory = body.encode(x_1TE, torch.tensor([steps]))
        _, state = body.decode(x_1TE, memory)
        return tree.count_bytes(memory) + tree.count_bytes(state)
    finally:
        network.train(training)


def _count(module: nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())
