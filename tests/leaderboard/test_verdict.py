"""The verdict against closed forms, scipy, brute-force resampling and simulation."""

import math

import numpy as np
import pytest
import sacrebleu
from pydantic import ValidationError
from scipy import stats

from leaderboard.factory import ACCURACY, PERPLEXITY, make_plan, make_record, make_run, make_task
from rnnbench.leaderboard import make_board
from rnnbench.leaderboard.board import VerdictOutcome
from rnnbench.leaderboard.decision import MOST_SEEDS, decide
from rnnbench.leaderboard.paired_items import ScoredItems, item_moves, paired_variance
from rnnbench.leaderboard.prose import evidence
from rnnbench.leaderboard.verdict import judge, margin
from rnnbench.metrics import find_metric
from rnnbench.records.schema import Margin, MetricInfo, Status
from rnnbench.records.schema import TestError as ErrorOnTest
from rnnbench.statistics.difference import EstimatedDifference
from rnnbench.statistics.pairing import TestVariance

MSE = MetricInfo(name="mse", direction="min")
FAMILIES = {"lstm": "recurrent", "gru": "recurrent", "seq2seq": "recurrent+attention", "transformer": "attention"}
CERTAIN = TestVariance(0.0, 1e6)
NO_ERROR = {"test_error": {}}


def made(scores, metric=ACCURACY, losses=None, items=None, **changes):
    """The verdict on one task, from scores by model; ``losses`` are the validation losses that choose champions."""
    task = make_task(metrics=(metric,))
    runs, records = [], {}
    for model, values in scores.items():
        for seed, value in enumerate(values):
            run = make_run(task.label, model, seed, family=FAMILIES.get(model, model))
            runs.append(run)
            if isinstance(value, Status):
                records[run.id] = make_record(run, status=value)
            else:
                loss = {"best_validation_loss": (losses or {}).get(model, 0.4)}
                records[run.id] = make_record(run, value, metric.name, **loss, **changes)
    return make_board(make_plan(runs, [task]), records, items=items).tables[0].verdict


@pytest.mark.parametrize(
    ("lstm", "outcome"),
    [
        ((80.0, 80.1, 80.2), VerdictOutcome.RECURRENT),
        ((70.0, 70.1, 70.2), VerdictOutcome.ATTENTION),
        ((79.4, 79.6, 79.7), "undecided"),
    ],
)
def test_the_interval_of_the_difference_decides_against_half_a_point(lstm, outcome):
    verdict = made({"lstm": lstm, "transformer": (80.0, 80.1, 80.2)}, **NO_ERROR)
    assert verdict.outcome == outcome
    assert verdict.margin == 0.5


@pytest.mark.parametrize("metric", [ACCURACY, PERPLEXITY, MSE], ids=lambda metric: metric.name)
def test_with_a_certain_test_set_the_interval_is_welchs(metric):
    ours, theirs = [50.0, 52.0, 51.5, 50.5], [49.0, 48.0, 48.7]
    verdict = made({"lstm": ours, "transformer": theirs}, metric, **NO_ERROR)
    scaled = [np.log(side) if metric.ratio else np.array(side) for side in (ours, theirs)]
    wanted = stats.ttest_ind(*scaled, equal_var=False).confidence_interval()
    ends = [wanted.low, wanted.high]
    if metric.ratio:
        ends = np.expm1(ends)
    elif metric.direction == "max":
        ends = [-wanted.high, -wanted.low]
    else:
        ends = np.array(ends) / np.mean(theirs)
    assert (verdict.low, verdict.high) == pytest.approx(tuple(ends))


def test_the_test_sets_variance_is_added_to_the_seeds():
    error = {"test_error": {"accuracy": ErrorOnTest(std=0.3, low=0, high=0)}}
    ours, theirs = [80.0, 80.4, 80.2], [80.1, 80.5, 80.9]
    verdict = made({"lstm": ours, "transformer": theirs}, **error)
    assert verdict.test_error == pytest.approx(math.hypot(0.3, 0.3))
    assert verdict.seeds_error == pytest.approx(math.sqrt((np.var(ours, ddof=1) + np.var(theirs, ddof=1)) / 3))
    assert "test-set errors taken as independent: the interval is cautious" in verdict.caveats


