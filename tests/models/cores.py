"""The models under test, by role, and small helpers over the cores' trees of state and memory."""

from __future__ import annotations

import pytest
import torch

from rnnbench_models import (
    GRU,
    LSTM,
    S4D,
    TCN,
    Alternating,
    AttentionSeq2Seq,
    Bidirectional,
    ConvolutionalLSTM,
    Elman,
    IndRNN,
    Jordan,
    MinGRU,
    Transformer,
)

CAUSAL = {
    "elman": Elman(width=8),
    "elman-relu": Elman(width=8, nonlinearity="relu", inner_width=6),
    "jordan": Jordan(width=8, inner_width=10),
    "jordan-alpha": Jordan(width=8, alpha=0.6, layers=3),
    "lstm": LSTM(width=8, inner_width=6),
    "gru": GRU(width=8),
    "gru-variational": GRU(width=8, dropout_kind="variational"),
    "transformer": Transformer(width=8, context=128),
    "transformer-band": Transformer(width=8, context=4, feedforward=12),
    "transformer-band-of-one": Transformer(width=8, context=1),
    "transformer-2017": Transformer(width=8, norm="post", positions="sinusoidal"),
    "transformer-post": Transformer(width=8, norm="post", context=5),
    "transformer-sinusoidal-band": Transformer(width=8, positions="sinusoidal", context=4),
    "transformer-learned": Transformer(width=8, positions="learned", context=16),
    "min-gru": MinGRU(width=8, inner_width=6),
    "ind-rnn": IndRNN(width=8, inner_width=10),
    "s4d": S4D(width=8),
    "s4d-inv": S4D(width=8, pairs=3, spectrum="inv"),
    "tcn": TCN(width=8, inner_width=6),
    "tcn-of-two-taps": TCN(width=8, layers=2, kernel_size=2),
    "convolutional-lstm": ConvolutionalLSTM(width=8, inner_width=6),
    "convolutional-lstm-of-one-tap": ConvolutionalLSTM(width=8, kernel_size=1),
    "alternating": Alternating(width=8, inner_width=6),
    "alternating-band": Alternating(width=8, context=4, cell="min-gru"),
}
ENCODER = {
    "bidirectional-lstm": Bidirectional(width=8, inner_width=6),
    "bidirectional-gru": Bidirectional(width=8, cell="gru", layers=1),
    "bidirectional-jordan": Bidirectional(width=8, cell="jordan", cell_fields={"alpha": 0.5}),
    "bidirectional-min-gru": Bidirectional(width=8, cell="min-gru"),
    "bidirectional-variational": Bidirectional(width=8, dropout_kind="variational"),
    "bidirectional-mean": Bidirectional(width=8, summary="mean"),
    "bidirectional-max": Bidirectional(width=8, summary="max", cell="gru"),
    "transformer": Transformer(width=8),
    "transformer-2017": Transformer(width=8, norm="post", positions="sinusoidal", summary="first"),
    "transformer-learned": Transformer(width=8, positions="learned", summary="max", context=16),
}
SEQ2SEQ = {
    "bahdanau": AttentionSeq2Seq(width=8, inner_width=6),
    "bahdanau-bidirectional": AttentionSeq2Seq(width=8, cell="gru", bidirectional_encoder=True),
    "bahdanau-jordan": AttentionSeq2Seq(width=8, cell="jordan", layers=1),
    "bahdanau-ind-rnn": AttentionSeq2Seq(width=8, cell="ind-rnn"),
    "luong-dot": AttentionSeq2Seq(width=8, attention="luong-dot", cell="elman"),
    "luong-general": AttentionSeq2Seq(width=8, attention="luong-general"),
    "luong-fed": AttentionSeq2Seq(width=8, attention="luong-dot", input_feeding=True, cell="gru"),
    "luong-general-fed": AttentionSeq2Seq(width=8, attention="luong-general", input_feeding=True),
    "bahdanau-variational": AttentionSeq2Seq(width=8, dropout_kind="variational"),
    "luong-local": AttentionSeq2Seq(width=8, attention="luong-local", half_width=2),
    "luong-local-fed": AttentionSeq2Seq(width=8, attention="luong-local", input_feeding=True, cell="gru"),
    "transformer": Transformer(width=8),
    "transformer-band": Transformer(width=8, context=3),
    "transformer-2017": Transformer(width=8, norm="post", positions="sinusoidal"),
    "transformer-learned": Transformer(width=8, positions="learned", context=16),
}
ALL = [
    (model, role)
    for group, role in ((CAUSAL, "causal"), (ENCODER, "encoder"), (SEQ2SEQ, "seq2seq"))
    for model in group.values()
]
ALL_NAMES = [
    f"{name}-{role}"
    for group, role in ((CAUSAL, "causal"), (ENCODER, "encoder"), (SEQ2SEQ, "seq2seq"))
    for name in group
]


def randomise(core):
    """Weights and biases that hide nothing: no zeros, no ones."""
    with torch.no_grad():
        for parameter in core.parameters():
            parameter.normal_(0.0, 0.4)
    return core


def relative_error(ours, theirs):
    """Largest difference over the largest value."""
    return ((ours - theirs).abs().max() / theirs.abs().max().clamp(min=1e-12)).item()


PRECISION = pytest.mark.parametrize(
    ("dtype", "tolerance"), [(torch.float32, 1e-5), (torch.float64, 1e-10)], ids=["f32", "f64"]
)


def assert_same(ours, theirs, inputs, tolerance):
    """Two lists of tensors are equal, and so are the gradients of one weighted sum of them for all ``inputs``."""
    generator = torch.Generator().manual_seed(1)
    weights = [torch.randn(tensor.shape, generator=generator, dtype=tensor.dtype) for tensor in ours]
    for our, their in zip(ours, theirs, strict=True):
        assert our.shape == their.shape
        assert relative_error(our, their) < tolerance
    loss = [sum((w * y).sum() for w, y in zip(weights, side, strict=True)) for side in (ours, theirs)]
    ours, theirs = (torch.autograd.grad(side, inputs) for side in loss)
    largest = max(their.abs().max() for their in theirs)
    for our, their in zip(ours, theirs, strict=True):
        assert their.abs().max() > 1e-6 * largest  # every input has a say
        assert (our - their).abs().max() < tolerance * largest
