"""Models of other libraries keep to the contract where these are installed, and are known as missing where not."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass, replace

import pytest
import torch
from cores import randomise, relative_error

import rnnbench_modern
from rnnbench import Knob, Model, Role
from rnnbench.cli.listing import listing
from rnnbench.discovery import discover
from rnnbench.network.adapters import CannotServe, adapter_for
from rnnbench.network.network import count_core_params
from rnnbench.network.tree import leaves, map_tree
from rnnbench.plan.sizing import fit
from rnnbench.records.schema import BUDGET_TOLERANCE
from rnnbench_modern import MLSTM, SLSTM, MinGRUPytorch, MinLSTMPytorch, XTransformers

# x-transformers compiles two functions by a means that torch deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:`torch.jit.script:DeprecationWarning")

WIDTH = 16
EXACT = {"rtol": 1e-10, "atol": 1e-10}
MODELS = tuple(rnnbench_modern.rnnbench_models())
needs_its_library = pytest.mark.parametrize(
    "model",
    [
        pytest.param(
            model(width=WIDTH),
            id=model.name,
            marks=pytest.mark.skipif(model.missing() is not None, reason=f"{model.name}: {model.missing()}"),
        )
        for model in MODELS
    ],
)
needs_minimal = pytest.mark.skipif(MinLSTMPytorch.missing() is not None, reason="minGRU-pytorch is not installed")


def build(model):
    return randomise(model.build(Role.CAUSAL)).double().eval()


def draw(rows, steps, **options):
    return torch.randn(rows, steps, WIDTH, dtype=torch.float64, **options)


# Laws


@needs_its_library
def test_core_does_not_see_the_future(model):
    x = draw(2, 7, requires_grad=True)
    (gradient,) = torch.autograd.grad(build(model)(x)[0][:, 3].square().sum(), x)
    assert gradient[:, 3].abs().max() > 0
    assert gradient[:, :3].abs().max() > 0
    assert gradient[:, 4:].abs().max() <= 1e-10 * gradient.abs().max()


@needs_its_library
@pytest.mark.parametrize("pieces", [[4, 5], [1] * 9], ids=str)
def test_a_whole_equals_its_pieces_with_the_state_handed_over(model, pieces):
    core, x, state, parts = build(model), draw(3, 9), None, []
    for piece in x.split(pieces, dim=1):
        part, state = core(piece, state)
        parts.append(part)
    whole, after = core(x)
    torch.testing.assert_close(torch.cat(parts, dim=1), whole, **EXACT)
    following = draw(3, 3)
    torch.testing.assert_close(core(following, state)[0], core(following, after)[0], **EXACT)


@needs_its_library
def test_rows_are_independent_and_states_are_selected_in_dimension_one(model):
    core, x, following, order = build(model), draw(4, 6), draw(4, 2), torch.tensor([3, 1, 1])
    y, state = core(x)
    torch.testing.assert_close(core(x[order])[0], y[order], **EXACT)
    assert all(leaf.shape[1] == 4 for leaf in leaves(state))
    selected = map_tree(lambda leaf: leaf.index_select(1, order), state)
    torch.testing.assert_close(core(following[order], selected)[0], core(following, state)[0][order], **EXACT)


@needs_its_library
def test_same_seed_same_weights_and_each_is_learned(model):
    def weights(seed):
        torch.manual_seed(seed)
        return torch.cat([parameter.flatten() for parameter in model.build(Role.CAUSAL).parameters()])

    assert torch.equal(weights(5), weights(5))
    assert not torch.equal(weights(5), weights(6))
    core = randomise(model.build(Role.CAUSAL)).double()
    core(draw(4, 6))[0].square().sum().backward()
    assert [name for name, p in core.named_parameters() if p.grad is None or not p.grad.abs().max() > 0] == []


@needs_its_library
def test_dropout_acts_in_training_only(model):
    core, x = build(replace(model, dropout=0.5)), draw(2, 5)
    torch.testing.assert_close(core(x)[0], core(x)[0])
    core.train()
    assert not torch.equal(core(x)[0], core(x)[0])


@needs_its_library
def test_budget_of_parameters_is_met(model):
    sized, _ = fit(model, 30_000, lambda candidate, inner: count_core_params(candidate, Role.CAUSAL, 48, inner=inner))
    with torch.device("meta"):
        parameters = sum(parameter.numel() for parameter in sized.build(Role.CAUSAL).parameters())
    assert abs(parameters + 2 * 48 * sized.width - 30_000) <= BUDGET_TOLERANCE * 30_000


@needs_its_library
def test_core_names_its_library_and_version(model):
    kernel = model.build(Role.CAUSAL).kernel
    assert kernel.split()[0] in {"minGRU-pytorch", "xlstm", "x-transformers"}
    assert kernel.split()[1][0].isdigit()


# What a library does otherwise


@needs_minimal
def test_minimal_layers_compute_their_paper():
    from minGRU_pytorch.minGRU import minGRU

    layer, x = randomise(minGRU(WIDTH)).double(), draw(2, 6)
    n, z = layer.to_hidden_and_gate(x).chunk(2, dim=-1)
    h, z, n = torch.zeros(2, WIDTH, dtype=torch.float64), z.sigmoid(), torch.where(n >= 0, n + 0.5, n.sigmoid())
    for t in range(6):
        h = (1 - z[:, t]) * h + z[:, t] * n[:, t]
    assert relative_error(layer(x)[:, -1], h) < 1e-10


@needs_minimal
def test_a_state_given_to_min_lstm_is_misread_which_is_why_it_gets_none():
    from minGRU_pytorch.minLSTM import minLSTM

    layer, x = randomise(minLSTM(WIDTH)).double(), draw(2, 8)
    _, hidden = layer(x[:, :4], return_next_prev_hidden=True)
    assert relative_error(layer(x[:, 4:], hidden), layer(x)[:, 4:]) > 1e-3
    assert not MinLSTMPytorch.carries_state


# Fields


@pytest.mark.parametrize(
    ("model", "fields", "message"),
    [
        (MinGRUPytorch, {"width": 0}, "width must be a whole number of at least 1, got 0"),
        (MinGRUPytorch, {"inner_width": 0}, "inner_width must be a whole number of at least 1, got 0"),
        (MinLSTMPytorch, {"dropout": 1.0}, "dropout must be at least 0 and below 1, got 1.0"),
        (MLSTM, {"width": 9}, "width must be a whole number divisible by 2 of at least 1, got 9"),
        (MLSTM, {"inner_width": 10}, "inner_width must be a whole number divisible by 4 of at least 1, got 10"),
        (SLSTM, {"width": 12}, "width must be a whole number divisible by 8 of at least 1, got 12"),
        (XTransformers, {"width": 10}, "width must be a whole number divisible by 4 of at least 1, got 10"),
        (XTransformers, {"width": 4}, "width must be at least 8, four for each of the heads, got 4"),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else "",
)
def test_a_bad_field_is_refused_in_words(model, fields, message):
    with pytest.raises(ValueError) as caught:  # noqa: PT011  the text is compared below
        model(**fields)
    assert message in str(caught.value)


@needs_its_library
def test_a_state_is_of_one_size_however_long_the_sequence(model):
    context = getattr(model, "context", 1)
    sizes = {sum(leaf.numel() for leaf in leaves(build(model)(draw(1, context + more))[1])) for more in (0, 3)}
    assert len(sizes) == 1


# Without the libraries


@dataclass(frozen=True, kw_only=True)
class Absent(Model):
    """A model whose library nobody has."""

    name = "absent"
    paper = "none"
    family = "recurrent"
    roles = frozenset({Role.CAUSAL})
    fine = Knob("width")
    requires = ("sys", "no_such_library")

    def build(self, role):
        import no_such_library

        return no_such_library.core(self.width)


def test_a_missing_library_is_a_skip_with_its_reason_and_no_error():
    assert Absent.missing() == "not installed: pip install 'no_such_library'"
    assert type("Extra", (Absent,), {"install": "some[extra]"}).missing() == "not installed: pip install 'some[extra]'"
    for role in (Role.CAUSAL, Role.ENCODER):
        with pytest.raises(CannotServe, match=r"^not installed: pip install 'no_such_library'$"):
            adapter_for(Absent(), role)


def test_a_missing_library_is_listed(monkeypatch):
    monkeypatch.setattr(MinGRUPytorch, "requires", ("no_such_library",))
    (line,) = [line for line in listing("models", as_json=False).splitlines() if line.startswith("  mingru-pytorch ")]
    assert line.endswith("; not installed: pip install 'rnnbench[modern]'  [rnnbench[modern]]")


def test_a_model_that_carries_no_state_is_listed_as_such():
    lines = {line.split()[0]: line for line in listing("models", as_json=False).splitlines()[1:]}
    marked = {name for name, line in lines.items() if "; carries no state" in line}
    assert marked == {"minlstm-pytorch", "xlstm-mlstm", "x-transformers"}


def test_the_models_are_known_without_importing_their_libraries():
    assert {model.name for model in MODELS} <= set(discover().models)
    code = "import sys, rnnbench_modern; [model() for model in rnnbench_modern.rnnbench_models()]; print(*sys.modules)"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"minGRU_pytorch", "x_transformers", "xlstm"} & set(answer.stdout.split())
