"""All tasks together, against scipy, published figures and literal counting."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from leaderboard.factory import ACCURACY, PERPLEXITY, make_results, make_task, rendered, results_of
from rnnbench.leaderboard import FORMATS, make_board
from rnnbench.leaderboard.board import THRESHOLDS
from rnnbench.leaderboard.prose import across_remarks
from rnnbench.records.schema import Status
from rnnbench.statistics.average_ranks import critical_difference, friedman, indistinguishable, midranks

MODELS = ("gru", "lstm", "transformer")


def made(scores, metrics=None, **changes):
    """A board of several tasks: a list of {model: seeds' scores}, one a task."""
    plans, records = [], {}
    for index, each in enumerate(scores):
        metric = (metrics or {}).get(index, ACCURACY)
        task = make_task(f"task-{index}/data", (metric,), chance=300.0 if metric.ratio else 50.0)
        plan, found = make_results(each, task, optimum=changes.get("optimum"))
        plans.append(plan)
        records |= found
    tasks, runs = ([thing for plan in plans for thing in getattr(plan, name)] for name in ("tasks", "runs"))
    return make_board(plans[0].model_copy(update={"tasks": tuple(tasks), "runs": tuple(runs)}), records)


def drawn(tasks, seeds=3, steps=(0.0, 2.0, 9.0)):
    draw = np.random.default_rng(tasks)
    return [
        {model: (70 + step + draw.normal(0, 1, seeds)).tolist() for model, step in zip(MODELS, steps, strict=True)}
        for _ in range(tasks)
    ]


@given(st.lists(st.integers(0, 4), min_size=1, max_size=9))
def test_ranks_are_scipys_with_ties_shared(values):
    assert midranks(values) == tuple(stats.rankdata(values))


@pytest.mark.parametrize("kinds", [4, 1000])
def test_friedmans_test_is_scipys_in_iman_and_davenports_form(kinds):
    scores = np.random.default_rng(kinds).integers(0, kinds, (8, 5))  # four kinds of score: with ties
    ranks = stats.rankdata(scores, axis=1)
    chi2 = stats.friedmanchisquare(*scores.T).statistic
    wanted = stats.f.sf(7 * chi2 / (8 * 4 - chi2), 4, 4 * 7)
    assert friedman(ranks.tolist()) == pytest.approx(wanted, rel=1e-9)


def test_friedmans_test_of_equal_and_of_always_equally_ordered_models():
    assert friedman([[1.5, 1.5]] * 6) == 1.0
    assert friedman([[1.0, 2.0, 3.0]] * 6) == 0.0
    nearly = [[1.0, 2.0, 3.0]] * 11 + [[2.0, 1.0, 3.0]]
    chi2 = stats.friedmanchisquare(*zip(*nearly, strict=True)).statistic
    assert friedman(nearly) == pytest.approx(stats.f.sf(11 * chi2 / (12 * 2 - chi2), 2, 22), rel=1e-9)


def test_the_critical_difference_is_demsars():
    """Section 3.2.2 of the paper: four classifiers on fourteen data sets; table 5a, q at 5 % for two to ten."""
    assert critical_difference(4, 14) == pytest.approx(1.25, abs=0.005)
    for models, q in {2: 1.960, 3: 2.343, 4: 2.569, 5: 2.728, 7: 2.949, 10: 3.164}.items():
        assert critical_difference(models, 6) == pytest.approx(q * np.sqrt(models * (models + 1) / 36), abs=0.001)


@given(st.lists(st.integers(0, 20), min_size=1, max_size=8), st.integers(1, 9))
def test_groups_are_the_longest_stretches_within_the_difference(values, difference):
    averages = sorted(values)
    spans = [
        (first, last)
        for first in range(len(averages))
        for last in range(first + 1, len(averages))
        if averages[last] - averages[first] < difference
    ]
    longest = [span for span in spans if not any(o != span and o[0] <= span[0] and span[1] <= o[1] for o in spans)]
    assert indistinguishable(averages, difference) == longest


def test_three_tasks_have_average_ranks_and_nothing_else():
    scores = [
        {"a": [80.0, 82.0], "b": [79.0, 79.5], "c": [60.0, 61.0]},
        {"a": [80.0, 82.0], "b": [81.0, 81.0], "c": [90.0, 91.0]},
        {"a": [5.0, 6.0], "b": [4.0, 4.0], "c": [8.0, 9.0]},
    ]
    found = made(scores, {2: PERPLEXITY}).across
    assert [(standing.model, standing.average_rank, standing.ranks) for standing in found.standings] == [
        ("a", pytest.approx(5.5 / 3), (1, 2.5, 2)),
        ("b", pytest.approx(5.5 / 3), (2, 2.5, 1)),
        ("c", pytest.approx(7 / 3), (3, 1, 3)),
    ]
    assert (found.p_value, found.critical_difference, found.groups, found.thresholds) == (None, None, (), ())
    assert "3 tasks are too few to test whether average ranks differ." in across_remarks(found)


def test_one_task_or_one_common_model_is_no_summary():
    assert made(drawn(1)).across is None
    assert made([{"a": [1.0], "b": [2.0]}, {"a": [1.0], "c": [2.0]}]).across is None


def test_who_does_not_run_everywhere_or_has_runs_missing_is_left_out_and_named():
    scores = drawn(2)
    scores[0] |= {"only-here": [1.0, 2.0, 3.0], "failed": [1.0, 2.0, Status.FAILED]}
    scores[1] |= {"failed": [1.0, 2.0, 3.0]}
    found = made(scores).across
    assert {standing.model for standing in found.standings} == set(MODELS)
    assert dict(found.left_out) == {
        "failed": "incomplete 2/3 on task-0/data",
        "only-here": "does not run on task-1/data",
    }


def test_a_model_that_diverged_is_last_whatever_its_mean():
    scores = drawn(2)
    scores[0]["transformer"] = [99.0, 99.0, Status.DIVERGED]
    found = {standing.model: standing.ranks for standing in made(scores).across.standings}
    assert found["transformer"][0] == 3


def test_from_five_tasks_on_friedman_and_nemenyi_decide_who_can_be_told_apart():
    found = made(drawn(12, steps=(0.0, 0.3, 3.0))).across
    ranks = np.array([standing.ranks for standing in found.standings]).T
    chi2 = stats.friedmanchisquare(*ranks.T).statistic
    assert found.p_value == pytest.approx(stats.f.sf(11 * chi2 / (12 * 2 - chi2), 2, 22), rel=1e-9)
    assert found.critical_difference == pytest.approx(critical_difference(3, 12))
    assert found.standings[0].model == "transformer"
    assert [set(group) for group in found.groups] == [{"lstm", "gru"}]


def test_without_a_difference_among_all_none_between_two_is_claimed():
    turns = [(0.0, 1.0, 2.0), (2.0, 0.0, 1.0), (1.0, 2.0, 0.0)] * 2
    same = made([{model: [70.0 + step] for model, step in zip(MODELS, turn, strict=True)} for turn in turns]).across
    assert same.p_value == pytest.approx(1.0)
    assert [set(group) for group in same.groups] == [set(MODELS)]


@pytest.mark.parametrize("optimum", [None, 85.0])
def test_profiles_are_shares_of_runs_on_the_way_from_chance_to_the_goal(optimum):
    scores = drawn(6)
    found = made(scores, optimum=optimum).across
    assert found.thresholds == THRESHOLDS
    for standing in found.standings:
        shares = []
        for each in scores:
            goal = optimum or max(np.mean(values) for values in each.values())
            ways = (np.array(each[standing.model]) - 50) / (goal - 50)
            shares.append([np.mean(ways > threshold) for threshold in THRESHOLDS])
        assert standing.profile == pytest.approx(np.mean(shares, axis=0))


def test_the_way_of_a_ratio_metric_is_taken_on_the_log():
    scores = [{"a": [30.0, 3.0], "b": [3.0, 3.0]}] * 5
    found = made(scores, dict.fromkeys(range(5), PERPLEXITY)).across
    past = {standing.model: standing.profile for standing in found.standings}
    middle = THRESHOLDS.index(0.5)
    assert (past["a"][middle], past["a"][middle - 1], past["b"][-2]) == (0.5, 1.0, 1.0)  # log 300/30 = log 30/3


@pytest.mark.parametrize(("tasks", "shown"), [(3, False), (5, True)])
def test_formats_show_tests_and_profiles_from_five_tasks_on_and_not_before(tasks, shown):
    built = made(drawn(tasks))
    for ending in ("md", "tex"):
        text = rendered(ending, built)
        assert ("Friedman" in text) == ("Nemenyi" in text) == shown
        assert "average rank" in text
    assert ("| past 50 % |" in rendered("md", built)) == shown


def test_a_goal_no_better_than_chance_is_no_way_at_all():
    found = made([{"a": [40.0, 45.0], "b": [30.0, 31.0]}] * 5).across
    assert {share for standing in found.standings for share in standing.profile} == {0.0}


@pytest.mark.parametrize("ending", FORMATS)
def test_the_order_of_plan_and_records_changes_no_byte(ending):
    built = [make_results(scores, make_task(f"task-{index}/data")) for index, scores in enumerate(drawn(6))]
    tasks, runs = ([thing for plan, _ in built for thing in getattr(plan, name)] for name in ("tasks", "runs"))
    records = {run_id: record for _, found in built for run_id, record in found.items()}
    plan = built[0][0].model_copy(update={"tasks": tuple(tasks), "runs": tuple(runs)})
    mixed = plan.model_copy(update={"tasks": tuple(tasks[::-1]), "runs": tuple(runs[::-1])})
    shuffled = results_of(mixed, dict(reversed(records.items())))
    assert rendered(ending, shuffled) == rendered(ending, results_of(plan, records))
