"""Every field of a model has the effect that it names, and a bad value is refused in words."""

from __future__ import annotations

import dataclasses
import math

import pytest
import torch
from cores import ALL, ALL_NAMES, randomise
from torch import nn

import rnnbench_models
from rnnbench import Family, Model, Role, find_model
from rnnbench.network.core import ContractBroken, build_core
from rnnbench.network.tree import leaves
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
    cell,
)
from rnnbench_models.heads import rotary_angles, rotate
from rnnbench_models.local_attention import LocalAttention
from rnnbench_models.padding import valid_steps
from rnnbench_models.stack import Stack

LENGTHS = torch.tensor([5, 2, 3])
MODELS = tuple(rnnbench_models.rnnbench_models())


def test_the_built_in_models_are_found_by_name():
    names = ["elman", "jordan", "lstm", "gru", "bidirectional", "attention-seq2seq", "transformer"]
    names += ["min-gru", "ind-rnn", "s4d", "tcn", "convolutional-lstm", "alternating"]
    assert [model.name for model in MODELS] == names
    assert [type(find_model(name)) for name in names] == list(MODELS)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_defaults_and_declarations(model):
    built = model()
    assert built.layers == (4 if model is TCN else 2)
    assert built.width == 64
    assert model.paper
    others = {
        "attention-seq2seq": Family.RECURRENT_ATTENTION,
        "alternating": Family.RECURRENT_ATTENTION,
        "transformer": Family.ATTENTION,
        "tcn": Family.OTHER,
    }
    assert model.family == others.get(model.name, Family.RECURRENT)
    assert hash(built) == hash(model())
    assert {model.coarse.field, model.fine.field} <= {field.name for field in dataclasses.fields(model)}


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_every_step_of_the_knobs_is_a_valid_model_and_changes_its_size(model):
    def size(built):
        with torch.device("meta"):
            return sum(p.numel() for p in built.build(min(model.roles)).parameters())

    widths = [model.coarse.step * n for n in range(4, 9)]
    sizes = [size(model(width=width)) for width in widths]
    assert sizes == sorted(set(sizes))
    centre = (model.fine.low + model.fine.high) / 2 * widths[-1]  # where the default is
    fine = [{model.fine.field: int(centre) + model.fine.step * n} for n in range(-3, 4)]
    sizes = [size(model(width=widths[-1], **fields)) for fields in fine]
    assert sizes == sorted(set(sizes))
    assert sizes[3] == size(model(width=widths[-1]))


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
@pytest.mark.parametrize("role", Role)
def test_a_role_that_is_not_played_is_refused(model, role):
    if role in model.roles:
        assert isinstance(build_core(model(width=8), role), nn.Module)
    else:
        with pytest.raises(ContractBroken, match=f"model '{model.name}' plays .*, not {role}"):
            build_core(model(width=8), role)