def test_champions_are_chosen_on_validation_and_by_family():
    scores = {"lstm": [80.0, 80.0], "gru": [90.0, 90.0], "seq2seq": [85.0, 85.0], "transformer": [95.0, 95.0]}
    verdict = made(scores, losses={"lstm": 0.1, "gru": 0.2, "seq2seq": 0.1, "transformer": 0.2})
    assert (verdict.recurrent, verdict.attention) == ("lstm", "seq2seq")


def test_models_with_diverged_or_missing_runs_are_left_out_and_named():
    scores = {"lstm": [80.0, Status.DIVERGED], "gru": [70.0, 70.1], "transformer": [75.0, 75.1]}
    verdict = made(scores, losses={"lstm": 0.1})
    assert verdict.recurrent == "gru"
    assert "lstm is left out (diverged 1/2)" in verdict.caveats


@pytest.mark.parametrize(
    ("scores", "sentence"),
    [
        ({"lstm": [80.0, 81.0]}, "no verdict: no attention model is planned"),
        ({"transformer": [80.0, 81.0], "other": [80.0]}, "no verdict: no pure recurrent model is planned"),
        ({"lstm": [Status.FAILED], "transformer": [80.0]}, "no verdict: no pure recurrent model has all its runs done"),
        ({"lstm": [80.0], "transformer": [90.0]}, "undecided: one seed does not show how far seeds differ"),
    ],
)
def test_without_two_sides_and_two_seeds_there_is_no_verdict(scores, sentence):
    assert made(scores).sentence == sentence


def test_where_neither_side_is_better_than_chance_there_is_no_verdict():
    level = {"lstm": [50.0, 50.0], "transformer": [50.0, 50.0]}
    assert made(level).sentence == "no verdict: neither is better than chance"
    assert made({**level, "lstm": [50.2, 50.2]}).outcome is not VerdictOutcome.NONE


def test_a_verdict_without_something_learned_says_so():
    rows = make_board(make_plan([]), {}).tables[0].rows
    assert judge(rows, {}).outcome is VerdictOutcome.NONE


def test_the_margin_is_the_suites_a_share_or_points():
    assert margin(MSE, Margin()) == margin(PERPLEXITY, Margin()) == (0.01, True)
    assert margin(MetricInfo(name="bleu", direction="max"), Margin()) == (0.5, False)
    own = Margin(relative=0.05, points=2.0)
    assert (margin(MSE, own), margin(ACCURACY, own)) == ((0.05, True), (2.0, False))


@pytest.mark.parametrize(
    ("metric", "points"),
    [
        (MetricInfo(name="a-plugins-own", direction="max", low=0.0, high=100.0), True),
        (MetricInfo(name="error-rate", direction="min", unit="%"), True),
        (MetricInfo(name="a-plugins-own", direction="max", low=0.0, high=1.0), False),
        (MetricInfo(name="a-plugins-own", direction="max"), False),
    ],
    ids=["to-a-hundred", "per-cent", "to-one", "unbounded"],
)
def test_a_plugins_metric_is_held_against_points_where_it_counts_to_a_hundred(metric, points):
    assert margin(metric, Margin()) == ((0.5, False) if points else (0.01, True))
    verdict = made({"lstm": (80.0, 80.1, 80.2), "transformer": (80.0, 80.1, 80.2)}, metric, **NO_ERROR)
    assert verdict.relative is not points


def test_the_difference_of_two_scores_is_no_wider_than_their_range():
    verdict = made({"lstm": (0.0, 100.0), "transformer": (100.0, 100.0)}, **NO_ERROR)
    assert (verdict.low, verdict.difference, verdict.high) == (-100.0, 50.0, 100.0)
    assert verdict.outcome is VerdictOutcome.UNDECIDED


