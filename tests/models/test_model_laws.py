"""The laws of the contract, for every built-in model in every role that it plays."""

from __future__ import annotations

import pytest
import torch
from cores import ALL, ALL_NAMES, CAUSAL, ENCODER, SEQ2SEQ, randomise, tree_leaves, tree_map
from torch.nn import functional

every_core = pytest.mark.parametrize(("model", "role"), ALL, ids=ALL_NAMES)
every_causal = pytest.mark.parametrize("model", CAUSAL.values(), ids=CAUSAL)
every_encoder = pytest.mark.parametrize("model", ENCODER.values(), ids=ENCODER)
every_seq2seq = pytest.mark.parametrize("model", SEQ2SEQ.values(), ids=SEQ2SEQ)

WIDTH = 8
LENGTHS = torch.tensor([6, 2, 1, 4])
EXACT = {"rtol": 1e-10, "atol": 1e-10}


def build(model, role):
    """A core in float64 whose weights hide nothing."""
    return randomise(model.build(role)).double().eval()


def draw(rows, steps, dtype=torch.float64, **options):
    return torch.randn(rows, steps, WIDTH, dtype=dtype, **options)


def ask(core, role, x, lengths, y):
    """The core's output for one batch, in whatever role."""
    if role == "causal":
        return core(x)[0]
    if role == "encoder":
        return core(x, lengths)[1]
    return core.decode(y, core.encode(x, lengths))[0]


@every_core
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=["f32", "f64"])
def test_shapes_and_dtypes(model, role, dtype):
    core = model.build(role).to(dtype)
    x = draw(4, 6, dtype)
    if role == "causal":
        outputs = [core(x)[0]]
    elif role == "encoder":
        y, summary = core(x, LENGTHS)
        assert summary.shape == (4, WIDTH)
        outputs = [y, summary[:, None].expand_as(x)]
    else:
        outputs = [core.decode(x, core.encode(x, LENGTHS))[0]]
    for output in outputs:
        assert output.shape == x.shape
        assert output.dtype == dtype
        assert output.isfinite().all()


@every_causal
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=["f32", "f64"])
def test_causal_core_does_not_see_the_future(model, dtype):
    core = build(model, "causal").to(dtype)
    x = draw(2, 7, dtype, requires_grad=True)
    (gradient,) = torch.autograd.grad(core(x)[0][:, 3].square().sum(), x)
    assert gradient[:, 3].abs().max() > 0
    assert gradient[:, 4:].abs().max() <= (1e-5 if dtype is torch.float32 else 1e-10) * gradient.abs().max()


@every_seq2seq
def test_decoder_does_not_see_the_future(model):
    core = build(model, "seq2seq")
    y = draw(4, 7, requires_grad=True)
    z, _ = core.decode(y, core.encode(draw(4, 6), LENGTHS))
    (gradient,) = torch.autograd.grad(z[:, 3].square().sum(), y)
    assert gradient[:, 3].abs().max() > 0
    assert gradient[:, 4:].abs().max() <= 1e-10 * gradient.abs().max()


@every_seq2seq
def test_decoder_sees_every_source_step_from_its_first_step(model):
    core = build(model, "seq2seq")
    x = draw(4, 6, requires_grad=True)
    z, _ = core.decode(draw(4, 1), core.encode(x, LENGTHS))
    (gradient,) = torch.autograd.grad(z.square().sum(), x)
    for row, length in enumerate(LENGTHS):
        assert (gradient[row, :length].abs().amax(-1) > 0).all()


@every_causal
@pytest.mark.parametrize("pieces", [[4, 5], [1, 8], [8, 1], [1] * 9, [2, 3, 4]], ids=str)
def test_a_whole_equals_its_pieces_with_the_state_handed_over(model, pieces):
    core, x, state, parts = build(model, "causal"), draw(3, 9), None, []
    for piece in x.split(pieces, dim=1):
        part, state = core(piece, state)
        parts.append(part)
    whole, after = core(x)
    torch.testing.assert_close(torch.cat(parts, dim=1), whole, **EXACT)
    following = draw(3, 3)
    torch.testing.assert_close(core(following, state)[0], core(following, after)[0], **EXACT)


