"""The models beyond the classic seven compute their papers' equations, from rest and from a state."""

from __future__ import annotations

import literal
import literal_further
import pytest
import torch
from cores import PRECISION, assert_same, randomise

from rnnbench.network.tree import leaves, map_tree
from rnnbench_models import S4D, TCN, Alternating, ConvolutionalLSTM, IndRNN, MinGRU, linear_recurrence

CORES = {
    "min-gru": (MinGRU(width=6, inner_width=7), None),
    "ind-rnn": (IndRNN(width=6, inner_width=7), None),
    "tcn": (TCN(width=6, inner_width=5, layers=3), literal_further.tcn),
    "s4d": (S4D(width=6, pairs=2), literal_further.s4d),
    "convolutional-lstm": (ConvolutionalLSTM(width=6, inner_width=7), literal_further.convolutional_lstm),
    "alternating": (Alternating(width=6, inner_width=7), literal_further.alternating),
    "alternating-band": (Alternating(width=6, context=3, heads=3), literal_further.alternating),
}
LAYERS = {"min-gru": literal_further.min_gru_layer, "ind-rnn": literal_further.ind_rnn_layer}
every_core = pytest.mark.parametrize("name", CORES)


def literally(name, core, x, state=None):
    model, whole = CORES[name]
    parameters = dict(core.named_parameters())
    if whole is None:
        return literal.stack(LAYERS[name], parameters, x, state)
    return whole(parameters, model, x, state)


@PRECISION
@every_core
@pytest.mark.parametrize("steps", [1, 6])
def test_core_from_a_state(name, steps, dtype, tolerance):
    core = randomise(CORES[name][0].build("causal")).to(dtype)
    x = torch.randn(5, steps, 6, dtype=dtype, requires_grad=True)
    _, state = core(torch.randn(5, 9, 6, dtype=dtype))
    state = map_tree(lambda leaf: torch.randn_like(leaf).requires_grad_(), state)
    y, after = core(x, state)
    y_literal, after_literal = literally(name, core, x, state)
    assert_same(
        [y, *leaves(after)],
        [y_literal, *leaves(after_literal)],
        [x, *leaves(state), *core.parameters()],
        tolerance,
    )


@PRECISION
@every_core
def test_core_from_rest(name, dtype, tolerance):
    core = randomise(CORES[name][0].build("causal")).to(dtype)
    x = torch.randn(2, 5, 6, dtype=dtype, requires_grad=True)
    assert_same([core(x)[0]], [literally(name, core, x)[0]], [x, *core.parameters()], tolerance)


# The linear recurrence


def recurrence_inputs(steps, dtype=torch.float64):
    shapes = [(steps, 3, 4), (steps, 3, 4), (3, 4)]
    return [torch.randn(shape, dtype=dtype, requires_grad=True) for shape in shapes]


@pytest.mark.parametrize("steps", [1, 2, 5])
@pytest.mark.parametrize("solver", ["loop", "scan"])
def test_gradients_of_the_linear_recurrence_agree_with_finite_differences(solver, steps, monkeypatch):
    monkeypatch.setattr(linear_recurrence, "solve", getattr(linear_recurrence, solver))
    assert torch.autograd.gradcheck(linear_recurrence.linear_recurrence, recurrence_inputs(steps))


@pytest.mark.parametrize("steps", [1, 2, 3, 7, 8, 9, 33])
def test_the_parallel_scan_is_the_loop(steps):
    inputs = [tensor.detach() for tensor in recurrence_inputs(steps)]
    torch.testing.assert_close(linear_recurrence.scan(*inputs), linear_recurrence.loop(*inputs), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("solver", ["loop", "scan"])
def test_gates_that_forget_all_or_nothing_leave_finite_numbers(solver):
    """Where sums of logarithms would be infinite, or a division by a product of many gates by zero."""
    a = torch.tensor([1.0, 0.0, 1.0, 1e-30]).repeat(500)[:, None, None]
    h = getattr(linear_recurrence, solver)(a, torch.ones_like(a), torch.full((1, 1), -3.0))[:, 0, 0]
    assert h[:4].tolist() == [-2.0, 1.0, 2.0, 1.0]
    assert h[-4:].tolist() == [2.0, 1.0, 2.0, 1.0]


# What the models declare


def test_convolutions_see_what_their_formula_says():
    model = TCN(width=4, layers=3, kernel_size=2)
    sees = 1 + 2 * (2 - 1) * (2**3 - 1)
    core = randomise(model.build("causal")).double()
    x = torch.randn(8, 20, 4, dtype=torch.float64, requires_grad=True)
    (gradient,) = torch.autograd.grad(core(x)[0][:, -1].abs().sum(), x)
    seen = gradient.abs().amax((0, 2)) > 0
    assert seen.tolist() == [False] * (20 - sees) + [True] * sees


@pytest.mark.parametrize("u_max", [1.0, 0.5])
def test_recurrent_weights_of_an_ind_rnn_start_uniform_and_are_clipped_after_an_update(u_max):
    layer = IndRNN(u_max=u_max).layer(3, 2000)
    u = layer.u_O.detach()
    assert 0 <= u.min() < 0.01
    assert 0.99 * u_max < u.max() <= u_max
    assert u.mean() == pytest.approx(u_max / 2, rel=0.05)
    with torch.no_grad():
        layer.u_O.normal_(0.0, 2.0)
    unclipped = layer.u_O.detach().clone()
    y, _ = layer(torch.randn(2, 5, 3))
    y.sum().backward()
    assert torch.equal(layer.u_O, unclipped.clamp(-u_max, u_max))
    assert layer.u_O.grad[unclipped > u_max].abs().max() > 0  # at the bound a weight still learns


@pytest.mark.parametrize(
    ("spectrum", "imaginary"),
    [("lin", [0, torch.pi, 2 * torch.pi]), ("inv", [6 / torch.pi * (6 / (2 * n + 1) - 1) for n in range(3)])],
)
def test_spectrum_and_time_steps_of_s4d_start_as_published(spectrum, imaginary):
    system = S4D(width=500, pairs=3, spectrum=spectrum).build("causal").blocks.layers[0].system
    torch.testing.assert_close(system.frequency_DN, torch.tensor(imaginary).expand(500, 3))
    assert torch.allclose(system.log_decay_DN.exp(), torch.tensor(0.5))
    step = system.log_step_D.detach().exp()
    assert 1e-3 <= step.min() < 1.2e-3
    assert 0.08 < step.max() <= 0.1
    assert step.log().mean().exp().item() == pytest.approx(1e-2, rel=0.2)


def test_state_of_s4d_is_counted_in_real_numbers():
    _, state = S4D(width=8, pairs=3).build("causal")(torch.randn(2, 5, 8))
    assert {leaf.shape for leaf in leaves(state)} == {(8, 2, 3, 2)}
    assert not any(leaf.is_complex() for leaf in leaves(state))


def test_the_hybrids_name_their_parts():
    assert Alternating(width=6, cell="min-gru").parts() == {"cell": MinGRU(width=6)}
    built = ConvolutionalLSTM(width=6, layers=3, inner_width=5).parts()["lstm"]
    assert (built.name, built.width, built.layers, built.inner_width) == ("lstm", 6, 3, 5)


def test_attention_between_recurrent_layers_keeps_a_cache_below_its_context():
    core, state = Alternating(width=8, context=4).build("causal"), None
    for step in range(1, 8):
        _, state = core(torch.randn(2, 1, 8), state)
        assert {part.shape for _, cache in state for part in cache} == {(2, 2, min(step, 3), 4)}
