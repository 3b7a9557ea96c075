"""The built-in models: an ordinary plugin, found through the same kind of entry point as third-party ones.

One architecture a file, each opening with its equations; read ``elman.py`` first.

Legend of shapes: B batch, T steps, S source steps, I input width, O output width, D core width, H hidden width.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rnnbench import hookimpl
from rnnbench_models.alternating import Alternating
from rnnbench_models.attention_seq2seq import AttentionSeq2Seq
from rnnbench_models.bidirectional import Bidirectional
from rnnbench_models.convolutional_lstm import ConvolutionalLSTM
from rnnbench_models.elman import Elman
from rnnbench_models.gru import GRU
from rnnbench_models.ind_rnn import IndRNN
from rnnbench_models.jordan import Jordan
from rnnbench_models.lstm import LSTM
from rnnbench_models.min_gru import MinGRU
from rnnbench_models.s4d import S4D
from rnnbench_models.tcn import TCN
from rnnbench_models.transformer import Transformer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rnnbench import Model


@hookimpl
def rnnbench_models() -> Iterable[type[Model]]:
    """The seven architectures of the comparison, and six beyond them."""
    yield Elman
    yield Jordan
    yield LSTM
    yield GRU
    yield Bidirectional
    yield AttentionSeq2Seq
    yield Transformer
    yield MinGRU
    yield IndRNN
    yield S4D
    yield TCN
    yield ConvolutionalLSTM
    yield Alternating
