"""Each output type against its definition, and the same scores at any batch size."""

import numpy as np
import pytest
import torch
from tiny_cores import TinyAttention, TinyBothWays, TinyLstm, batch_of, some_rows
from torch.nn import functional as F

from rnnbench import Horizon, Label, NextToken, Reals, Role, TargetSequence, Tokens
from rnnbench.network.network import build_network

LENGTHS = [7, 3, 5, 1, 6]


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def tokens(rows, steps, low=3, high=11):
    return torch.randint(low, high, (rows, steps), generator=seeded())


def network_of(model, role, inputs, output, **options):
    torch.manual_seed(2)
    return build_network(model, role, inputs, output, 5, **{"dropout": 0.0, **options}).eval()


# next token


def next_token_batch():
    stream = tokens(3, 9)
    targets = stream[:, 1:].clone()
    targets[1, 5:] = -100
    return batch_of(stream[:, :-1], targets)


@pytest.mark.parametrize("tied", [False, True])
def test_next_token_scores_the_cross_entropy_of_each_target(tied):
    network = network_of(TinyLstm(), Role.CAUSAL, Tokens(11), NextToken(11, tied=tied))
    batch = next_token_batch()
    weight = network.input_end.weight if tied else network.output_end.readout.weight
    y, _ = network.body(network.input_end(batch.inputs))
    logits = y @ weight.T + network.output_end.readout.bias
    expected = F.cross_entropy(logits.mT, batch.targets, reduction="none")
    total, count, state = network.loss(batch, None)
    torch.testing.assert_close(total, expected.sum())
    assert count == 3 * 8 - 3
    assert [part.shape[1] for part in state] == [3, 3]
    scores = network.score(batch)[0]["log_probability"]
    assert scores.dtype == np.float64
    np.testing.assert_allclose(scores, -expected.detach().numpy(), rtol=1e-5)
    assert not scores[1, 5:].any()


def test_next_token_goes_on_from_the_state():
    network, batch = network_of(TinyLstm(), Role.CAUSAL, Tokens(11), NextToken(11)), next_token_batch()
    first, second = (batch_of(batch.inputs[:, part], batch.targets[:, part]) for part in (slice(4), slice(4, 8)))
    whole, _, _ = network.loss(batch)
    begun, _, state = network.loss(first)
    ended, _, _ = network.loss(second, state)
    torch.testing.assert_close(begun + ended, whole)
    assert abs(network.loss(second)[0] - ended) > 1e-4


def test_a_tied_readout_is_one_weight_and_needs_a_table():
    tied = network_of(TinyLstm(), Role.CAUSAL, Tokens(11), NextToken(11, tied=True))
    untied = network_of(TinyLstm(), Role.CAUSAL, Tokens(11), NextToken(11))
    assert untied.params - tied.params == 11 * 5
    with pytest.raises(TypeError, match="shares the table of Tokens, but the inputs are Linear"):
        network_of(TinyLstm(), Role.CAUSAL, Reals(3), NextToken(11, tied=True))
    with pytest.raises(ValueError, match=r"tied to a table of \(11, 5\), expected \(12, 5\)"):
        network_of(TinyLstm(), Role.CAUSAL, Tokens(11), NextToken(12, tied=True))


# label


def label_batch():
    return batch_of(tokens(5, 7), torch.tensor([0, 1, 2, 1, 0]), LENGTHS)


@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_label_scores_the_cross_entropy_of_the_right_class(smoothing):
    network, batch = network_of(TinyLstm(), Role.ENCODER, Tokens(11), Label(3)), label_batch()
    _, summary = network.body(network.input_end(batch.inputs), batch.lengths)
    logits = network.output_end.map(summary)
    total, count, state = network.loss(batch, smoothing=smoothing)
    assert (count, state) == (5, None)
    expected = F.cross_entropy(logits, batch.targets, reduction="sum", label_smoothing=smoothing)
    torch.testing.assert_close(total, expected)
    scores, _ = network.score(batch)
    assert scores["label"].tolist() == logits.argmax(1).tolist()
    assert scores["log_probability"].dtype == np.float64
    right = logits.log_softmax(1).gather(1, batch.targets[:, None])[:, 0]
    np.testing.assert_allclose(scores["log_probability"], right.detach().numpy(), rtol=1e-5)


# horizon