def test_a_wider_margin_turns_a_verdict_and_is_printed():
    task = make_task()
    scores = {"lstm": (79.0, 79.1, 79.2), "transformer": (80.0, 80.1, 80.2)}
    runs = [make_run(task.label, m, s, family=FAMILIES[m]) for m, each in scores.items() for s in range(len(each))]
    records = {run.id: make_record(run, scores[run.model][run.seed], **NO_ERROR) for run in runs}
    for points, outcome in ((0.5, VerdictOutcome.ATTENTION), (3.0, VerdictOutcome.RECURRENT)):
        made = make_board(make_plan(runs, [task], margin=Margin(points=points)), records).tables[0].verdict
        assert made.outcome is outcome
        assert f"margin {points:g} points" in "; ".join(evidence(made))


@pytest.mark.parametrize("value", [{"relative": -0.1}, {"points": 101.0}, {"relative": float("nan")}, {"other": 1}])
def test_a_plan_with_an_impossible_margin_is_no_plan(value):
    with pytest.raises(ValidationError):
        make_plan([make_run("sentiment/reviews", "lstm")], margin=value)


@pytest.mark.parametrize("deviation", [0.4, 0.6, 0.9])
def test_so_many_more_seeds_are_the_fewest_that_would_decide(deviation):
    spread = EstimatedDifference(1.0, (deviation, deviation), (3, 3), TestVariance(0.01, 500))
    found = decide(spread, 0.5)
    more = int(found.reason.split()[1])
    assert found.outcome is VerdictOutcome.UNDECIDED

    def half(count):
        parts = np.array([deviation**2 / count, deviation**2 / count, 0.01])
        freedom = parts.sum() ** 2 / (parts**2 / [count - 1, count - 1, 500]).sum()
        return stats.t.ppf(0.975, freedom) * math.sqrt(parts.sum())

    assert half(3 + more) < 0.5 <= half(3 + more - 1)


def test_where_seeds_are_not_what_is_missing_the_reason_says_what_is():
    small = EstimatedDifference(0.6, (0.1, 0.1), (3, 3), TestVariance(1.0, 500))
    assert decide(small, 0.5).reason == "the test set is too small"
    close = EstimatedDifference(0.501, (1.0, 1.0), (3, 3), TestVariance(1e-9, 500))
    assert decide(close, 0.5).reason == "too close to the margin"
    assert close.half_width(MOST_SEEDS) > 0.001


def items_of(kind, rng, ability):
    """Items of a model and its score on the scale of averaging: hard items are hard for all models."""
    size = 300
    shared = np.random.default_rng(7)
    hardness, words = shared.gamma(2.0, 20.0, size), shared.integers(5, 60, size)
    if kind == "perplexity":
        items = {"nll": (hardness * ability + rng.normal(0, 1, size)).tolist(), "words": words.tolist()}
        return ScoredItems(items, sum(items["nll"]) / sum(items["words"]))
    if kind == "mse":
        items = {"squared_error": (hardness * ability + rng.random(size)).tolist(), "count": [96] * size}
        return ScoredItems(items, sum(items["squared_error"]) / (96 * size))
    if kind == "token-accuracy":
        right = rng.binomial(words, np.clip(1 - hardness / 200 * ability, 0, 1))
        items = {"right": right.tolist(), "tokens": words.tolist()}
        return ScoredItems(items, 100 * float(right.sum() / words.sum()))
    if kind == "bleu":
        reference = [" ".join(shared.choice(list("abcdefgh"), size=12)) for _ in range(size)]
        wrong = [rng.random(12) < each for each in np.clip(hardness / 150 * ability, 0, 1)]
        hypothesis = [
            " ".join(np.where(places, "x", words.split())) for places, words in zip(wrong, reference, strict=True)
        ]
        items = {"hypothesis": hypothesis, "reference": reference}
        return ScoredItems(items, sacrebleu.corpus_bleu(hypothesis, [reference], force=True).score)
    right = (hardness < 60 * ability) ^ (rng.random(size) < 0.05)
    items = {"label": ["a"] * size, "predicted": ["a" if each else "b" for each in right]}
    return ScoredItems(items, 100 * float(right.mean()))


