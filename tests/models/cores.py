"""The models under test, by role, and small helpers over the cores' trees of state and memory."""

from __future__ import annotations

import torch

from rnnbench_models import GRU, LSTM, AttentionSeq2Seq, Bidirectional, Elman, Jordan, Transformer

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
}
ENCODER = {
    "bidirectional-lstm": Bidirectional(width=8, inner_width=6),
    "bidirectional-gru": Bidirectional(width=8, cell="gru", layers=1),
    "bidirectional-jordan": Bidirectional(width=8, cell="jordan", cell_fields={"alpha": 0.5}),
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


def tree_leaves(tree):
    """The tensors of nested tuples."""
    if isinstance(tree, torch.Tensor):
        return [tree]
    return [leaf for branch in tree for leaf in tree_leaves(branch)]


def tree_map(function, tree):
    """The same tree with each tensor replaced."""
    if isinstance(tree, torch.Tensor):
        return function(tree)
    return tuple(tree_map(function, branch) for branch in tree)


def randomise(core):
    """Weights and biases that hide nothing: no zeros, no ones."""
    with torch.no_grad():
        for parameter in core.parameters():
            parameter.normal_(0.0, 0.4)
    return core


def relative_error(ours, theirs):
    """Largest difference over the largest value."""
    return ((ours - theirs).abs().max() / theirs.abs().max().clamp(min=1e-12)).item()
