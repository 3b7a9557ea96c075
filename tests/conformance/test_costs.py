"""What ``rnnbench show`` says of a model's costs, against closed forms."""

from __future__ import annotations

import dataclasses

import pytest
from mutants import Sound

from rnnbench import Role
from rnnbench.cli.costs import STEPS, core_costs
from rnnbench.cli.listing import description
from rnnbench.discovery import discover
from rnnbench_models import GRU, LSTM, Elman, Transformer

D = 48


@pytest.mark.parametrize(("model", "gates", "states"), [(Elman, 1, 1), (GRU, 3, 1), (LSTM, 4, 2)])
def test_a_recurrent_layer_multiplies_each_gates_two_matrices(model, gates, states):
    costs = core_costs(model(width=D, layers=3), Role.CAUSAL)
    assert costs.parameters == 3 * gates * (2 * D * D + 2 * D)
    assert costs.operations == 3 * 2 * gates * 2 * D * D
    assert costs.state_bytes == 3 * states * 4 * D


def test_a_transformer_multiplies_its_matrices_and_its_keys_and_values():
    costs = core_costs(Transformer(width=D, layers=1, context=128), Role.ENCODER)
    matrices = 4 * D * D + 2 * D * 4 * D
    assert costs.operations == 2 * matrices + 2 * 2 * STEPS * D
    assert costs.state_bytes == 0


def test_show_prints_equations_and_the_costs_at_a_width():
    shown = description("lstm", D)
    assert "c_t = f_t * c_{t-1} + i_t * g_t" in shown
    assert f"costs of a core of width {D}, of one sequence in float32:" in shown
    parameters, state, operations = 2 * 4 * (2 * D * D + 2 * D), 2 * 2 * 4 * D, 2 * 2 * 4 * 2 * D * D
    costs = f"causal: {parameters:,} parameters, {state:,} bytes of state, {operations:,} operations a step"
    assert costs in shown


def test_a_model_that_cannot_be_built_says_why_in_place_of_costs():
    assert "costs: ValueError: width must be" in description("transformer", 7)


def test_a_third_party_model_is_measured_as_built_in_ones_are():
    assert core_costs(Sound(width=D), Role.CAUSAL) == core_costs(GRU(width=D, layers=1), Role.CAUSAL)


@pytest.mark.parametrize(
    ("annotation", "shown"),
    [(float, "float"), ("float", "float"), (int | None, "int | None"), (dict[str, int], "dict[str, int]")],
)
def test_show_prints_a_fields_type_as_it_is_written(annotation, shown, monkeypatch):
    (field,) = (one for one in dataclasses.fields(discover().models["lstm"]) if one.name == "forget_bias")
    monkeypatch.setattr(field, "type", annotation)
    assert f"    forget_bias: {shown} = 1.0" in description("lstm").splitlines()
