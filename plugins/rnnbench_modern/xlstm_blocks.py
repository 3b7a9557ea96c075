"""The blocks of xLSTM, from the library xlstm: mLSTM with a matrix memory, sLSTM with a scalar one.

    mLSTM:  C_t = f_t C_{t-1} + i_t v_t k_t^T,  n_t = f_t n_{t-1} + i_t k_t,  h_t = o_t * C_t q_t / max(|n_t^T q_t|, 1)
    sLSTM:  c_t = f_t c_{t-1} + i_t tanh(z_t),  n_t = f_t n_{t-1} + i_t,      h_t = o_t * c_t / n_t

with exponential gates i and f; in sLSTM the gates read h_{t-1}. Maximilian Beck et al., xLSTM: extended long
short-term memory, NeurIPS 2024. Around them stand the library's residual blocks: a norm, a short causal convolution
and, for mLSTM, a projection up and down, for sLSTM a gated feed-forward layer.

mLSTM reads sequences in its parallel form, which neither takes nor gives a state: it starts anew with each segment.
sLSTM runs the library's backend ``vanilla``, a loop in Python, on every device; it looks at its values to tell a first
step, so that it cannot be run on the meta device.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from torch import nn

from rnnbench import Knob, Role, check_whole
from rnnbench_modern.library_model import LibraryModel
from rnnbench_modern.rereading import Rereading

if TYPE_CHECKING:
    from torch import Tensor

LIBRARY = "xlstm"
HEADS = 4
"""The library's default, as are queries, keys and values in blocks of four: inner widths are multiples of four."""


@dataclass(frozen=True, kw_only=True)
class MLSTM(LibraryModel):
    """Beck et al. (2024): mLSTM. ``inner_width`` is the width that it is projected up to (None: twice the core's)."""

    name = "xlstm-mlstm"
    paper = "Beck et al. 2024, xLSTM: extended long short-term memory; the code of xlstm"
    requires = ("xlstm",)
    carries_state = False
    coarse = Knob("width", 2)
    fine = Knob("inner_width", HEADS, 1.5, 2.5)

    inner_width: int | None = None
    context: int = 128

    def __post_init__(self) -> None:
        super().__post_init__()
        check_whole(self, "context")
        check_whole(self, "width", multiple_of=2)
        check_whole(self, "inner_width", multiple_of=HEADS)

    def build(self, role: Role) -> nn.Module:
        """The core: ``(x_BTD, state=None) -> (y_BTD, state)``."""
        from xlstm import mLSTMBlockConfig, mLSTMLayerConfig, xLSTMBlockStack, xLSTMBlockStackConfig

        layer = mLSTMLayerConfig(
            num_heads=HEADS,
            proj_factor=((self.inner_width or 2 * self.width) - 0.5) / self.width,  # the library rounds up
            round_proj_up_to_multiple_of=HEADS,
        )
        config = xLSTMBlockStackConfig(
            mlstm_block=mLSTMBlockConfig(mlstm=layer),
            context_length=self.context,
            num_blocks=self.layers,
            embedding_dim=self.width,
            dropout=self.dropout,
        )
        stack = xLSTMBlockStack(config)
        stack.register_forward_pre_hook(_grow_masks)
        return Rereading(stack, LIBRARY, self.context)


@dataclass(frozen=True, kw_only=True)
class SLSTM(LibraryModel):
    """Beck et al. (2024): sLSTM. ``feedforward`` of None is 4 D / 3."""

    name = "xlstm-slstm"
    paper = "Beck et al. 2024, xLSTM: extended long short-term memory; the code of xlstm"
    requires = ("xlstm",)
    coarse = Knob("width", 2 * HEADS)  # a head of one unit divides by zero at its start
    fine = Knob("feedforward", 1, 0.5, 3.0)

    feedforward: int | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        check_whole(self, "feedforward")
        check_whole(self, "width", multiple_of=2 * HEADS)

    def build(self, role: Role) -> nn.Module:
        """The core: ``(x_BTD, state=None) -> (y_BTD, state)``; a block's state is (past inputs, (4, B, D))."""
        from xlstm import (
            FeedForwardConfig,
            sLSTMBlockConfig,
            sLSTMLayerConfig,
            xLSTMBlockStack,
            xLSTMBlockStackConfig,
        )

        feedforward = FeedForwardConfig(
            proj_factor=((self.feedforward or round(4 * self.width / 3)) - 0.5) / self.width,  # the library rounds up
            round_proj_up_to_multiple_of=1,
            dropout=self.dropout,
        )
        layer = sLSTMLayerConfig(backend="vanilla", num_heads=HEADS)
        config = xLSTMBlockStackConfig(
            slstm_block=sLSTMBlockConfig(slstm=layer, feedforward=feedforward),
            num_blocks=self.layers,
            embedding_dim=self.width,
            dropout=self.dropout,
            slstm_at="all",
        )
        return SLSTMCore(xLSTMBlockStack(config))


def _grow_masks(stack: nn.Module, inputs: tuple[Tensor, ...]) -> None:
    """Have room for sequences of any length: the library's masks are made once, of a fixed size."""
    steps = inputs[0].shape[1]
    for module in stack.modules():
        mask = getattr(module, "causal_mask", None)
        if mask is not None and len(mask) < steps:
            module.causal_mask = mask.new_ones(steps, steps).tril()


class SLSTMCore(nn.Module):
    """The library's blocks, with the state that they give between their own calls handed over."""

    def __init__(self, stack: nn.Module) -> None:
        super().__init__()
        self.stack = stack
        self.kernel = f"{LIBRARY} {version(LIBRARY)}, vanilla"

    def forward(self, x_BTD: Tensor, state: Any = None) -> tuple[Tensor, Any]:
        """Read T steps on from ``state`` (None: from rest)."""
        stack: Any = self.stack
        after = []
        for index, block in enumerate(stack.blocks):
            if state is None:
                past_PBD, cell_4BD = x_BTD.new_zeros(block.xlstm.conv1d.pad, len(x_BTD), x_BTD.shape[2]), None
            else:
                past_PBD, cell_4BD = state[index]
            normed_BTD = block.xlstm_norm(x_BTD)
            y_BTD, last = block.xlstm(normed_BTD, past_PBD.transpose(0, 1), cell_4BD, return_last_state=True)
            x_BTD = x_BTD + y_BTD
            x_BTD = x_BTD + block.ffn(block.ffn_norm(x_BTD))
            after.append((last["conv_state"].transpose(0, 1), last["slstm_state"]))
        return stack.post_blocks_norm(x_BTD), tuple(after)