@pytest.mark.parametrize("target_channels", [None, (2, 0)])
def test_horizon_predicts_changes_from_the_last_value(target_channels):
    channels = 3 if target_channels is None else 2
    output = Horizon(4, channels, target_channels=target_channels)
    network = network_of(TinyLstm(), Role.ENCODER, Reals(3), output)
    x, targets = torch.randn(5, 8, 3, generator=seeded()), torch.randn(5, 4, channels, generator=seeded(1))
    last = x[:, -1:]
    _, summary = network.body(network.input_end(x - last), torch.full((5,), 8))
    kept = last if target_channels is None else last[:, :, [2, 0]]
    expected = network.output_end.map(summary).view(5, 4, channels) + kept
    total, count, _ = network.loss(batch_of(x, targets))
    assert count == 5 * 4 * channels
    torch.testing.assert_close(total, F.mse_loss(expected, targets, reduction="sum"))
    prediction = network.score(batch_of(x, targets))[0]["prediction"]
    assert prediction.dtype == np.float32
    np.testing.assert_allclose(prediction, expected.detach().numpy(), rtol=1e-5, atol=1e-6)


def test_horizon_moves_with_the_level_only_where_the_last_value_is_subtracted():
    x, targets = torch.randn(2, 8, 1, generator=seeded()), torch.zeros(2, 4, 1)
    for subtract_last in (True, False):
        network = network_of(TinyLstm(), Role.ENCODER, Reals(1), Horizon(4, 1, subtract_last=subtract_last))
        low, high = (network.score(batch_of(x + level, targets))[0]["prediction"] for level in (0.0, 5.0))
        assert np.allclose(high, low + 5, atol=1e-5) == subtract_last


def test_horizon_takes_the_last_valid_value_of_padded_rows():
    network = network_of(TinyLstm(), Role.ENCODER, Reals(2), Horizon(4, 2))
    x, targets = torch.randn(5, 7, 2, generator=seeded()), torch.zeros(5, 4, 2)
    batch = batch_of(x, targets, LENGTHS)
    together = network.score(batch)[0]["prediction"]
    for row in range(5):
        alone = network.score(some_rows(batch, [row]))[0]["prediction"]
        np.testing.assert_allclose(together[row], alone[0], rtol=1e-5, atol=1e-6)


def test_horizon_refuses_channels_that_do_not_match():
    with pytest.raises(ValueError, match="names 1 channels, expected 2"):
        Horizon(4, 2, target_channels=(0,))


# target sequence


OUTPUT = TargetSequence(11, bos=1, eos=2, pad=0, max_length_ratio=1.0, max_length_extra=2)


def translation_batch():
    targets = torch.full((5, 6), -100)
    for row, length in enumerate([5, 2, 3, 0, 4]):
        targets[row, :length] = tokens(5, 6)[row, :length]
        targets[row, length] = OUTPUT.eos
    return batch_of(tokens(5, 7), targets, LENGTHS)


@pytest.mark.parametrize("model", [TinyLstm(), TinyBothWays(), TinyAttention()], ids=lambda model: model.name)
@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_target_sequence_is_trained_with_teacher_forcing(model, smoothing):
    network, batch = network_of(model, Role.SEQ2SEQ, Tokens(11), OUTPUT), translation_batch()
    end, expected = network.output_end, 0.0
    for row, length in enumerate(LENGTHS):
        target = batch.targets[row][batch.targets[row] != -100]
        memory = network.body.encode(network.input_end(batch.inputs[row : row + 1, :length]), torch.tensor([length]))
        past = torch.cat([torch.tensor([OUTPUT.bos]), target[:-1]])
        z, _ = network.body.decode(end.table(past)[None], memory)
        expected += F.cross_entropy(end.readout(z)[0], target, reduction="sum", label_smoothing=smoothing)
    total, count, state = network.loss(batch, smoothing=smoothing)
    assert (count, state) == (14 + 5, None)
    torch.testing.assert_close(total, expected)
    if not smoothing:
        scores = network.score(batch)[0]["log_probability"]
        assert scores.dtype == np.float64
        assert scores.sum() == pytest.approx(-expected.item(), rel=1e-5)


def test_target_sequence_decodes_by_its_own_probabilities():
    """Greedy decoding is a loop of argmax through the network, with neither bos nor pad."""
    greedy = network_of(
        TinyAttention(), Role.SEQ2SEQ, Tokens(11), TargetSequence(11, 1, 2, 0, beam=1, max_length_extra=2)
    )
    batch = translation_batch()
    found = greedy.score(batch)[0]["hypothesis"]
    body, end = greedy.body, greedy.output_end
    for row, length in enumerate(LENGTHS):
        memory = body.encode(greedy.input_end(batch.inputs[row : row + 1, :length]), torch.tensor([length]))
        written, token, state = [], OUTPUT.bos, None
        while len(written) < 2 * length + 2:
            z, state = body.decode(end.table(torch.tensor([[token]])), memory, state)
            logits = end.readout(z)[0, 0]
            logits[[OUTPUT.bos, OUTPUT.pad]] = -torch.inf
            token = int(logits.argmax())
            if token == OUTPUT.eos:
                break
            written.append(token)
        assert found[row] == written


