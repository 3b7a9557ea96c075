"""A verdict may be a baseline's, and asks of the champion that it names that it beats every baseline."""

import dataclasses

import numpy as np
import pytest
from scipy import stats

from leaderboard.factory import ACCURACY, PERPLEXITY, make_results, make_task
from rnnbench.leaderboard import make_board
from rnnbench.leaderboard.board import VerdictOutcome
from rnnbench.leaderboard.decision import BesideBaseline, decide
from rnnbench.leaderboard.prose import evidence, verdict_parts
from rnnbench.records.schema import MetricInfo, Status
from rnnbench.records.schema import TestError as ErrorOnTest
from rnnbench.statistics.difference import EstimatedDifference
from rnnbench.statistics.pairing import TestVariance

MSE = MetricInfo(name="mse", direction="min")
FAMILIES = {"lstm": "recurrent", "transformer": "attention"}
SEEDS = np.array([-0.1, -0.05, 0.0, 0.05, 0.1])


def verdict(lstm, transformer, baselines, metric=ACCURACY, chance=50.0):
    """The verdict where five seeds lie closely around these scores, and the test set is exact to a hundredth."""
    spread = 1 if metric is ACCURACY else 0.01
    scores = {"lstm": list(lstm + spread * SEEDS), "transformer": list(transformer + spread * SEEDS)}
    plan, records = make_results(scores, make_task(metrics=(metric,), chance=chance), baselines)
    runs = [run.model_copy(update={"family": FAMILIES.get(run.model, "")}) for run in plan.runs]
    small = {
        key: record.model_copy(
            update={
                "test_error": {
                    name: ErrorOnTest(std=0.001, low=value - 0.002, high=value + 0.002)
                    for name, value in record.metrics.items()
                }
            }
        )
        for key, record in records.items()
    }
    return make_board(plan.model_copy(update={"runs": tuple(runs)}), small).tables[0].verdict


def test_a_baseline_over_which_neither_champion_gains_the_margin_is_enough():
    found = verdict(80.2, 80.1, {"strong": 80.0, "majority": 50.0})
    assert found.sentence == "a baseline is enough: strong"
    assert [each.baseline for each in found.against_baselines] == ["baseline:strong"] * 2
    assert found.enough_above == pytest.approx(max(-each.low for each in found.against_baselines))
    assert 0.2 < found.enough_above < 0.5
    assert evidence(found)[-1].endswith(
        f"margin 0.5 points; enough at any margin above {found.enough_above:.2f} points"
    )


def test_a_baseline_that_beats_both_is_enough_at_any_margin():
    found = verdict(78.0, 79.0, {"strong": 80.0})
    assert found.outcome is VerdictOutcome.BASELINE
    assert evidence(found)[-1].endswith("margin 0.5 points; enough at any margin")


def test_the_baseline_that_is_named_is_the_best_of_those_that_are_enough():
    assert verdict(70.0, 70.0, {"good": 75.0, "better": 76.0, "poor": 60.0}).reason == "better"


def test_a_baseline_at_chance_is_never_enough():
    assert verdict(50.6, 50.4, {"majority": 50.001}).outcome is not VerdictOutcome.BASELINE


def test_two_champions_need_one_and_the_same_baseline():
    """Each baseline is close to one champion and far below the other."""
    found = verdict(80.0, 90.0, {"near": 80.0, "far": 60.0})
    assert found.outcome is VerdictOutcome.ATTENTION


@pytest.mark.parametrize(("lstm", "transformer", "who"), [(80.3, 80.0, "lstm"), (70.0, 80.3, "transformer")])
def test_a_champion_that_is_not_shown_better_than_every_baseline_decides_nothing(lstm, transformer, who):
    """The first is 0.5 points above the baseline, to within its interval; the second likewise, and attention leads."""
    found = verdict(lstm, transformer, {"strong": 79.8, "majority": 50.0})
    assert found.outcome in (VerdictOutcome.UNDECIDED, VerdictOutcome.BASELINE)
    if found.outcome is VerdictOutcome.UNDECIDED:
        assert f"{who} is not shown better than baseline:strong by the margin" in found.reason


def test_far_above_every_baseline_the_verdict_is_between_the_champions():
    baselines = {"strong": 70.0, "majority": 50.0}
    recurrent, attention = verdict(80.0, 80.0, baselines), verdict(75.0, 80.0, baselines)
    assert recurrent.outcome is VerdictOutcome.RECURRENT
    assert f"enough at any margin above {recurrent.high:.2f} points" in "; ".join(evidence(recurrent))
    assert attention.outcome is VerdictOutcome.ATTENTION
    assert f"needed at any margin below {attention.low:.2f} points" in "; ".join(evidence(attention))
    assert [each.baseline for each in recurrent.against_baselines] == ["baseline:strong"] * 2


