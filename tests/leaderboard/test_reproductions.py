"""Which published numbers ours reach."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from rnnbench.leaderboard import prose
from rnnbench.leaderboard.reproductions import reproductions
from rnnbench.records.schema import MetricInfo, PublishedNumber

MSE = MetricInfo(name="mse", direction="min")
BLEU = MetricInfo(name="bleu", direction="max")


def outcome(metric, mean, complete=True, **number):
    row = SimpleNamespace(model="ours", mean=mean, complete=complete, n=3)
    claim = PublishedNumber(task="a", who="they", source="there", row="ours", **number)
    (found,) = reproductions([claim], [row], metric)
    return found


@pytest.mark.parametrize(
    ("metric", "mean", "number", "aim", "reached"),
    [
        (MSE, 1.296, {"value": 1.295, "tolerance": 0.001}, "1.295 ± 0.001", True),
        (MSE, 1.2961, {"value": 1.295, "tolerance": 0.001}, "1.295 ± 0.001", False),
        (MSE, 1.2939, {"value": 1.295, "tolerance": 0.001}, "1.295 ± 0.001", False),
        (MSE, 0.5, {"value": 0.9, "or_better": True}, "at most 0.9", True),
        (MSE, 0.91, {"value": 0.9, "or_better": True}, "at most 0.9", False),
        (BLEU, 33.0, {"value": 33, "or_better": True}, "at least 33", True),
        (BLEU, 32.9, {"value": 33, "or_better": True}, "at least 33", False),
        (BLEU, 32.5, {"value": 33, "or_better": True, "tolerance": 0.5}, "33 ± 0.5 or better", True),
        (BLEU, 40.0, {"value": 33, "or_better": True, "tolerance": 0.5}, "33 ± 0.5 or better", True),
        (BLEU, 40.0, {"value": 33}, "", None),
        (BLEU, None, {"value": 33, "or_better": True}, "at least 33", None),
    ],
)
def test_near_enough_is_what_the_suite_says(metric, mean, number, aim, reached):
    found = outcome(metric, mean, **number)
    assert (prose.aim(found), found.reached) == (aim, reached)
    assert prose.result(found) == {True: "reached", False: "not reached", None: ""}[reached]


def test_a_row_with_runs_to_come_is_not_judged():
    assert outcome(BLEU, 40.0, complete=False, value=33, or_better=True).reached is None


def test_the_line_under_a_table_holds_both_numbers():
    found = outcome(BLEU, 34.567, value=33, or_better=True)
    assert prose.reproduction_remark(found) == "published: 33, they (there); ours here 34.57; aim at least 33; reached"
    waiting = outcome(BLEU, 40.0, complete=False, value=33, or_better=True)
    assert (
        prose.reproduction_remark(waiting)
        == "published: 33, they (there); ours here has no result yet; aim at least 33"
    )
    beside = PublishedNumber(task="a", who="they", source="there", value=33)
    assert prose.reproduction_remark(next(reproductions([beside], [], BLEU))) == "published: 33, they (there)"
