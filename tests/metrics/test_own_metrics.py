"""A plugin's metric is checked offline as far as it can be, and by its plugin in full."""

from __future__ import annotations

import gzip
import hashlib
import json

import numpy as np
import pytest
from metrics.own_metrics import MEAN_NLL, SHARE, SPEARMAN

from rnnbench import Metric
from rnnbench.discovery import discover
from rnnbench.leaderboard.paired_items import ScoredItems, item_moves, paired_variance
from rnnbench.metrics import planned_metric
from rnnbench.metrics.scoring import bootstrap, resample_count, score
from rnnbench.records.storage import read_items, read_plan, read_records
from rnnbench.submission.validate.against_plugins import check_against_plugins
from rnnbench.submission.validate.validate import validate

NAMES = "[share, spearman, mean-nll]"


@pytest.fixture
def own(monkeypatch):
    """The three metrics are installed."""
    registry = discover()
    for metric in (SHARE, SPEARMAN, MEAN_NLL):
        monkeypatch.setitem(registry.metrics, metric.name, metric)


def change_record(folder, how):
    """Change the first record that has items, and its hash of them."""
    path = next(one for one in sorted((folder / "runs").glob("*.json")) if b'"baseline"' in one.read_bytes())
    record, stored = json.loads(path.read_bytes()), folder / "items" / f"{path.stem}.json.gz"
    items = json.loads(gzip.decompress(stored.read_bytes()))
    how(record, items)
    content = (json.dumps(items, sort_keys=True, separators=(",", ":")) + "\n").encode()
    stored.write_bytes(gzip.compress(content, mtime=0))
    record["items_sha256"] = hashlib.sha256(content).hexdigest()
    path.write_text(json.dumps(record), encoding="utf-8")


def test_the_plan_states_range_and_form_and_the_items_keep_statistics(own, board):
    folder = board(f"metrics: {NAMES}")
    plan = read_plan(folder)
    *_, share, spearman, mean_nll = plan.tasks[0].metrics
    assert (share.low, share.high, share.statistics, share.asked) == (0.0, 1.0, True, True)
    assert (spearman.low, spearman.high, spearman.statistics) == (-1.0, 1.0, False)
    assert (mean_nll.high, mean_nll.sums.total, mean_nll.sums.identifies) == (None, "nll", "label")
    record = next(one for one in read_records(folder).values() if one.kind == "baseline")
    items = read_items(folder, record.id)
    np.testing.assert_array_equal(
        np.stack([items["metric:share:0"], items["metric:share:1"]], axis=1), SHARE.per_item(items)
    )
    assert planned_metric(mean_nll, items).value(items) == record.metrics["mean-nll"] == np.mean(items["nll"])
    stated = json.loads((folder / "plan.json").read_bytes())["tasks"][0]["metrics"]
    assert stated[0] == {"name": "accuracy", "direction": "max", "unit": "%", "ratio": False, "low": 0.0, "high": 100.0}
    assert "high" not in stated[-1]


def test_a_sound_board_is_valid_offline_and_by_its_plugins(own, board):
    folder = board(f"metrics: {NAMES}")
    report = validate(folder)
    assert not report.problems
    assert any("by range alone" in note and "share, spearman" in note for note in report.notes)
    assert check_against_plugins(folder) == []


@pytest.mark.parametrize(
    ("how", "problem"),
    [
        (lambda record, items: record["metrics"].update(share=1.5), "metrics.share: expected '0 to 1'"),
        (lambda record, items: record["test_error"]["spearman"].update(low=-2.0), "test_error.spearman.low: expected"),
        (lambda record, items: items.pop("metric:share:0"), "metric:share:0: expected the statistics of each item"),
        (lambda record, items: items.update({"metric:share:1": ["one"] * 30}), "metric:share:1: expected finite"),
        (lambda record, items: record["metrics"].update({"mean-nll": 0.125}), "metrics.mean-nll: expected"),
        (lambda record, items: record["test_error"]["mean-nll"].update(std=0.125), "test_error.mean-nll.std: expected"),
    ],
)
def test_what_contradicts_the_plan_is_found_without_the_plugin(own, board, how, problem):
    folder = board(f"metrics: {NAMES}")
    change_record(folder, how)
    assert any(problem in str(one) for one in validate(folder).problems)


