import math
import random

import pytest
from scipy import stats

from leaderboard.factory import (
    ACCURACY,
    F1,
    PERPLEXITY,
    make_model,
    make_plan,
    make_record,
    make_results,
    make_run,
    make_task,
    rendered,
    results_of,
)
from rnnbench.leaderboard import FORMATS, make_board
from rnnbench.leaderboard.board import RowKind
from rnnbench.records.schema import Kind, MetricInfo, Status
from rnnbench.records.storage import UnusableFile
from rnnbench.statistics.summary import interval

D, FAILED = Status.DIVERGED, Status.FAILED
MODELLING = make_task("language-modelling/grammar-text", (PERPLEXITY,), chance=300.0, trivial_loss=5.0)


def table(*args, **options):
    return make_board(*make_results(*args, **options)).tables[0]


def row(of, model):
    return next(row for row in of.rows if row.model == model)


def test_a_row_holds_mean_deviation_and_intervals():
    values = [84.0, 85.5, 84.5]
    found = row(table({"lstm": values}), "lstm")
    wanted = stats.ttest_1samp(values, 0).confidence_interval()
    assert found.mean == pytest.approx(sum(values) / 3)
    assert found.std == pytest.approx(stats.tstd(values))
    assert (found.seeds_interval.low, found.seeds_interval.high) == pytest.approx((wanted.low, wanted.high))
    assert found.test_interval.low == pytest.approx(0.98 * found.mean)  # each record says -2 % and +2 %
    assert found.test_interval.high == pytest.approx(1.02 * found.mean)
    assert (found.n, found.planned, found.status, found.rank) == (3, 3, "done", 1)
    assert found.values == ((0, 84.0), (1, 85.5), (2, 84.5))
    assert (found.core_params, found.params, found.state_bytes, found.positions) == (30000, 45000, 512, 3000)


def test_the_mean_of_perplexities_is_geometric_and_fewer_is_better():
    found = table({"lstm": [2.0, 8.0], "gru": [3.0, 3.0]}, MODELLING)
    assert row(found, "lstm").mean == pytest.approx(4.0)
    assert [row.model for row in found.rows] == ["gru", "lstm"]


def test_rows_are_ordered_by_rank_then_mean_then_label_and_references_follow():
    found = table(
        {
            "b": [80.0, 81.0, 82.0],
            "a": [80.0, 81.0, 82.0],
            "better": [80.5, 81.5, 82.5],
            "best": [99.0, 99.1, 98.9],
            "lost": [None, None, None],
        },
        baselines={"majority": 50.0, "words": 70.0},
        optimum=95.0,
    )
    labels = ["best", "better", "a", "b", "lost", "baseline:words", "baseline:majority", "optimum"]
    assert [row.model for row in found.rows] == labels
    assert [row.rank for row in found.rows] == [1, 2, 2, 2, None, None, None, None]


def test_baselines_and_the_optimum_have_no_rank_and_no_seed_interval():
    found = table({"lstm": [84.0, 85.0]}, baselines={"majority": 50.0}, optimum=90.0)
    for reference in found.rows[1:]:
        assert reference.kind is not RowKind.MODEL
        assert (reference.rank, reference.seeds_interval, reference.std) == (None, None, None)
        assert reference.status == "done"
    assert row(found, "optimum").mean == 90.0


def test_a_diverged_run_scores_chance_and_its_row_ranks_last_without_interval():
    found = table({"good": [60.0, 61.0], "broken": [99.0, 99.0, D], "bad": [20.0, 21.0]})
    broken = row(found, "broken")
    assert broken.mean == pytest.approx((99.0 + 99.0 + 50.0) / 3)
    assert (broken.rank, broken.seeds_interval, broken.test_interval) == (3, None, None)
    assert (broken.status, broken.diverged) == ("diverged 1/3", 1)
    assert "diverged: 1 of 3, scored as chance" in broken.marks
    assert [row.model for row in found.rows] == ["good", "bad", "broken"]


def test_rows_that_diverged_share_the_last_rank():
    found = table({"good": [60.0, 61.0], "x": [99.0, D], "y": [D, D]})
    assert [(row.model, row.rank) for row in found.rows] == [("good", 1), ("x", 2), ("y", 2)]


@pytest.mark.parametrize("lost", [None, Status.FAILED, Status.TIMEOUT, Status.OOM, Status.CRASHED])
def test_a_row_with_fewer_outcomes_than_planned_is_not_ranked(lost):
    found = table({"lstm": [60.0, 61.0, 62.0], "gru": [99.0, lost, 98.0]})
    gru = row(found, "gru")
    assert (gru.status, gru.rank, gru.n, gru.planned) == ("incomplete 2/3", None, 2, 3)
    assert row(found, "lstm").rank == 1
    assert [row.model for row in found.rows] == ["lstm", "gru"]
    assert found.pending == (lost is None)
    assert [failure.model for failure in found.failures] == ([] if lost is None else ["gru"])


