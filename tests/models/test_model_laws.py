"""The laws of the contract, for every built-in model in every role that it plays, and what ours promise beyond them."""

from __future__ import annotations

import pytest
import torch
from cores import ALL, ALL_NAMES, CAUSAL, ENCODER, SEQ2SEQ, randomise

from rnnbench.conformance import Outcome, model_cases

every_core = pytest.mark.parametrize(("model", "role"), ALL, ids=ALL_NAMES)
every_encoder = pytest.mark.parametrize("model", ENCODER.values(), ids=ENCODER)
every_seq2seq = pytest.mark.parametrize("model", SEQ2SEQ.values(), ids=SEQ2SEQ)

RESET = {name: model for name, model in CAUSAL.items() if not model.carries_state}
WIDTH = 8
LENGTHS = torch.tensor([6, 2, 1, 4])
EXACT = {"rtol": 1e-10, "atol": 1e-10}


def build(model, role):
    """A core in float64 whose weights hide nothing."""
    return randomise(model.build(role)).double().eval()


def draw(rows, steps):
    return torch.randn(rows, steps, WIDTH, dtype=torch.float64)


@every_core
def test_every_law_holds(model, role):
    declared, *cases = model_cases(model)
    findings = [case.examine() for case in (declared, *(case for case in cases if case.subject.role == role))]
    assert [finding for finding in findings if finding.outcome is Outcome.FAILED] == []
    assert sum(finding.outcome is Outcome.PASSED for finding in findings) >= 9


@every_encoder
def test_y_is_zero_behind_the_end_of_a_row(model):
    y, _ = build(model, "encoder")(draw(4, 6), LENGTHS)
    for row, length in enumerate(LENGTHS):
        assert (y[row, length:] == 0).all()


@every_encoder
def test_no_lengths_means_that_all_steps_are_valid(model):
    core, x = build(model, "encoder"), draw(3, 5)
    torch.testing.assert_close(core(x), core(x, torch.full((3,), 5)), **EXACT)


@every_seq2seq
def test_no_source_lengths_means_that_all_steps_are_valid(model):
    core, x, y = build(model, "seq2seq"), draw(3, 5), draw(3, 2)
    full = core.decode(y, core.encode(x, torch.full((3,), 5)))[0]
    torch.testing.assert_close(core.decode(y, core.encode(x))[0], full, **EXACT)


@pytest.mark.parametrize("model", RESET.values(), ids=RESET)
@pytest.mark.parametrize("pieces", [[4, 5], [1] * 9, [2, 3, 4]], ids=str)
def test_a_core_that_is_reset_between_segments_still_reads_one_in_pieces(model, pieces):
    core, x, state, parts = build(model, "causal"), draw(3, 9), None, []
    for piece in x.split(pieces, dim=1):
        part, state = core(piece, state)
        parts.append(part)
    torch.testing.assert_close(torch.cat(parts, dim=1), core(x)[0], **EXACT)


@every_core
def test_a_core_runs_on_the_meta_device(model, role):
    with torch.device("meta"):
        core, x, y = model.build(role), torch.empty(4, 6, WIDTH), torch.empty(4, 5, WIDTH)
        lengths = torch.empty(4, dtype=torch.int64)
        if role == "causal":
            out, _ = core(x)
        elif role == "encoder":
            out, _ = core(x, lengths)
        else:
            out, _ = core.decode(y, core.encode(x, lengths))
    assert out.device.type == "meta"