@pytest.mark.parametrize(
    ("how", "problem"),
    [
        (lambda record, items: record["metrics"].update(share=0.125), "metrics.share: expected"),
        (lambda record, items: record["test_error"]["spearman"].update(std=0.125), "test_error.spearman.std: expected"),
        (lambda record, items: items["metric:share:0"].__setitem__(0, 0.5), "metric:share:0: expected what the items"),
    ],
)
def test_what_is_possible_and_not_true_is_found_by_the_plugin(own, board, how, problem):
    folder = board(f"metrics: {NAMES}")
    change_record(folder, how)
    assert not validate(folder).problems
    assert any(problem in str(one) for one in check_against_plugins(folder))


def test_a_metric_that_is_no_function_of_sums_is_bootstrapped_by_resampling_items():
    random = np.random.default_rng(0)
    label = random.choice(["a", "b"], 40).tolist()
    predicted = random.choice(["a", "b"], 40).tolist()
    items = {"label": label, "predicted": predicted, "nll": random.random(40).tolist()}
    found = bootstrap(SPEARMAN, items, np.random.default_rng(5), resamples=30)
    drawn = []
    for counts in np.random.default_rng(5).multinomial(40, np.full(40, 1 / 40), size=30):
        rows = np.repeat(np.arange(40), counts)
        drawn.append(score(SPEARMAN, {name: [column[row] for row in rows] for name, column in items.items()}))
    assert found == (np.std(drawn, ddof=1), *np.quantile(drawn, [0.025, 0.975]))
    assert [resample_count(SPEARMAN, count) for count in (10, 2000, 10**6)] == [1000, 500, 200]


def test_resamples_of_which_a_metric_is_undefined_are_left_out_unless_there_are_many():
    items = {"value": [1.0, 2.0, float(3)]}
    rarely = Metric("rarely", "max", columns={"value": "float64"}, of_items=_undefined_of_ones)
    std, low, high = bootstrap(rarely, items, np.random.default_rng(0))
    assert np.isfinite([std, low, high]).all()
    never = Metric("never", "max", columns={"value": "float64"}, of_items=lambda items: float("nan"))
    with pytest.raises(FloatingPointError, match="metric 'never' is undefined of 100% of the resamples"):
        bootstrap(never, items, np.random.default_rng(0))


def _undefined_of_ones(items):
    return float("nan") if set(items["value"]) == {1.0} else float(np.mean(items["value"]))


def test_two_models_are_paired_by_a_plugins_ratio_of_sums(own, board):
    folder = board("metrics: [mean-nll]")
    info = read_plan(folder).tasks[0].metrics[-1]
    runs = [
        ScoredItems(read_items(folder, record.id), record.metrics["mean-nll"])
        for record in read_records(folder).values()
        if record.kind == "baseline"
    ]
    found = paired_variance(item_moves(info, runs[:1]), item_moves(info, runs[1:2]))
    moves = np.asarray(runs[0].items["nll"]) - np.asarray(runs[1].items["nll"])
    assert found is not None
    assert found.variance == pytest.approx(moves.var(ddof=1) / len(moves), rel=1e-4)


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"statistics": SHARE.statistics},
        {"statistics": SHARE.statistics, "values": SHARE.values, "of_items": SPEARMAN.of_items},
    ],
)
def test_a_metric_says_in_one_way_how_it_is_computed(wrong):
    with pytest.raises(ValueError, match="metric 'odd': expected statistics and values, or of_items"):
        Metric("odd", "max", columns={"nll": "float64"}, **wrong)