@every_causal
def test_gradients_flow_through_a_state_handed_over(model):
    if getattr(model, "context", None) == 1:
        pytest.skip("a band of one position has no past")
    core, x = build(model, "causal"), draw(2, 8, requires_grad=True)

    def gradient(y):
        return torch.autograd.grad(y[:, 5:].square().sum(), [x, *core.parameters()], allow_unused=True)

    first, state = core(x[:, :5])
    pieces = gradient(torch.cat((first, core(x[:, 5:], state)[0]), dim=1))
    torch.testing.assert_close(pieces, gradient(core(x)[0]), rtol=1e-9, atol=1e-9)
    assert pieces[0][:, 4].abs().max() > 0


@every_seq2seq
@pytest.mark.parametrize("pieces", [[3, 4], [1] * 7], ids=str)
def test_decoding_a_whole_equals_decoding_its_pieces(model, pieces):
    core, y, state, parts = build(model, "seq2seq"), draw(4, 7), None, []
    memory = core.encode(draw(4, 6), LENGTHS)
    for piece in y.split(pieces, dim=1):
        part, state = core.decode(piece, memory, state)
        parts.append(part)
    torch.testing.assert_close(torch.cat(parts, dim=1), core.decode(y, memory)[0], **EXACT)


@every_encoder
def test_padding_is_invisible_to_an_encoder(model):
    core, x = build(model, "encoder"), draw(4, 6)
    y, summary = core(x, LENGTHS)
    other = x.clone()
    for row, length in enumerate(LENGTHS):
        other[row, length:] = 100 * torch.randn(6 - length, WIDTH, dtype=x.dtype)
        y_row, summary_row = core(x[row : row + 1, :length], LENGTHS[row : row + 1])
        torch.testing.assert_close(y[row, :length], y_row[0], **EXACT)
        torch.testing.assert_close(summary[row], summary_row[0], **EXACT)
        assert (y[row, length:] == 0).all()
    y_other, summary_other = core(other, LENGTHS)
    torch.testing.assert_close(y_other, y, **EXACT)
    torch.testing.assert_close(summary_other, summary, **EXACT)


@every_encoder
def test_padding_gets_no_gradient(model):
    core, x = build(model, "encoder"), draw(4, 6, requires_grad=True)
    y, summary = core(x, LENGTHS)
    (gradient,) = torch.autograd.grad(y.square().sum() + summary.square().sum(), x)
    for row, length in enumerate(LENGTHS):
        assert (gradient[row, length:] == 0).all()
        assert (gradient[row, :length].abs().amax(-1) > 0).all()


@every_seq2seq
def test_padding_is_invisible_to_an_encoder_decoder(model):
    core, x, y = build(model, "seq2seq"), draw(4, 6), draw(4, 3)
    z, _ = core.decode(y, core.encode(x, LENGTHS))
    other = x.clone()
    for row, length in enumerate(LENGTHS):
        other[row, length:] = 100 * torch.randn(6 - length, WIDTH, dtype=x.dtype)
        one = slice(row, row + 1)
        z_row, _ = core.decode(y[one], core.encode(x[one, :length], LENGTHS[one]))
        torch.testing.assert_close(z[one], z_row, **EXACT)
    torch.testing.assert_close(core.decode(y, core.encode(other, LENGTHS))[0], z, **EXACT)


@every_core
def test_rows_are_independent(model, role):
    core, x, y = build(model, role), draw(4, 6), draw(4, 5)
    order = torch.tensor([2, 0, 3])
    whole = ask(core, role, x, LENGTHS, y)
    torch.testing.assert_close(ask(core, role, x[order], LENGTHS[order], y[order]), whole[order], **EXACT)


@every_encoder
def test_no_lengths_means_that_all_steps_are_valid(model):
    core, x = build(model, "encoder"), draw(3, 5)
    torch.testing.assert_close(core(x), core(x, torch.full((3,), 5)), **EXACT)


@every_seq2seq
def test_no_source_lengths_means_that_all_steps_are_valid(model):
    core, x, y = build(model, "seq2seq"), draw(3, 5), draw(3, 2)
    full = core.decode(y, core.encode(x, torch.full((3,), 5)))[0]
    torch.testing.assert_close(core.decode(y, core.encode(x))[0], full, **EXACT)


