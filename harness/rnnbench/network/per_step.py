"""What the output types share that read y at every step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rnnbench.network.bodies import EncoderBody
from rnnbench.network.rows import lengths_of

if TYPE_CHECKING:
    from torch import Tensor, nn

    from rnnbench.contract.batches import Batch
    from rnnbench.contract.ends import State


def read_y(body: nn.Module, x_BTE: Tensor, batch: Batch, state: State) -> tuple[Tensor, State]:
    """The body's y, B x T x E, and the state after it; an encoder has none."""
    if isinstance(body, EncoderBody):
        y_BTE, _ = body(x_BTE, lengths_of(batch))
        return y_BTE, state
    y_BTE, state = body(x_BTE, state)
    return y_BTE, state