def test_target_sequence_bounds_hypotheses_by_the_source():
    network, batch = network_of(TinyLstm(), Role.SEQ2SEQ, Tokens(11), OUTPUT), translation_batch()
    with torch.no_grad():
        network.output_end.readout.bias[OUTPUT.eos] = -50.0
    assert [len(y) for y in network.score(batch)[0]["hypothesis"]] == [length + 2 for length in LENGTHS]


def test_a_tied_target_sequence_shares_the_table_of_the_targets():
    tied = network_of(TinyLstm(), Role.SEQ2SEQ, Tokens(11), TargetSequence(11, 1, 2, 0, tied=True))
    assert tied.output_end.readout.weight is tied.output_end.table.weight
    assert tied.params == network_of(TinyLstm(), Role.SEQ2SEQ, Tokens(11), OUTPUT).params - 11 * 5


@pytest.mark.parametrize("wrong", [{"pad": 1}, {"beam": 0}, {"length_penalty": -1.0}])
def test_target_sequence_refuses_what_cannot_be_decoded(wrong):
    with pytest.raises(ValueError, match=r"bos, eos and pad are three tokens|beam is at least 1"):
        TargetSequence(**{"vocabulary": 11, "bos": 1, "eos": 2, "pad": 0, **wrong})


# all


CASES = {
    "next token": (TinyLstm(), Role.CAUSAL, Tokens(11), NextToken(11), next_token_batch),
    "label, causal": (TinyLstm(), Role.ENCODER, Tokens(11), Label(3), label_batch),
    "label, encoder": (TinyBothWays(), Role.ENCODER, Tokens(11), Label(3), label_batch),
    "label, seq2seq": (TinyAttention(), Role.ENCODER, Tokens(11), Label(3), label_batch),
    "target sequence, fixed vector": (TinyBothWays(), Role.SEQ2SEQ, Tokens(11), OUTPUT, translation_batch),
    "target sequence, native": (TinyAttention(), Role.SEQ2SEQ, Tokens(11), OUTPUT, translation_batch),
}


@pytest.mark.parametrize("case", CASES)
def test_scores_do_not_depend_on_the_batch_size(case):
    model, role, inputs, output, make_batch = CASES[case]
    network, batch = network_of(model, role, inputs, output), make_batch()
    together, _ = network.score(batch)
    for row in range(len(batch.inputs)):
        alone, _ = network.score(some_rows(batch, [row]))
        for name, column in alone.items():
            if isinstance(column, np.ndarray):
                np.testing.assert_allclose(column[0], together[name][row], rtol=1e-5)
            else:
                assert column[0] == together[name][row]


@pytest.mark.parametrize("case", CASES)
def test_every_parameter_learns(case):
    model, role, inputs, output, make_batch = CASES[case]
    network, batch = network_of(model, role, inputs, output, dropout=0.2).train(), make_batch()
    total, count, _ = network.loss(batch, None, 0.1)
    (total / count).backward()
    still = [
        name for name, parameter in network.named_parameters() if parameter.grad is None or not parameter.grad.any()
    ]
    # a query is decoded in one step from no state: nothing recurs
    assert still == (["body.core.core.cell.weight_hh_l0"] if case == "label, seq2seq" else [])


def test_scheduled_sampling_feeds_the_right_token_or_the_model_s_own(monkeypatch) -> None:
    """With all inputs its own, the second pass reads the argmax of the first; with none it is teacher forcing."""
    torch.manual_seed(0)
    network = build_network(TinyLstm(width=6), Role.SEQ2SEQ, Tokens(9), TargetSequence(9, 1, 2, 0), 5, 0.0)
    end = network.output_end
    targets = torch.tensor([[4, 5, 2], [3, 2, -100]])
    memory = network.body.encode(torch.randn(2, 3, 5), torch.tensor([3, 2]))
    forced = end._teacher_forced(network.body, memory, targets)
    own = end.readout(forced).argmax(2)
    read = []
    decode = network.body.decode
    monkeypatch.setattr(network.body, "decode", lambda y, *rest: read.append(y) or decode(y, *rest))
    end.teacher_forcing = 0.0
    end._sampled(network.body, memory, targets, forced)
    expected = torch.tensor([[1, own[0, 0], own[0, 1]], [1, own[1, 0], own[1, 1]]])
    torch.testing.assert_close(read[0], end.table(expected))
    end.teacher_forcing = 1.0
    torch.testing.assert_close(end._sampled(network.body, memory, targets, forced), forced)