@every_causal
def test_state_is_selected_by_row_in_dimension_one(model):
    core = build(model, "causal")
    _, state = core(draw(4, 6))
    assert all(leaf.shape[1] == 4 for leaf in tree_leaves(state))
    order, following = torch.tensor([3, 1, 1]), draw(4, 2)
    selected = tree_map(lambda leaf: leaf.index_select(1, order), state)
    torch.testing.assert_close(core(following[order], selected)[0], core(following, state)[0][order], **EXACT)


@every_seq2seq
def test_memory_and_state_are_selected_by_row(model):
    """What beam search does: memory rows repeated in dimension 0, state rows chosen in dimension 1."""
    core = build(model, "seq2seq")
    memory = core.encode(draw(4, 6), LENGTHS)
    _, state = core.decode(draw(4, 3), memory)
    assert all(leaf.shape[0] == 4 for leaf in tree_leaves(memory))
    assert all(leaf.shape[1] == 4 for leaf in tree_leaves(state))
    order, following = torch.tensor([3, 1, 1, 0, 2]), draw(4, 2)
    z, _ = core.decode(
        following[order],
        tree_map(lambda leaf: leaf.index_select(0, order), memory),
        tree_map(lambda leaf: leaf.index_select(1, order), state),
    )
    torch.testing.assert_close(z, core.decode(following, memory, state)[0][order], **EXACT)


@every_seq2seq
def test_encoder_of_an_encoder_decoder_stands_alone(model):
    core, x = build(model, "seq2seq"), draw(4, 6)
    y, summary = core.encoder(x, LENGTHS)
    assert y.shape == x.shape
    assert summary.shape == (4, WIDTH)
    alone, _ = core.encoder(x[1:2, :2], LENGTHS[1:2])
    torch.testing.assert_close(y[1:2, :2], alone, **EXACT)


@every_core
def test_same_seed_same_weights(model, role):
    weights = []
    for seed in (5, 5, 6):
        torch.manual_seed(seed)
        weights.append(torch.cat([parameter.flatten() for parameter in model.build(role).parameters()]))
    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[0], weights[2])


@every_core
def test_builds_on_the_meta_device_with_the_same_parameters(model, role):
    real = {name: parameter.shape for name, parameter in model.build(role).named_parameters()}
    with torch.device("meta"):
        core = model.build(role)
        out = ask(core, role, torch.empty(4, 6, WIDTH), torch.empty(4, dtype=torch.int64), torch.empty(4, 5, WIDTH))
    assert out.device.type == "meta"
    assert {name: parameter.shape for name, parameter in core.named_parameters()} == real


@every_core
def test_every_parameter_is_learned(model, role):
    core = randomise(model.build(role)).double()
    ask(core, role, draw(4, 6), LENGTHS, draw(4, 5)).square().sum().backward()
    # A band of one position always looks at itself: its queries and keys have nothing to decide.
    needless = "query_key_value" if getattr(model, "context", None) == 1 else "no such name"
    idle = [name for name, p in core.named_parameters() if p.grad is None or not p.grad.abs().max() > 0]
    assert [name for name in idle if needless not in name] == []


@every_core
def test_overfits_four_rows(model, role):
    """Each row's class is learned by heart from its last output or its summary."""
    if getattr(model, "context", None) == 1:
        pytest.skip("a band of one position sees one position")
    core, readout = model.build(role), torch.nn.Linear(WIDTH, 4)
    x, y = draw(4, 5, torch.float32), draw(1, 2, torch.float32).expand(4, 2, WIDTH)
    x[:, -1] = x[:1, -1]  # the last step alone does not tell
    optimiser = torch.optim.Adam([*core.parameters(), *readout.parameters()], lr=0.02)
    for _ in range(150):
        out = ask(core, role, x, torch.full((4,), 5), y)
        loss = functional.cross_entropy(readout(out if role == "encoder" else out[:, -1]), torch.arange(4))
        if loss < 0.05:
            return
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    pytest.fail(f"loss {loss.item():.3f} after 150 steps")