def test_a_failure_says_which_run_and_why():
    (failure,) = table({"lstm": [60.0, FAILED]}).failures
    assert (failure.model, failure.run, failure.status, failure.reason) == ("lstm", "train seed 1", "failed", "made up")


def test_ranks_from_fewer_than_five_seeds_are_provisional():
    found = table({"four": [1.0, 2.0, 3.0, 4.0], "five": [1.0, 2.0, 3.0, 4.0, 5.0]})
    assert row(found, "four").provisional
    assert not row(found, "five").provisional


def test_one_seed_ranks_by_value():
    found = table({"a": [60.0], "b": [61.0], "c": [61.0]})
    assert [(row.model, row.rank) for row in found.rows] == [("b", 1), ("c", 1), ("a", 3)]
    assert found.gap is None


def test_distances_are_positive_where_a_row_is_worse():
    found = table({"lstm": [84.0, 86.0]}, baselines={"majority": 50.0, "words": 70.0}, optimum=90.0)
    assert found.best_baseline == "baseline:words"
    assert row(found, "lstm").to_optimum == pytest.approx(5.0)
    assert row(found, "lstm").to_baseline == pytest.approx(-15.0)
    assert row(found, "baseline:words").to_optimum == pytest.approx(20.0)


def test_distances_of_ratio_metrics_are_factors():
    found = table({"lstm": [12.0, 12.0]}, MODELLING, {"unigram": 240.0, "bigram": 24.0}, 10.0)
    assert row(found, "lstm").to_optimum == pytest.approx(0.2)
    assert row(found, "lstm").to_baseline == pytest.approx(-0.5)


def test_the_detectable_gap_of_a_ratio_metric_is_a_factor():
    additive = table({"a": [1.0, 2.0, 3.0]}).gap
    logs = table({"a": [math.exp(1.0), math.exp(2.0), math.exp(3.0)]}, MODELLING).gap
    assert logs == pytest.approx(math.expm1(additive))


def test_scores_that_are_too_good_or_too_bad_are_marked():
    found = table({"too-good": [91.0, 92.0], "too-bad": [40.0, 50.0]}, baselines={"majority": 50.0}, optimum=90.0)
    assert row(found, "too-good").marks == ("better than the optimum on this test set",)
    assert row(found, "too-bad").marks == ("no better than baseline:majority",)


def test_marks_tell_adapter_own_recipe_budget_trivial_level_and_notes():
    run = make_run("sentiment/reviews", "lstm", adapter="causal core as encoder")
    model = make_model("lstm", overrides={"learning_rate": 0.1})
    record = make_record(
        run, 80.0, core_params=31000, best_validation_loss=0.7, adapter=run.adapter, notes=("sliding window of 64",)
    )
    (found,) = make_board(make_plan([run], models=[model]), {run.id: record}).tables[0].rows
    assert found.marks == (
        "adapter: causal core as encoder",
        "own recipe: learning_rate=0.1",
        "outside the budget: 31,000 of 30,000 core parameters",
        "at the trivial level on validation: 1 of 1",
        "sliding window of 64",
    )


def test_a_tasks_own_budget_is_what_its_runs_are_held_to():
    run = make_run("sentiment/reviews", "lstm", core_params=500, resolved={"budget": {"core_params": 500}})
    (found,) = make_board(make_plan([run]), {run.id: make_record(run, 80.0)}).tables[0].rows
    assert found.marks == ()


def test_secondary_metrics_are_averaged_and_left_out_where_a_run_diverged():
    task = make_task(metrics=(ACCURACY, F1))
    plan, records = make_results({"lstm": [80.0, 82.0], "gru": [80.0, D]}, task)
    scored = {
        run_id: record.model_copy(update={"metrics": record.metrics | {"f1": record.metrics["accuracy"] / 2}})
        if record.metrics
        else record
        for run_id, record in records.items()
    }
    found = make_board(plan, scored).tables[0]
    assert row(found, "lstm").other_metrics == ((F1, 40.5),)
    assert row(found, "gru").other_metrics == ()


def test_tuning_runs_cost_and_choose_but_never_score():
    task = "sentiment/reviews"
    tuning = [make_run(task, "lstm", 10 + index, Kind.TUNE) for index in range(2)]
    run = make_run(task, "lstm")
    records = {one.id: make_record(one, 99.0, positions=400) for one in tuning}
    records[run.id] = make_record(run, 80.0, positions=1000, chosen={"learning_rate": 0.003})
    (found,) = make_board(make_plan([*tuning, run]), records).tables[0].rows
    assert (found.n, found.planned, found.mean) == (1, 1, 80.0)
    assert (found.positions, found.tune_positions) == (1000, 800)
    assert found.chosen == ("learning_rate=0.003",)