def test_a_baseline_without_a_score_leaves_the_verdict_open():
    found = verdict(80.0, 80.0, {"strong": Status.FAILED, "majority": 50.0})
    assert found.sentence == "undecided: baseline:strong has no score"


@pytest.mark.parametrize("metric", [PERPLEXITY, MSE], ids=lambda metric: metric.name)
def test_gains_over_a_baseline_are_relative_where_the_margin_is(metric):
    found = verdict(10.0, 10.0, {"strong": 10.05, "unigram": 90.0}, metric, chance=100.0)
    assert found.outcome is VerdictOutcome.BASELINE
    gain = 10.05 / 10 - 1 if metric.ratio else 0.05 / 10.05
    assert found.enough_above == pytest.approx(gain, abs=2e-3)
    assert found.enough_above < 0.01
    better = verdict(10.0, 10.0, {"strong": 10.5, "unigram": 90.0}, metric, chance=100.0)
    assert better.outcome is VerdictOutcome.RECURRENT


def test_the_champions_share_of_the_test_set_with_a_baseline_is_paired():
    """Items that are hard for the baseline are hard for the models: paired, a small gain is shown; unpaired, not."""
    rng = np.random.default_rng(0)
    hard = rng.gamma(2.0, 1.0, 400)
    plan, records = make_results(
        {"lstm": [0.0] * 5, "transformer": [0.0] * 5}, make_task(metrics=(MSE,), chance=9.0), {"strong": 0.0}
    )
    runs = [run.model_copy(update={"family": FAMILIES.get(run.model, "")}) for run in plan.runs]
    items = {}
    for run in plan.runs:
        own = hard * (1.1 if run.model.startswith("baseline") else 1.0) + rng.normal(0, 0.01, 400)
        items[run.id] = {"squared_error": own.tolist(), "count": [1] * 400}
        error = ErrorOnTest(std=0.1, low=own.mean() - 0.2, high=own.mean() + 0.2)
        changes = {"metrics": {"mse": float(own.mean())}, "test_error": {"mse": error}}
        records[run.id] = records[run.id].model_copy(update=changes)
    plan = plan.model_copy(update={"runs": tuple(runs)})
    paired = make_board(plan, records, items=lambda record: items[record.id]).tables[0].verdict
    unpaired = make_board(plan, records).tables[0].verdict
    assert paired.outcome is VerdictOutcome.RECURRENT
    assert unpaired.outcome is VerdictOutcome.UNDECIDED


def test_one_sided_p_values_are_students():
    estimate = EstimatedDifference(0.3, (0.2, 0.4), (5, 4), TestVariance(0.01, 200))
    parts = np.array([0.04 / 5, 0.16 / 4, 0.01])
    freedom = parts.sum() ** 2 / (parts**2 / [4, 3, 200]).sum()
    t = (0.3 - 0.5) / np.sqrt(parts.sum())
    assert estimate.p_below(0.5) == pytest.approx(stats.t.cdf(t, freedom))
    assert estimate.p_above(0.5) == pytest.approx(stats.t.sf(t, freedom))
    certain = dataclasses.replace(estimate, deviations=(0.0, 0.0), test=TestVariance(0.0, 1e6))
    assert [certain.p_below(0.5), certain.p_above(0.5), certain.p_below(0.3)] == [0.0, 1.0, 1.0]


def test_over_many_baselines_the_error_is_shared():
    """One p-value of 0.02 is enough among one baseline and not among five."""

    def beside(label, loss):
        estimate = EstimatedDifference(loss, (0.0, 0.0), (5, 1), TestVariance(0.01, 1e6))
        return BesideBaseline(label, 0.0, False, estimate, estimate)

    level = EstimatedDifference(0.0, (0.1, 0.1), (5, 5), TestVariance(0.0, 1e6))
    near = beside("baseline:near", -0.5 + 0.205)
    assert near.recurrent.p_above(-0.5) == pytest.approx(0.0202, abs=1e-3)
    others = [beside(f"baseline:{name}", -5.0) for name in "abcd"]
    assert decide(level, 0.5, ("r", "a"), [near]).outcome is VerdictOutcome.BASELINE
    assert decide(level, 0.5, ("r", "a"), [near, *others]).outcome is VerdictOutcome.UNDECIDED


def test_what_is_said_of_a_baseline_is_one_line_each():
    assert all(part.isprintable() for part in verdict_parts(verdict(80.2, 80.1, {"strong": 80.0})))
