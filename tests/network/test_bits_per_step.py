"""Bits per step: K independent sigmoids at every step, for causal cores and encoders."""

import itertools

import numpy as np
import pytest
import torch
from tiny_cores import TinyBothWays, TinyLstm, batch_of
from torch.nn import functional as F

from rnnbench import BitsPerStep, Reals, Role
from rnnbench.network.network import build_network

KEYS = 3
LENGTHS = [7, 3, 5, 1, 6]
CASES = {
    "causal": (TinyLstm(), Role.CAUSAL),
    "adapted": (TinyLstm(), Role.ENCODER),
    "native": (TinyBothWays(), Role.ENCODER),
}


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def network_of(case):
    torch.manual_seed(2)
    return build_network(*CASES[case], Reals(KEYS), BitsPerStep(KEYS), 5, 0.0).eval()


def bits_batch():
    inputs, targets = (torch.randint(0, 2, (5, 7, KEYS), generator=seeded(n)).float() for n in range(2))
    beyond = torch.arange(7) >= torch.tensor(LENGTHS)[:, None]
    inputs[beyond], targets[beyond] = 0.0, -100.0
    targets[0, 2] = -100.0
    return batch_of(inputs, targets, LENGTHS)


def logits_of(network, case, batch):
    x = network.input_end(batch.inputs)
    y, _ = network.body(x) if CASES[case][1] is Role.CAUSAL else network.body(x, batch.lengths)
    return y @ network.output_end.map.weight.T + network.output_end.map.bias


@pytest.mark.parametrize("case", CASES)
def test_the_loss_is_the_cross_entropy_of_each_bit_summed_over_scored_steps(case):
    network, batch = network_of(case), bits_batch()
    logits, expected, steps = logits_of(network, case, batch), 0.0, 0
    for row, step in itertools.product(range(5), range(7)):
        if batch.targets[row, step, 0] != -100:
            p = torch.sigmoid(logits[row, step])
            expected -= torch.where(batch.targets[row, step] == 1, p, 1 - p).log().sum()
            steps += 1
    total, count, _ = network.loss(batch)
    torch.testing.assert_close(total, expected)
    assert count == steps == sum(LENGTHS) - 1


def test_smoothing_moves_each_bit_towards_one_half():
    network, batch = network_of("causal"), bits_batch()
    scored = batch.targets[..., 0] != -100
    logits, targets = logits_of(network, "causal", batch)[scored], batch.targets[scored]
    expected = 0.8 * F.binary_cross_entropy_with_logits(logits, targets, reduction="sum")
    expected += 0.2 * F.binary_cross_entropy_with_logits(logits, torch.full_like(targets, 0.5), reduction="sum")
    torch.testing.assert_close(network.loss(batch, smoothing=0.2)[0], expected)


@pytest.mark.parametrize("case", CASES)
def test_scores_add_up_to_the_loss_and_are_zero_where_nothing_is_scored(case):
    network, batch = network_of(case), bits_batch()
    scores = network.score(batch)[0]["log_probability"]
    assert (scores.dtype, scores.shape) == (np.float64, (5, 7))
    assert scores.sum() == pytest.approx(-network.loss(batch)[0].item(), rel=1e-5)
    assert np.array_equal(scores == 0, (batch.targets[..., 0] == -100).numpy())


def test_the_probabilities_of_all_frames_sum_to_one():
    network, batch = network_of("causal"), bits_batch()
    total = 0.0
    for frame in itertools.product([0.0, 1.0], repeat=KEYS):
        targets = torch.tensor(frame).expand(5, 7, KEYS)
        total = total + np.exp(network.score(batch_of(batch.inputs, targets, LENGTHS))[0]["log_probability"])
    np.testing.assert_allclose(total, 1.0, rtol=1e-12)


@pytest.mark.parametrize("case", CASES)
def test_scores_do_not_depend_on_the_batch_size(case):
    network, batch = network_of(case), bits_batch()
    together = network.score(batch)[0]["log_probability"]
    for row, length in enumerate(LENGTHS):
        inputs, targets = (part[row : row + 1, :length] for part in (batch.inputs, batch.targets))
        alone = network.score(batch_of(inputs, targets, [length]))[0]["log_probability"]
        np.testing.assert_allclose(alone[0], together[row, :length], rtol=1e-5)


def test_a_causal_core_goes_on_from_its_state():
    network = network_of("causal")
    inputs, targets = (torch.randint(0, 2, (5, 7, KEYS), generator=seeded(n)).float() for n in range(2))
    first, second = (batch_of(inputs[:, part], targets[:, part]) for part in (slice(4), slice(4, 7)))
    begun, _, state = network.loss(first)
    ended, _, _ = network.loss(second, state)
    torch.testing.assert_close(begun + ended, network.loss(batch_of(inputs, targets))[0])


@pytest.mark.parametrize("case", CASES)
def test_every_parameter_learns(case):
    network = network_of(case).train()
    total, count, _ = network.loss(bits_batch(), None, 0.1)
    (total / count).backward()
    assert not [name for name, p in network.named_parameters() if p.grad is None or not p.grad.any()]
