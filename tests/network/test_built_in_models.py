"""The built-in models behind the harness's ends: 26 of the 28 pairs run, and nothing depends on the batch."""

import numpy as np
import pytest
import torch
from tiny_cores import batch_of, some_rows

from rnnbench import Horizon, Label, NextToken, Reals, Role, TargetSequence, Tokens, find_model
from rnnbench.network.adapters import CannotServe
from rnnbench.network.network import build_network, count_core_params, state_bytes

MODELS = ["elman", "jordan", "lstm", "gru", "bidirectional", "attention-seq2seq", "transformer"]
LENGTHS = [7, 3, 5, 1]


def tokens(steps):
    return torch.randint(3, 11, (4, steps), generator=torch.Generator().manual_seed(0))


def translations():
    targets = tokens(5)
    targets[:, 4] = 2
    return batch_of(tokens(7), targets, LENGTHS)


TASKS = {
    "language modelling": (Role.CAUSAL, Tokens(11), NextToken(11), lambda: batch_of(tokens(7), tokens(7))),
    "sentiment": (Role.ENCODER, Tokens(11), Label(2), lambda: batch_of(tokens(7), torch.tensor([0, 1, 1, 0]), LENGTHS)),
    "translation": (Role.SEQ2SEQ, Tokens(11), TargetSequence(11, 1, 2, 0, beam=3, max_length_extra=1), translations),
    "forecasting": (
        Role.ENCODER,
        Reals(2),
        Horizon(3, 2),
        lambda: batch_of(torch.randn(4, 7, 2), torch.randn(4, 3, 2)),
    ),
}
NOT_APPLICABLE = {
    ("bidirectional", "language modelling"): "sees the future",
    ("attention-seq2seq", "language modelling"): "there is no source",
}


def model_of(name):
    return find_model(name, width=8)


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("name", MODELS)
def test_each_pair_trains_and_scores_or_says_why_not(name, task):
    role, inputs, output, make_batch = TASKS[task]
    torch.manual_seed(0)
    if (name, task) in NOT_APPLICABLE:
        with pytest.raises(CannotServe, match=NOT_APPLICABLE[name, task]):
            build_network(model_of(name), role, inputs, output, 6, 0.1)
        return
    network, batch = build_network(model_of(name), role, inputs, output, 6, 0.1), make_batch()
    assert count_core_params(model_of(name), role, 6) == network.core_params
    optimiser = torch.optim.Adam(network.parameters(), 0.02)
    losses = []
    for _ in range(12):
        total, count, _ = network.loss(batch)
        optimiser.zero_grad()
        (total / count).backward()
        optimiser.step()
        losses.append(total.item() / count)
    assert min(losses[-3:]) < losses[0]
    network.eval()
    together, _ = network.score(batch)
    for row in range(4):
        alone, _ = network.score(some_rows(batch, [row]))
        for column, values in alone.items():
            if column == "hypothesis":
                assert values[0] == together[column][row]
            else:
                np.testing.assert_allclose(values[0], together[column][row], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", MODELS)
def test_state_bytes_hold_a_memory_or_a_state(name):
    network = build_network(model_of(name), Role.SEQ2SEQ, Tokens(11), TASKS["translation"][2], 6, 0.0)
    assert state_bytes(network, Role.SEQ2SEQ, 4) >= 8 * 4
    grows = name in {"attention-seq2seq", "transformer"}
    assert (state_bytes(network, Role.SEQ2SEQ, 12) > state_bytes(network, Role.SEQ2SEQ, 4)) == grows
