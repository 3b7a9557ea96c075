import pytest
import torch
from tiny_cores import TinyAttention, TinyBothWays, TinyLstm

from rnnbench import Role
from rnnbench.network.adapters import CannotServe, adapt, adapter_for

LENGTHS = torch.tensor([5, 2, 3])


def rows(steps=5, width=6):
    return torch.randn(3, steps, width, generator=torch.Generator().manual_seed(4))


def with_other_padding(x):
    return torch.where((torch.arange(x.shape[1]) < LENGTHS[:, None])[..., None], x, 7.0)


@pytest.mark.parametrize(
    ("model", "role", "adapter"),
    [
        (TinyLstm(), Role.CAUSAL, "native"),
        (TinyLstm(), Role.ENCODER, "causal as encoder"),
        (TinyLstm(), Role.SEQ2SEQ, "fixed vector"),
        (TinyBothWays(), Role.ENCODER, "native"),
        (TinyBothWays(), Role.SEQ2SEQ, "fixed vector"),
        (TinyAttention(), Role.ENCODER, "seq2seq as encoder"),
        (TinyAttention(), Role.SEQ2SEQ, "native"),
    ],
)
def test_each_pair_has_its_adapter(model, role, adapter):
    assert adapter_for(model, role) == adapter


@pytest.mark.parametrize(
    ("model", "role", "reason"),
    [
        (TinyBothWays(), Role.CAUSAL, "sees the future"),
        (TinyAttention(), Role.CAUSAL, "there is no source"),
        (TinyBothWays(decoded_by=None), Role.SEQ2SEQ, "an encoder only, and it names no decoder"),
        (TinyBothWays(decoded_by=TinyAttention), Role.SEQ2SEQ, "its decoder tiny-attention is not causal"),
    ],
)
def test_a_pair_without_a_way_says_why(model, role, reason):
    with pytest.raises(CannotServe, match=f"^{reason}$"):
        adapter_for(model, role)


def test_a_causal_core_summarises_by_its_last_valid_step():
    core, _, _ = adapt(TinyLstm(), Role.ENCODER)
    x = rows()
    y, summary = core(x, LENGTHS)
    assert torch.equal(y, core.core(x)[0])
    for row, length in enumerate(LENGTHS.tolist()):
        alone, _ = core.core(x[row : row + 1, :length])
        torch.testing.assert_close(summary[row], alone[0, -1])


@pytest.mark.parametrize("model", [TinyLstm(), TinyBothWays(), TinyAttention()], ids=lambda model: model.name)
def test_padding_is_invisible_through_every_adapter(model):
    x = rows()
    encoder, _, _ = adapt(model, Role.ENCODER)
    torch.testing.assert_close(encoder(x, LENGTHS)[1], encoder(with_other_padding(x), LENGTHS)[1])
    core, _, width = adapt(model, Role.SEQ2SEQ)
    y = rows(2, width)
    z, _ = core.decode(y, core.encode(x, LENGTHS))
    torch.testing.assert_close(z, core.decode(y, core.encode(with_other_padding(x), LENGTHS))[0])


@pytest.mark.parametrize(("model", "encoder_width"), [(TinyLstm(), 6), (TinyBothWays(width=8), 8)])
def test_the_fixed_vector_is_added_to_every_input_of_the_decoder(model, encoder_width):
    core, width_in, width_out = adapt(model, Role.SEQ2SEQ)
    assert (width_in, width_out) == (encoder_width, 6)
    x, y = rows(width=encoder_width), rows(4)
    memory = core.encode(x, LENGTHS)
    assert memory.shape == (3, 6)
    _, summary = core.encoder(x, LENGTHS)
    expected = summary @ core.bridge.weight.T + core.bridge.bias
    torch.testing.assert_close(memory, expected)
    z, _ = core.decode(y, memory)
    torch.testing.assert_close(z, core.decoder(y + expected[:, None, :].expand(3, 4, 6))[0])


@pytest.mark.parametrize("model", [TinyLstm(), TinyBothWays(), TinyAttention()], ids=lambda model: model.name)
def test_decoding_step_by_step_is_decoding_at_once(model):
    core, _, width = adapt(model, Role.SEQ2SEQ)
    memory, y = core.encode(rows(), LENGTHS), rows(4, width)
    whole, _ = core.decode(y, memory)
    steps, state = [], None
    for t in range(4):
        z, state = core.decode(y[:, t : t + 1], memory, state)
        steps.append(z)
    torch.testing.assert_close(torch.cat(steps, 1), whole)


def test_a_seq2seq_core_summarises_by_decoding_its_query_and_runs_its_encoder_once():
    core, _, _ = adapt(TinyAttention(), Role.ENCODER)
    x, calls = rows(), []
    core.core.encoder.register_forward_hook(lambda *_: calls.append(1))
    y, summary = core(x, LENGTHS)
    assert len(calls) == 1
    torch.testing.assert_close(y, core.core.encoder(x, LENGTHS)[0])
    query = core.query_D.repeat(3, 1, 1).view(3, 1, 6)
    torch.testing.assert_close(summary, core.core.decode(query, core.core.encode(x, LENGTHS))[0][:, 0])
    summary.sum().backward()
    assert core.query_D.grad.any()