def resampled(kind, runs, picks):
    """The mean score of some runs on each resampled test set, literally."""
    formulas = [find_metric(kind, run.items) for run in runs]
    values = [of.scaled(of.per_item(run.items)[picks].sum(axis=1)) for of, run in zip(formulas, runs, strict=True)]
    return np.mean(values, axis=0)


METRICS = {
    "perplexity": PERPLEXITY,
    "mse": MSE,
    "accuracy": ACCURACY,
    "token-accuracy": MetricInfo(name="token-accuracy", direction="max"),
    "bleu": MetricInfo(name="bleu", direction="max"),
}


@pytest.mark.parametrize("kind", METRICS)
def test_the_paired_variance_is_that_of_a_brute_force_bootstrap(kind):
    rng = np.random.default_rng(0)
    sides = [[items_of(kind, rng, ability) for _ in range(3)] for ability in (1.0, 0.9)]
    found = paired_variance(*(item_moves(METRICS[kind], side) for side in sides))
    picks = rng.integers(0, 300, (4000, 300))
    ours, theirs = (resampled(kind, side, picks) for side in sides)
    assert found.variance == pytest.approx((ours - theirs).var(), rel=0.08)
    assert found.variance < 0.5 * (ours.var() + theirs.var())  # pairing is worth having
    assert found.freedom == 299


def test_items_pair_only_if_they_are_the_same_and_give_the_scores():
    rng = np.random.default_rng(0)
    ours, theirs = (items_of("perplexity", rng, ability) for ability in (1.0, 0.9))
    other = {"nll": theirs.items["nll"][::-1], "words": theirs.items["words"][::-1]}

    def paired(one, metric=PERPLEXITY):
        return paired_variance(item_moves(metric, [ours]), item_moves(metric, [one]))

    assert paired(theirs)
    assert paired(ScoredItems(theirs.items, 1.01 * theirs.scaled)) is None
    assert paired(ScoredItems(other, theirs.scaled)) is None
    assert item_moves(PERPLEXITY, [theirs, ScoredItems(other, theirs.scaled)]) is None
    for name in ("bleu", "solved", "a-plugins-own"):
        assert paired(theirs, MetricInfo(name=name, direction="max")) is None


@pytest.mark.parametrize("value", [None, "x", [1], math.nan, math.inf, 10**400, {}, -1e308])
def test_no_item_of_a_plugin_breaks_a_verdict(value):
    scores = {"lstm": [80.0, 81.0], "transformer": [80.0, 82.0]}
    for items in ({"nll": [value, 1.0], "words": [1, 1]}, {"nll": [1.0, 1.0], "words": [value, 1]}, {}, {"nll": value}):
        verdict = made(scores, PERPLEXITY, items=lambda record, items=items: items)
        assert any("independent" in caveat for caveat in verdict.caveats)


def test_extreme_records_give_a_finite_verdict():
    error = {"test_error": {"mse": ErrorOnTest(std=1e308, low=0, high=0)}}
    verdict = made({"lstm": [1e99, 1e-300], "transformer": [1e-320, 1e-310]}, MSE, **error)
    assert all(math.isfinite(value) for value in (verdict.low, verdict.high, verdict.seeds_error, verdict.test_error))


@pytest.mark.parametrize("count", [3, 5, 10])
def test_the_interval_covers_the_truth_as_often_as_it_says(count):
    """Fresh seeds and a fresh test set in each of 400 trials, so +-0.02; the module states what more trials gave."""
    rng, trials, size = np.random.default_rng(count), 400, 200
    covered = 0
    items = rng.normal(0, 1.0, (trials, size))
    seeds = rng.normal(0, [[[0.05], [0.1]]], (trials, 2, count))
    for trial in range(trials):
        ours, theirs = seeds[trial]
        test = TestVariance(items[trial].var(ddof=1) / size, size - 1)
        difference = float(ours.mean() - theirs.mean() + items[trial].mean())
        spread = EstimatedDifference(difference, (ours.std(ddof=1), theirs.std(ddof=1)), (count, count), test)
        covered += abs(difference) <= spread.half_width()
    assert 0.92 <= covered / trials <= 0.98
