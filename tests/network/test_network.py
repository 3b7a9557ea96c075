import pytest
import torch
from tiny_cores import TinyAttention, TinyBothWays, TinyLstm, batch_of

from rnnbench import Label, NextToken, Role, TargetSequence, Tokens
from rnnbench.network.adapters import CannotServe
from rnnbench.network.network import build_network, count_core_params, state_bytes

OUTPUTS = {Role.CAUSAL: NextToken(11), Role.ENCODER: Label(3), Role.SEQ2SEQ: TargetSequence(11, 1, 2, 0)}
PAIRS = [
    (TinyLstm(), Role.CAUSAL),
    (TinyLstm(), Role.ENCODER),
    (TinyLstm(), Role.SEQ2SEQ),
    (TinyBothWays(), Role.ENCODER),
    (TinyBothWays(), Role.SEQ2SEQ),
    (TinyAttention(), Role.ENCODER),
    (TinyAttention(), Role.SEQ2SEQ),
]


def network_of(model, role, embedding=5, dropout=0.0, **options):
    return build_network(model, role, Tokens(11), OUTPUTS[role], embedding, dropout, **options)


def lstm_params(inputs, width):
    return 4 * width * (inputs + width + 2)


def test_core_params_are_cores_bridge_and_maps():
    maps, bridge = 2 * 5 * 6, 6 * 6 + 6
    assert network_of(TinyLstm(), Role.CAUSAL).core_params == lstm_params(6, 6) + maps
    assert network_of(TinyLstm(), Role.ENCODER).core_params == lstm_params(6, 6) + maps
    assert network_of(TinyLstm(), Role.SEQ2SEQ).core_params == 2 * lstm_params(6, 6) + bridge + 3 * 5 * 6
    both_ways = 2 * lstm_params(6, 3)
    assert network_of(TinyBothWays(), Role.SEQ2SEQ).core_params == both_ways + lstm_params(6, 6) + bridge + 3 * 5 * 6
    attention = both_ways + 3 * 6 * (6 + 6 + 2)
    assert network_of(TinyAttention(), Role.ENCODER).core_params == attention + 6 + maps


def test_params_are_the_core_and_the_ends():
    network = network_of(TinyLstm(), Role.CAUSAL)
    assert network.params == network.core_params + 11 * 5 + 11 * 5 + 11


@pytest.mark.parametrize(("model", "role"), PAIRS)
@pytest.mark.parametrize("identity_maps", [False, True])
def test_core_params_are_counted_without_building_weights(model, role, identity_maps):
    before = torch.get_rng_state()
    counted = count_core_params(model, role, 6, identity_maps=identity_maps)
    assert torch.equal(torch.get_rng_state(), before)
    assert counted == network_of(model, role, 6, identity_maps=identity_maps).core_params


def test_maps_are_left_out_only_where_asked_and_where_widths_agree():
    bare = lstm_params(6, 6)
    assert network_of(TinyLstm(), Role.CAUSAL, 6, identity_maps=True).core_params == bare
    assert network_of(TinyLstm(), Role.CAUSAL, 6).core_params == bare + 2 * 36
    assert network_of(TinyLstm(), Role.CAUSAL, 5, identity_maps=True).core_params == bare + 2 * 30


def test_a_network_says_how_it_was_made():
    network = network_of(TinyAttention(), Role.ENCODER)
    assert (network.adapter, network.family) == ("seq2seq as encoder", "recurrent+attention")
    assert network.kernel == "packed kernel (cpu)"
    assert network_of(TinyBothWays(), Role.SEQ2SEQ).kernel == "lstm kernel + packed kernel (cpu)"


def test_a_pair_that_cannot_run_is_not_built():
    with pytest.raises(CannotServe, match="sees the future"):
        network_of(TinyBothWays(), Role.CAUSAL)
    with pytest.raises(ValueError, match="Label is for encoder, not for causal"):
        build_network(TinyLstm(), Role.CAUSAL, Tokens(11), Label(3), 5, 0.0)


def test_the_same_seed_gives_the_same_weights():
    def weights(seed):
        torch.manual_seed(seed)
        return torch.cat([parameter.flatten() for parameter in network_of(TinyAttention(), Role.SEQ2SEQ).parameters()])

    assert torch.equal(weights(1), weights(1))
    assert not torch.equal(weights(1), weights(2))


def test_state_bytes_of_one_sequence():
    lstm_state = 2 * 6 * 4
    assert state_bytes(network_of(TinyLstm(), Role.CAUSAL), Role.CAUSAL, 1) == lstm_state
    assert state_bytes(network_of(TinyLstm(), Role.ENCODER), Role.ENCODER, 9) == 0
    assert state_bytes(network_of(TinyLstm(), Role.SEQ2SEQ), Role.SEQ2SEQ, 9) == 6 * 4 + lstm_state
    attention = network_of(TinyAttention(), Role.SEQ2SEQ)
    assert state_bytes(attention, Role.SEQ2SEQ, 9) == 9 * 6 * 4 + 9 + 6 * 4
    assert attention.training
    double = network_of(TinyLstm(), Role.CAUSAL).double()
    assert state_bytes(double, Role.CAUSAL, 1) == lstm_state


def test_dropout_falls_on_both_sides_of_the_core_in_training_only():
    torch.manual_seed(0)
    network = network_of(TinyLstm(width=5), Role.CAUSAL, dropout=0.5, identity_maps=True)
    seen = {}
    network.body.core.register_forward_hook(lambda _module, inputs, output: seen.update(x=inputs[0], y=output[0]))
    x = torch.ones(40, 10, 5)
    y, _ = network.body(x)
    assert set(seen["x"].unique().tolist()) == {0.0, 2.0}
    dropped = y == 0
    assert 0.4 < dropped.double().mean() < 0.6
    torch.testing.assert_close(y[~dropped], 2 * seen["y"][~dropped])
    network.eval()
    y, _ = network.body(x)
    assert torch.equal(seen["x"], x)
    assert torch.equal(y, seen["y"])


def test_scoring_keeps_no_gradients():
    network = network_of(TinyLstm(), Role.CAUSAL)
    batch = batch_of(torch.zeros(2, 3, dtype=torch.int64), torch.ones(2, 3, dtype=torch.int64))
    _, state = network.score(batch)
    assert not state[0].requires_grad
    assert network.loss(batch)[2][0].requires_grad


def test_inputs_open_with_the_size_that_a_tied_readout_needs():
    torch.manual_seed(0)
    table = Tokens(2000).build(64).weight
    assert table.shape == (2000, 64)
    assert table.std().item() == pytest.approx(1 / 8, rel=0.02)
