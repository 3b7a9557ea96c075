"""Each core computes its paper's equations: values and gradients agree with the slow, literal form."""

from __future__ import annotations

from functools import partial

import literal
import pytest
import torch
from cores import PRECISION, assert_same, randomise

from rnnbench.network.tree import leaves
from rnnbench_models import GRU, LSTM, AttentionSeq2Seq, Bidirectional, Elman, Jordan, Transformer

LAYERS = {
    "elman": (Elman(width=5, inner_width=7), literal.elman_layer),
    "elman-relu": (Elman(width=5, nonlinearity="relu"), partial(literal.elman_layer, nonlinearity=torch.relu)),
    "jordan": (Jordan(width=5, inner_width=7), literal.jordan_layer),
    "jordan-alpha": (Jordan(width=5, alpha=0.7), partial(literal.jordan_layer, alpha=0.7)),
    "lstm": (LSTM(width=5, inner_width=4), literal.lstm_layer),
    "gru": (GRU(width=5), literal.gru_layer),
}
POOL = {"mean": lambda row: row.mean(0), "max": lambda row: row.amax(0), "first": lambda row: row[0]}


@PRECISION
@pytest.mark.parametrize("name", LAYERS)
def test_causal_core_from_a_state(name, dtype, tolerance):
    model, layer = LAYERS[name]
    core = randomise(model.build("causal")).to(dtype)
    x = torch.randn(3, 6, 5, dtype=dtype, requires_grad=True)
    state = tuple(
        tuple(torch.randn_like(leaf, requires_grad=True) for leaf in after) if isinstance(after, tuple)
        else torch.randn_like(after, requires_grad=True)
        for after in core(x)[1]
    )  # fmt: skip
    y, after = core(x, state)
    y_literal, after_literal = literal.stack(layer, dict(core.named_parameters()), x, state)
    assert_same(
        [y, *leaves(after)],
        [y_literal, *leaves(after_literal)],
        [x, *leaves(state), *core.parameters()],
        tolerance,
    )


@PRECISION
@pytest.mark.parametrize("name", LAYERS)
def test_causal_core_from_rest(name, dtype, tolerance):
    model, layer = LAYERS[name]
    core = randomise(model.build("causal")).to(dtype)
    x = torch.randn(2, 5, 5, dtype=dtype, requires_grad=True)
    y_literal, _ = literal.stack(layer, dict(core.named_parameters()), x)
    assert_same([core(x)[0]], [y_literal], [x, *core.parameters()], tolerance)


@PRECISION
@pytest.mark.parametrize("cell", ["elman", "jordan", "lstm", "gru"])
@pytest.mark.parametrize("pooled", ["ends", "mean", "max"])
def test_bidirectional(pooled, cell, dtype, tolerance):
    core = randomise(Bidirectional(width=6, inner_width=8, cell=cell, summary=pooled).build("encoder")).to(dtype)
    x, lengths = torch.randn(4, 6, 6, dtype=dtype, requires_grad=True), [6, 1, 4, 3]
    y, summary = core(x, torch.tensor(lengths))
    rows, summaries = literal.bidirectional(LAYERS[cell][1], dict(core.named_parameters()), x, lengths)
    if pooled != "ends":
        summaries = torch.stack([POOL[pooled](row) for row in rows])
    ours = [row[:length] for row, length in zip(y, lengths, strict=True)]
    assert_same([*ours, summary], [*rows, summaries], [x, *core.parameters()], tolerance)