@pytest.mark.parametrize(
    ("model", "fields", "message"),
    [
        (LSTM, {"width": 0}, "width must be a whole number of at least 1, got 0"),
        (GRU, {"layers": 0}, "layers must be a whole number of at least 1, got 0"),
        (GRU, {"layers": True}, "layers must be a whole number of at least 1, got True"),
        (GRU, {"layers": 1.5}, "layers must be a whole number of at least 1, got 1.5"),
        (Elman, {"inner_width": -1}, "inner_width must be a whole number of at least 1, got -1"),
        (Elman, {"dropout": 1.0}, "dropout must be at least 0 and below 1, got 1.0"),
        (Elman, {"dropout": math.nan}, "dropout must be at least 0 and below 1, got nan"),
        (Elman, {"nonlinearity": "relo"}, "nonlinearity must be one of tanh, relu, got 'relo' (did you mean 'relu'?)"),
        (LSTM, {"initialisation": 3}, "initialisation must be one of xavier, he, uniform, got 3"),
        (Jordan, {"alpha": 1}, "alpha must be at least 0 and below 1, got 1"),
        (Bidirectional, {"width": 7}, "width must be a whole number divisible by 2 of at least 2, got 7"),
        (Bidirectional, {"inner_width": 9}, "inner_width must be a whole number divisible by 2 of at least 2, got 9"),
        (Bidirectional, {"cell": "lstn"}, "cell: no model is named 'lstn' (did you mean 'lstm'?), expected one of "),
        (Bidirectional, {"cell": "transformer"}, "cell: model 'transformer' is not made of causal layers that "),
        (Bidirectional, {"cell": "bidirectional"}, "cell: model 'bidirectional' is not made of causal layers that "),
        (Bidirectional, {"cell_fields": {"colour": 1}}, "cell: model 'lstm': "),
        (Bidirectional, {"cell": "jordan", "cell_fields": {"alpha": 2}}, "cell: alpha must be at least 0 and below 1"),
        (Bidirectional, {"cell_fields": {"layers": 3}}, "cell_fields must not set 'layers': the cell takes it from "),
        (
            AttentionSeq2Seq,
            {"attention": "luong"},
            "attention must be one of bahdanau, luong-dot, luong-general, luong-",
        ),
        (AttentionSeq2Seq, {"half_width": 0}, "half_width must be a whole number of at least 1, got 0"),
        (AttentionSeq2Seq, {"dropout_kind": "varied"}, "dropout_kind must be one of standard, variational, got"),
        (AttentionSeq2Seq, {"input_feeding": True}, "input_feeding is for Luong attention"),
        (AttentionSeq2Seq, {"bidirectional_encoder": True, "width": 9}, "width must be a whole number divisible by 2"),
        (Transformer, {"heads": 3}, "width must be divisible by 6: 3 heads, each of an even width"),
        (Transformer, {"norm": "pot"}, "norm must be one of pre, post, got 'pot' (did you mean 'post'?)"),
        (Transformer, {"positions": "none"}, "positions must be one of rotary, sinusoidal, learned, got 'none'"),
        (Transformer, {"summary": "ends"}, "summary must be one of mean, max, first, got 'ends'"),
        (Bidirectional, {"summary": "first"}, "summary must be one of ends, mean, max, got 'first'"),
        (Bidirectional, {"cell_fields": {"dropout_kind": "standard"}}, "cell_fields must not set 'dropout_kind'"),
        (Transformer, {"context": 0}, "context must be a whole number of at least 1, got 0"),
        (IndRNN, {"u_max": 0.0}, "u_max must be a number above 0, got 0.0"),
        (IndRNN, {"u_max": math.inf}, "u_max must be a number above 0, got inf"),
        (S4D, {"pairs": 0}, "pairs must be a whole number of at least 1, got 0"),
        (S4D, {"spectrum": "line"}, "spectrum must be one of lin, inv, got 'line' (did you mean 'lin'?)"),
        (TCN, {"kernel_size": 1}, "kernel_size must be a whole number of at least 2, got 1"),
        (ConvolutionalLSTM, {"kernel_size": 0}, "kernel_size must be a whole number of at least 1, got 0"),
        (Alternating, {"width": 9}, "width must be divisible by heads, 2, got 9"),
        (Alternating, {"cell": "tcn"}, "cell: model 'tcn' is not made of causal layers that 'alternating' could use"),
        (
            Bidirectional,
            {"cell": "s4d"},
            "cell: model 's4d' is not made of causal layers that 'bidirectional' could use",
        ),
        (Transformer, {"feedforward": 0}, "feedforward must be a whole number of at least 1, got 0"),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else "",
)
def test_a_bad_field_is_refused_in_words(model, fields, message):
    with pytest.raises(ValueError) as caught:  # noqa: PT011  the text is compared below
        model(**fields)
    assert message in str(caught.value)


# Sizes


def test_inner_width_is_the_width_between_layers():
    core = LSTM(width=8, inner_width=5, layers=3).build(Role.CAUSAL)
    assert [(layer.input_size, layer.hidden_size) for layer in core.layers] == [(8, 5), (5, 5), (5, 8)]


def test_inner_width_of_a_transformer_is_its_feedforward():
    block = Transformer(width=8).build(Role.CAUSAL).blocks[0]
    assert block.feedforward.up.out_features == 32
    assert Transformer(width=8, feedforward=9).build(Role.CAUSAL).blocks[0].feedforward.up.out_features == 9


# Initialisation


@pytest.mark.parametrize("model", [Elman, LSTM, GRU, Jordan])
@pytest.mark.parametrize("scheme", ["xavier", "he", "uniform"])
def test_initialisation_of_input_weights_gate_by_gate(model, scheme):
    inputs, outputs = 300, 200
    layer = model(initialisation=scheme).layer(inputs, outputs)
    weight = layer.W.weight if model is Jordan else layer.weight_ih_l0
    assert weight.shape[0] % outputs == 0
    for gate in weight.detach().split(outputs):
        spread, most = gate.std().item(), gate.abs().max().item()
        if scheme == "he":
            assert spread == pytest.approx(math.sqrt(2 / inputs), rel=0.02)
            assert most > 3 * spread  # normal, not uniform
        else:
            bound = math.sqrt(6 / (inputs + outputs)) if scheme == "xavier" else 1 / math.sqrt(outputs)
            assert spread == pytest.approx(bound / math.sqrt(3), rel=0.02)
            assert 0.99 * bound < most <= bound


@pytest.mark.parametrize("model", [Elman, LSTM, GRU, Jordan])
@pytest.mark.parametrize("scheme", ["orthogonal", "xavier"])
def test_initialisation_of_recurrent_weights_gate_by_gate(model, scheme):
    width = 60
    layer = model(recurrent_initialisation=scheme).layer(7, width)
    weights = [layer.V.weight, layer.U.weight] if model is Jordan else layer.weight_hh_l0.split(width)
    for gate in (weight.detach() for weight in weights):
        is_orthogonal = torch.allclose(gate @ gate.T, torch.eye(width), atol=1e-5)
        assert is_orthogonal == (scheme == "orthogonal")
        if scheme == "xavier":
            assert 0.98 < gate.abs().max().item() / math.sqrt(6 / (2 * width)) <= 1


@pytest.mark.parametrize("model", [Elman(), GRU(), Jordan()], ids=lambda model: model.name)
def test_biases_start_at_zero(model):
    biases = [p for name, p in model.layer(3, 4).named_parameters() if "bias" in name]
    assert len(biases) == 2
    assert all((bias == 0).all() for bias in biases)


@pytest.mark.parametrize("forget", [1.0, 2.5])
def test_forget_gate_starts_open_and_other_biases_at_zero(forget):
    layer = LSTM(forget_bias=forget).layer(3, 4)
    total = (layer.bias_ih_l0 + layer.bias_hh_l0).detach()
    torch.testing.assert_close(total, torch.tensor([0.0] * 4 + [forget] * 4 + [0.0] * 8))


def test_transformer_starts_with_xavier_weights_and_scaled_branches():
    core = Transformer(width=64, layers=2).build(Role.SEQ2SEQ)
    attention, cross = core.decoder.blocks[0].self_attention, core.decoder.blocks[0].cross
    bound = math.sqrt(6 / 128)
    for part in (*attention.query_key_value.weight.chunk(3), *cross.key_value.weight.chunk(2), cross.query.weight):
        assert 0.97 * bound < part.abs().max().item() <= bound
    for branch, branches in ((cross.output, 6), (core.encoder.blocks[0].self_attention.output, 4)):
        assert 0.97 * bound < branch.weight.abs().max().item() * math.sqrt(branches) <= bound


# Dropout


def ask(core, role, x):
    if role == Role.CAUSAL:
        return core(x)[0]
    if role == Role.ENCODER:
        return core(x, LENGTHS)[1]
    return core.decode(x, core.encode(x, LENGTHS))[0]


@pytest.mark.parametrize(("model", "role"), ALL, ids=ALL_NAMES)
def test_dropout_acts_in_training_only_and_repeats_from_the_seed(model, role):
    model = dataclasses.replace(model, dropout=0.5, layers=2)
    core, x = randomise(model.build(role)), torch.randn(3, 5, 8)

    def run(seed):
        torch.manual_seed(seed)
        return ask(core, role, x)

    assert torch.equal(run(1), run(1))
    assert not torch.equal(run(1), run(2))
    core.eval()
    assert torch.equal(run(1), run(2))
    without = dataclasses.replace(model, dropout=0.0).build(role)
    without.load_state_dict(core.state_dict())
    torch.testing.assert_close(run(1), ask(without, role, x))


@pytest.mark.parametrize("model", [Elman, Jordan, LSTM, GRU, Bidirectional], ids=lambda model: model.name)
def test_dropout_falls_between_layers_alone(model):
    core = model(width=8, dropout=0.5, layers=1).build(min(model.roles))
    x = torch.randn(3, 5, 8)
    assert torch.equal(core(x, None)[0], core(x, None)[0])


class Echo(nn.Module):
    """A layer that passes on what it reads."""

    def forward(self, x, state=None):
        return x, torch.zeros(1, len(x), 1)


def test_a_variational_mask_is_the_same_at_every_step_and_differs_between_rows():
    x = torch.ones(4, 6, 32)
    same = {}
    for kind in ("standard", "variational"):
        y, _ = Stack([Echo(), Echo()], 0.5, kind)(x)
        assert set(y.unique().tolist()) == {0.0, 2.0}
        same[kind] = (y == y[:, :1]).all()
        assert not (y == y[:1]).all()
    assert same == {"standard": False, "variational": True}


def test_a_variational_mask_differs_between_layers_and_between_calls():
    stack = Stack([Echo(), Echo(), Echo()], 0.5, "variational")
    x, masks = torch.ones(4, 2, 32), {}
    both, _ = stack(x, None, masks)
    assert sorted(masks) == [1, 2]
    assert not torch.equal(masks[1], masks[2])
    assert torch.equal(both, x * masks[1] * masks[2])
    assert torch.equal(stack(x, None, masks)[0], both)
    assert not torch.equal(stack(x)[0], both)
    stack.eval()
    assert torch.equal(stack(x)[0], x)


@pytest.mark.parametrize("kind", ["standard", "variational"])
@pytest.mark.parametrize(
    "fields",
    [{"attention": "bahdanau"}, {"attention": "luong-dot", "input_feeding": True}, {"attention": "luong-local"}],
    ids=lambda fields: fields["attention"],
)
def test_a_variational_mask_is_held_through_a_decoders_loop(fields, kind):
    core = AttentionSeq2Seq(width=32, dropout=0.5, dropout_kind=kind, **fields).build(Role.SEQ2SEQ)
    for part in (core.encoder.core, core.decoder.layers):
        silent = []
        hook = part.layers[1].register_forward_pre_hook(lambda _, inputs, silent=silent: silent.append(inputs[0] == 0))
        core.decode(torch.randn(3, 4, 32), core.encode(torch.randn(3, 5, 32), LENGTHS))
        hook.remove()
        steps = torch.cat(silent, dim=1)
        assert steps.shape[1] >= 5
        assert steps.any()
        assert (steps == steps[:, :1]).all() == (kind == "variational")


@pytest.mark.parametrize("kind", ["standard", "variational"])
def test_a_variational_mask_of_a_bidirectional_encoder_and_of_a_cells_stack(kind):
    encoder = Bidirectional(width=32, dropout=0.5, dropout_kind=kind).build(Role.ENCODER)
    causal = GRU(width=32, dropout=0.5, dropout_kind=kind).build(Role.CAUSAL)
    for core, reader in ((encoder, encoder.layers[1].forwards), (causal, causal.layers[1])):
        silent = []
        reader.register_forward_pre_hook(lambda _, inputs, silent=silent: silent.append(inputs[0] == 0))
        core(torch.randn(3, 6, 32))
        assert (silent[0] == silent[0][:, :1]).all() == (kind == "variational")


def test_the_kind_of_dropout_reaches_the_parts():
    model = AttentionSeq2Seq(width=8, dropout_kind="variational", bidirectional_encoder=True)
    assert {part.dropout_kind for part in model.parts().values()} == {"variational"}


# Parts


def test_bidirectional_is_made_of_its_cell_and_leaves_decoding_to_it():
    model = Bidirectional(width=12, cell="jordan", cell_fields={"alpha": 0.5}, layers=3, dropout=0.1, inner_width=10)
    expected = Jordan(width=12, alpha=0.5, layers=3, dropout=0.1, inner_width=10)
    assert model.parts() == {"cell": expected}
    assert model.decoder() == expected


def test_attention_names_its_parts():
    assert AttentionSeq2Seq(width=6, cell="gru").parts() == {"cell": GRU(width=6)}
    both = AttentionSeq2Seq(width=6, cell="gru", bidirectional_encoder=True).parts()
    assert both == {"cell": GRU(width=6), "bidirectional_encoder": Bidirectional(width=6, cell="gru")}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Strange(Model):
    """A model of another plugin, without layers or dropout to set."""

    name = "strange"
    paper = "none"
    family = Family.OTHER
    roles = frozenset({Role.CAUSAL})

    def build(self, role):
        return self.layer(self.width, self.width)

    def layer(self, inputs, outputs):
        return nn.GRU(inputs, outputs, batch_first=True)


@pytest.mark.parametrize("model", [Bidirectional, AttentionSeq2Seq], ids=lambda model: model.name)
def test_the_cell_may_be_a_third_party_model(model, monkeypatch):
    monkeypatch.setattr(cell, "find_model", lambda name, **fields: {"strange": Strange}[name](**fields))
    built = model(width=8, cell="strange")
    assert built.parts() == {"cell": Strange(width=8)}
    assert any(isinstance(module, nn.GRU) for module in built.build(min(model.roles)).modules())


@pytest.mark.parametrize(
    ("model", "role", "kernels"),
    [
        (Elman(), Role.CAUSAL, {"torch.nn.RNN"}),
        (Jordan(), Role.CAUSAL, {"one-buffer loop"}),
        (LSTM(), Role.CAUSAL, {"torch.nn.LSTM / torch.lstm_cell"}),
        (GRU(), Role.CAUSAL, {"one-buffer loop / torch.gru_cell"}),
        (Bidirectional(cell="jordan"), Role.ENCODER, {"one-buffer loop"}),
        (AttentionSeq2Seq(), Role.SEQ2SEQ, {"torch.nn.LSTM / torch.lstm_cell"}),
        (AttentionSeq2Seq(attention="luong-dot"), Role.SEQ2SEQ, {"torch.nn.LSTM / torch.lstm_cell", "SDPA"}),
        (AttentionSeq2Seq(attention="luong-local"), Role.SEQ2SEQ, {"torch.nn.LSTM / torch.lstm_cell", None}),
        (Transformer(), Role.CAUSAL, {"SDPA"}),
        (MinGRU(), Role.CAUSAL, {"one-buffer loop"}),
        (IndRNN(), Role.CAUSAL, {"one-buffer loop"}),
        (S4D(), Role.CAUSAL, {"FFT convolution"}),
        (TCN(), Role.CAUSAL, {"torch.nn.Conv1d"}),
        (ConvolutionalLSTM(), Role.CAUSAL, {"torch.nn.Conv1d", "torch.nn.LSTM / torch.lstm_cell"}),
        (Alternating(), Role.CAUSAL, {"torch.nn.LSTM / torch.lstm_cell", "SDPA"}),
    ],
)
def test_modules_name_the_kernel_that_they_run(model, role, kernels):
    assert {module.kernel for module in model.build(role).modules() if hasattr(module, "kernel")} == kernels


# Attention


def test_bahdanau_weights_sum_to_one_over_the_valid_source():
    core = randomise(AttentionSeq2Seq(width=6).build(Role.SEQ2SEQ))
    _, valid, _, keys = core.encode(torch.randn(3, 5, 6), LENGTHS)
    weights = core.decoder.weights(torch.randn(3, 1, 6), keys, valid)[:, 0]
    torch.testing.assert_close(weights.sum(1), torch.ones(3))
    assert ((weights > 0) == valid).all()


def test_local_attention_looks_around_the_position_that_it_predicts():
    attention = LocalAttention(6, half_width=2)
    valid = valid_steps(torch.zeros(3, 9, 6), torch.tensor([9, 2, 5]))
    s, score = torch.randn(3, 4, 6), torch.zeros(3, 4, 9)
    nn.init.zeros_(attention.v.weight)  # sigmoid(0): the middle of each row
    middle = torch.tensor([4.5, 1.0, 2.5])
    torch.testing.assert_close(attention.positions(s, valid)[..., 0], middle[:, None].expand(3, 4))
    weights = attention.weights(s, score, valid)[:, 0]
    offset = torch.arange(1, 10) - middle[:, None]
    seen = (offset.abs() <= 2) & valid
    assert torch.equal(weights > 0, seen)
    expected = torch.exp(-(offset**2) / 2) * seen / seen.sum(1, keepdim=True)  # sigma = 1, equal scores
    torch.testing.assert_close(weights, expected)


@pytest.mark.parametrize("extreme", [-1e4, 1e4])
def test_no_window_of_local_attention_is_empty(extreme):
    attention = LocalAttention(2, half_width=1)
    with torch.no_grad():
        attention.W.weight.fill_(1.0)
        attention.v.weight.fill_(extreme)
    valid = valid_steps(torch.zeros(2, 7, 2), torch.tensor([7, 1]))
    weights = attention.weights(torch.ones(2, 1, 2), torch.zeros(2, 1, 7), valid)
    assert weights.isfinite().all()
    assert (weights.sum(-1) > 0).all()


def test_input_feeding_feeds_the_last_output():
    core = randomise(AttentionSeq2Seq(width=6, attention="luong-dot", input_feeding=True).build(Role.SEQ2SEQ))
    memory, y = core.encode(torch.randn(3, 5, 6), LENGTHS), torch.randn(3, 2, 6)
    z, state = core.decode(y, memory)
    assert torch.equal(state.z_1BD[0], z[:, -1])
    following, _ = core.decode(y, memory, state)
    unfed = state._replace(z_1BD=torch.zeros_like(state.z_1BD))
    assert not torch.allclose(following, core.decode(y, memory, unfed)[0])


def test_only_the_encoder_of_attention_counts_as_recurrent():
    model = AttentionSeq2Seq(width=6)
    assert model.family == "recurrent+attention"
    assert model.build(Role.SEQ2SEQ).encoder_family == "recurrent"


def test_cache_of_a_causal_transformer_stays_below_its_context():
    core, state = Transformer(width=8, context=4).build(Role.CAUSAL), None
    for step in range(1, 8):
        _, state = core(torch.randn(2, 1, 8), state)
        assert {leaf.shape for leaf in leaves(state)} == {(2, 2, min(step, 3), 4)}
    _, state = core(torch.randn(2, 9, 8), state)
    assert {leaf.shape[2] for leaf in leaves(state)} == {3}


@pytest.mark.parametrize(("positions", "carries"), [("rotary", True), ("sinusoidal", False), ("learned", False)])
def test_absolute_positions_carry_no_state(positions, carries):
    assert Transformer(positions=positions).carries_state is carries


def test_learned_positions_end_where_the_context_does():
    core = Transformer(width=8, positions="learned", context=4).build(Role.CAUSAL)
    _, state = core(torch.randn(2, 4, 8))
    message = "learned positions end at context 4, and the sequence has 5 steps: raise context, or use rotary or sinus"
    with pytest.raises(ValueError, match=message):
        core(torch.randn(2, 1, 8), state)
    with pytest.raises(ValueError, match=message):
        core(torch.randn(2, 5, 8))


def test_the_norm_of_a_post_norm_transformer_comes_last():
    y, _ = Transformer(width=64, norm="post").build(Role.CAUSAL)(5 + 3 * torch.randn(2, 5, 64))
    torch.testing.assert_close(y.mean(-1), torch.zeros(2, 5), rtol=0, atol=1e-5)
    torch.testing.assert_close(y.var(-1, correction=0), torch.ones(2, 5), rtol=0, atol=1e-3)
    names = {
        norm: dict(Transformer(width=8, norm=norm).build(Role.CAUSAL).named_parameters()) for norm in ("pre", "post")
    }
    assert names["pre"].keys() - names["post"].keys() == {"norm.weight", "norm.bias"}


@pytest.mark.parametrize("positions", ["rotary", "sinusoidal", "learned"])
def test_order_matters_to_a_transformer_encoder(positions):
    core, x = randomise(Transformer(width=8, positions=positions).build(Role.ENCODER)), torch.randn(1, 5, 8)
    mirrored, _ = core(x.flip(1))
    assert not torch.allclose(core(x)[0].flip(1), mirrored, atol=1e-3)


def test_rotary_products_depend_on_the_distance_alone():
    q, k = torch.randn(2, 1, 6, dtype=torch.float64)
    cos, sin = rotary_angles(12, 6, like=q)
    product = rotate(q.expand(12, 6), cos, sin) @ rotate(k.expand(12, 6), cos, sin).T
    for distance in range(-11, 12):
        diagonal = product.diagonal(distance)
        torch.testing.assert_close(diagonal, diagonal[:1].expand_as(diagonal), rtol=1e-12, atol=1e-12)
    assert product.diagonal(0)[0] == pytest.approx((q @ k.T).item())
    assert product[0].std() > 0.01