def test_records_outside_the_plan_are_listed_and_count_for_nothing():
    plan, records = make_results({"lstm": [80.0]})
    unplanned = make_run("sentiment/reviews", "lstm", seed=7)
    found = make_board(plan, records | {unplanned.id: make_record(unplanned, 99.0)})
    assert found.outside == (unplanned.id,)
    assert row(found.tables[0], "lstm").values == ((0, 80.0),)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"seed": 3}, "seed: the plan says 0, the record 3"),
        ({"model": "gru"}, "model: the plan says lstm, the record gru"),
        ({"kind": Kind.TUNE}, "kind: the plan says train, the record tune"),
        ({"metrics": {}}, "metrics.accuracy: missing"),
        ({"metrics": {"accuracy": 1e200}}, "metrics.accuracy: 1e+200 is out of range"),
    ],
)
def test_a_record_that_is_not_the_planned_runs_is_a_problem_and_no_outcome(change, complaint):
    plan, records = make_results({"lstm": [80.0]})
    (run_id,) = records
    found = make_board(plan, {run_id: records[run_id].model_copy(update=change)})
    assert found.problems == (UnusableFile(f"runs/{run_id}.json", complaint),)
    assert row(found.tables[0], "lstm").status == "incomplete 0/1"


def test_a_perplexity_of_zero_is_a_problem():
    plan, records = make_results({"lstm": [0.0, 12.0]}, MODELLING)
    assert "out of range" in make_board(plan, records).problems[0].cause


def test_a_task_that_cannot_be_scored_is_a_problem_and_has_no_table():
    plan, records = make_results({"lstm": [2.0]}, MODELLING.model_copy(update={"chance": 0.0}))
    found = make_board(plan, records)
    assert found.tables == ()
    assert "chance level must be positive" in found.problems[0].cause


def test_test_intervals_are_missing_unless_every_run_has_one():
    plan, records = make_results({"lstm": [80.0, 81.0]})
    first = min(records)
    records[first] = records[first].model_copy(update={"test_error": {}})
    assert row(make_board(plan, records).tables[0], "lstm").test_interval is None


@pytest.mark.parametrize("ending", FORMATS)
def test_every_format_is_byte_identical_whatever_the_order_of_its_input(results, ending):
    plan, records = results
    wanted = rendered(ending, results_of(plan, records))
    for seed in range(5):
        shuffle = random.Random(seed)
        mixed = {name: tuple(shuffle.sample(getattr(plan, name), len(getattr(plan, name)))) for name in PARTS}
        reordered = dict(shuffle.sample(sorted(records.items()), len(records)))
        assert rendered(ending, results_of(plan.model_copy(update=mixed), reordered)) == wanted


PARTS = ("tasks", "models", "runs", "skips")


@pytest.mark.parametrize(
    ("metric", "scores", "ends"),
    [
        (ACCURACY, (95.0, 83.0), (None, 100.0)),
        (PERPLEXITY, (1.0, 9.0), (1.0, None)),
        (MetricInfo(name="bleu", direction="max"), (0.0, 2.0), (0.0, None)),
        (MetricInfo(name="own", direction="max", low=-1.0, high=1.0), (-1.0, 1.0), (-1.0, 1.0)),
        (MetricInfo(name="own", direction="max", low=0.0), (0.0, 1.0), (0.0, None)),
    ],
    ids=["built-in", "ratio", "without-unit", "of-the-plan", "half-open"],
)
def test_no_interval_leaves_the_range_of_its_metric(metric, scores, ends):
    low, high = ends
    for values in (scores, scores * 5):
        found = row(table({"lstm": values}, make_task(metrics=(metric,), chance=1.0)), "lstm")
        for each in (found.seeds_interval, found.test_interval, found.interquartile_interval):
            assert each is None or low is None or each.low >= low
            assert each is None or high is None or each.high <= high
    cut = row(table({"lstm": scores}, make_task(metrics=(metric,), chance=1.0)), "lstm").seeds_interval
    assert low is None or cut.low == low
    assert high is None or cut.high == high


def test_a_score_beyond_the_stated_range_lies_in_its_interval():
    metric = MetricInfo(name="own", direction="max", low=0.0, high=1.0)
    found = row(table({"lstm": (2.0, 3.0)}, make_task(metrics=(metric,), chance=0.0)), "lstm")
    assert found.seeds_interval.low <= found.mean <= found.seeds_interval.high <= 3.0


def test_means_and_intervals_of_a_ratio_metric_are_taken_on_the_log():
    scores = [12.0, 12.5, 14.0]
    found = row(table({"lstm": scores}, make_task(metrics=(PERPLEXITY,), chance=300.0)), "lstm")
    logs = [math.log(score) for score in scores]
    assert found.mean == pytest.approx(math.exp(sum(logs) / 3))
    wanted = interval(logs)
    assert (found.seeds_interval.low, found.seeds_interval.high) == pytest.approx(
        (math.exp(wanted.low), math.exp(wanted.high))
    )