@PRECISION
@pytest.mark.parametrize("cell", ["elman", "jordan", "lstm", "gru"])
@pytest.mark.parametrize(
    "fields",
    [
        {"attention": "bahdanau"},
        {"attention": "luong-dot"},
        {"attention": "luong-general"},
        {"attention": "luong-dot", "input_feeding": True},
        {"attention": "luong-local", "half_width": 1},
        {"attention": "luong-local", "half_width": 2, "input_feeding": True},
        {"attention": "luong-general", "input_feeding": True},
    ],
    ids=lambda fields: "-".join(map(str, fields.values())),
)
def test_attention_seq2seq(fields, cell, dtype, tolerance):
    model = AttentionSeq2Seq(width=5, inner_width=4, cell=cell, **fields)
    core = randomise(model.build("seq2seq")).to(dtype)
    x, lengths = torch.randn(3, 4, 5, dtype=dtype, requires_grad=True), [4, 2, 1]
    y = torch.randn(3, 3, 5, dtype=dtype, requires_grad=True)
    z, _ = core.decode(y, core.encode(x, torch.tensor(lengths)))
    parameters = dict(core.named_parameters())
    z_literal = [
        literal.attention_seq2seq(LAYERS[cell][1], parameters, model, source[:length], target)
        for source, target, length in zip(x, y, lengths, strict=True)
    ]
    assert_same(list(z), z_literal, [x, y, *core.parameters()], tolerance)


TRANSFORMERS = pytest.mark.parametrize(
    "fields",
    [
        {},
        {"norm": "post"},
        {"norm": "post", "positions": "sinusoidal"},
        {"positions": "sinusoidal"},
        {"positions": "learned", "context": 6},
    ],
    ids=lambda fields: "-".join(map(str, fields.values())) or "default",
)


@PRECISION
@pytest.mark.parametrize("context", [3, 128])
@TRANSFORMERS
def test_causal_transformer(fields, context, dtype, tolerance):
    model = Transformer(**{"width": 8, "heads": 2, "feedforward": 10, "context": context, **fields})
    context = model.context
    core = randomise(model.build("causal")).to(dtype)
    x = torch.randn(2, 6, 8, dtype=dtype, requires_grad=True)
    parameters = dict(core.named_parameters())
    rows = [literal.transformer_blocks(parameters, model, row, literal.in_band(context)) for row in x]
    assert_same(list(core(x)[0]), rows, [x, *core.parameters()], tolerance)


@PRECISION
@TRANSFORMERS
@pytest.mark.parametrize("summary", ["mean", "max", "first"])
def test_transformer_encoder(fields, summary, dtype, tolerance):
    model = Transformer(width=8, heads=2, feedforward=10, summary=summary, **fields)
    core = randomise(model.build("encoder")).to(dtype)
    x, lengths = torch.randn(3, 5, 8, dtype=dtype, requires_grad=True), [5, 1, 3]
    y, summary = core(x, torch.tensor(lengths))
    parameters = dict(core.named_parameters())
    rows = [
        literal.transformer_blocks(parameters, model, row[:length], lambda _, n=length: range(n))
        for row, length in zip(x, lengths, strict=True)
    ]
    ours = [row[:length] for row, length in zip(y, lengths, strict=True)]
    summaries = torch.stack([POOL[model.summary](row) for row in rows])
    assert_same([*ours, summary], [*rows, summaries], [x, *core.parameters()], tolerance)


@PRECISION
@TRANSFORMERS
def test_transformer_seq2seq(fields, dtype, tolerance):
    model = Transformer(**{"width": 8, "heads": 2, "feedforward": 10, "context": 3, **fields})
    core = randomise(model.build("seq2seq")).to(dtype)
    x, lengths = torch.randn(3, 5, 8, dtype=dtype, requires_grad=True), [5, 1, 3]
    target = torch.randn(3, 4, 8, dtype=dtype, requires_grad=True)
    z, _ = core.decode(target, core.encode(x, torch.tensor(lengths)))
    p = dict(core.named_parameters())
    rows = []
    for source, row, length in zip(x, target, lengths, strict=True):
        h = literal.transformer_blocks(
            literal.below(p, "encoder."), model, source[:length], lambda _, n=length: range(n)
        )
        rows.append(
            literal.transformer_blocks(literal.below(p, "decoder."), model, row, literal.in_band(model.context), h)
        )
    assert_same(list(z), rows, [x, target, *core.parameters()], tolerance)
