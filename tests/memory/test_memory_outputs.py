"""The output types that the tests of memory brought: one number, and a class at every step."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from rnnbench import Batch, Family, LabelPerStep, Model, Reals, Role, Tokens, Value, find_model
from rnnbench.network.adapters import ENCODER_OF_SEQ2SEQ, adapter_for
from rnnbench.network.network import build_network, count_core_params

LENGTHS = torch.tensor([7, 3, 5, 1, 6])
SEES = {
    "lstm": Role.CAUSAL,
    "bidirectional": Role.ENCODER,
    "attention-seq2seq": Role.ENCODER,
    "transformer": Role.ENCODER,
}


def seeded():
    return torch.Generator().manual_seed(0)


def model_of(name, **fields):
    return find_model(name, width=8, **fields)


def network_of(name, role, inputs, output, dropout=0.0):
    torch.manual_seed(2)
    return build_network(model_of(name), role, inputs, output, 6, dropout).eval()


def batch_of(inputs, targets, lengths=LENGTHS):
    return Batch(inputs=inputs, targets=targets, rows=np.arange(len(inputs)), positions=1, lengths=lengths)


def values_batch():
    return batch_of(torch.randn(5, 7, 2, generator=seeded()), torch.randn(5, generator=seeded()))


def labels_batch(lengths=LENGTHS):
    inputs = torch.randint(0, 11, (5, 7), generator=seeded())
    targets = torch.randint(0, 4, (5, 7), generator=seeded())
    targets[torch.arange(7) >= LENGTHS[:, None]] = -100
    targets[:, 2] = -100
    return batch_of(inputs, targets, lengths)


def parted(batch, row):
    """One row of a batch without its padding."""
    end = None if batch.lengths is None else int(batch.lengths[row])
    targets = batch.targets[row : row + 1]
    return batch_of(
        batch.inputs[row : row + 1, :end],
        targets[:, :end] if targets.ndim == 2 else targets,
        None if end is None else batch.lengths[row : row + 1],
    )


@pytest.mark.parametrize("name", ["lstm", "bidirectional", "attention-seq2seq", "transformer"])
def test_value_is_trained_and_scored_by_a_linear_map_of_the_summary(name):
    network, batch = network_of(name, Role.ENCODER, Reals(2), Value()), values_batch()
    _, summary = network.body(network.input_end(batch.inputs), batch.lengths)
    end = network.output_end.map
    expected = summary @ end.weight[0] + end.bias[0]
    total, count, state = network.loss(batch)
    torch.testing.assert_close(total, (expected - batch.targets).square().sum())
    assert (count, state) == (5, None)
    found = network.score(batch)[0]["prediction"]
    assert found.shape == (5,)
    np.testing.assert_allclose(found, expected.detach(), rtol=1e-5)


def test_value_does_not_depend_on_the_batch_size():
    network, batch = network_of("bidirectional", Role.ENCODER, Reals(2), Value()), values_batch()
    together = network.score(batch)[0]["prediction"]
    for row in range(5):
        np.testing.assert_allclose(network.score(parted(batch, row))[0]["prediction"][0], together[row], rtol=1e-5)


@pytest.mark.parametrize("name", SEES)
@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_label_per_step_scores_the_cross_entropy_of_each_target(name, smoothing):
    role = SEES[name]
    network, batch = network_of(name, role, Tokens(11), LabelPerStep(4)), labels_batch()
    x = network.input_end(batch.inputs)
    y, _ = network.body(x) if role is Role.CAUSAL else network.body(x, batch.lengths)
    logits = y @ network.output_end.readout.weight.T + network.output_end.readout.bias
    total, count, _ = network.loss(batch, smoothing=smoothing)
    expected = F.cross_entropy(logits.mT, batch.targets, reduction="sum", label_smoothing=smoothing)
    torch.testing.assert_close(total, expected)
    assert count == int((batch.targets != -100).sum())
    columns, _ = network.score(batch)
    scored = (batch.targets != -100).numpy()
    assert np.array_equal(columns["label"][scored], logits.argmax(2)[scored])
    assert columns["log_probability"].dtype == np.float64
    nll = F.cross_entropy(logits.mT, batch.targets, reduction="none").detach()
    np.testing.assert_allclose(columns["log_probability"], -nll, rtol=1e-5)
    assert not columns["log_probability"][~scored].any()


@pytest.mark.parametrize("name", SEES)
def test_label_per_step_does_not_depend_on_the_batch_size(name):
    network, batch = network_of(name, SEES[name], Tokens(11), LabelPerStep(4)), labels_batch()
    together = network.score(batch)[0]["log_probability"]
    for row, length in enumerate(LENGTHS.tolist()):
        alone = network.score(parted(batch, row))[0]["log_probability"]
        np.testing.assert_allclose(alone[0], together[row, :length], rtol=1e-5, atol=1e-7)


def test_label_per_step_goes_on_from_the_state_of_a_causal_core():
    network, batch = network_of("gru", Role.CAUSAL, Tokens(11), LabelPerStep(4)), labels_batch(None)
    first, second = (batch_of(batch.inputs[:, part], batch.targets[:, part], None) for part in (slice(4), slice(4, 7)))
    begun, _, state = network.loss(first)
    ended, _, _ = network.loss(second, state)
    torch.testing.assert_close(begun + ended, network.loss(batch)[0])


def test_dropout_falls_on_the_y_and_on_the_summary_of_an_encoder():
    network = network_of("bidirectional", Role.ENCODER, Reals(2), Value(), dropout=0.5).train()
    y, summary = network.body(network.input_end(values_batch().inputs), LENGTHS)
    for part in (y[0], summary):
        assert 0.2 < (part == 0).float().mean() < 0.8


@pytest.mark.parametrize("cell", ["lstm", "elman"])
def test_where_only_y_is_read_attention_serves_by_its_encoder_which_is_its_cell(cell):
    model = model_of("attention-seq2seq", cell=cell, bidirectional_encoder=False)
    torch.manual_seed(2)
    network = build_network(model, Role.ENCODER, Tokens(11), LabelPerStep(4), 6, 0.0)
    plain = model_of(cell)
    assert (network.adapter, network.family) == (ENCODER_OF_SEQ2SEQ, Family.RECURRENT)
    assert network.core_params == count_core_params(plain, Role.ENCODER, 6)
    assert network.core_params == count_core_params(model, Role.ENCODER, 6, reads="y")
    assert network.core_params < count_core_params(model, Role.ENCODER, 6)
    whole = build_network(model, Role.ENCODER, Reals(2), Value(), 6, 0.0)
    assert (whole.adapter, whole.family) == ("seq2seq as encoder", Family.RECURRENT_ATTENTION)
    assert adapter_for(plain, Role.ENCODER, reads="y") == "causal as encoder"


@pytest.mark.parametrize("name", SEES)
def test_every_parameter_learns_from_labels_per_step(name):
    network = network_of(name, SEES[name], Tokens(11), LabelPerStep(4)).train()
    total, count, _ = network.loss(labels_batch(), None, 0.1)
    (total / count).backward()
    still = [part for part, p in network.named_parameters() if p.grad is None or not p.grad.any()]
    assert not still


@dataclass(frozen=True, kw_only=True)
class ThirdParty(Model):
    """A seq2seq model that does not say what its encoder counts as."""

    name: ClassVar[str] = "third-party"
    paper: ClassVar[str] = "none"
    family: ClassVar[Family] = Family.OTHER
    roles: ClassVar[frozenset[Role]] = frozenset({Role.SEQ2SEQ})

    def build(self, role):
        core = nn.Module()
        core.encoder = nn.Linear(self.width, self.width)
        core.encode = core.decode = core.encoder.forward
        return core


def test_an_encoder_of_unknown_family_counts_as_its_model():
    assert build_network(ThirdParty(), Role.ENCODER, Tokens(11), LabelPerStep(4), 6, 0.0).family is Family.OTHER
