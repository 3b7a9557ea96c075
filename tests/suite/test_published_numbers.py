"""Published numbers in a suite: what is kept of them, and the mistakes that are told."""

from __future__ import annotations

from collections.abc import Callable

from rnnbench.suite import Suite

SOUND = """\
budget: {steps: 10}
tune: none
models: [elman]
tasks:
  - {task: sentiment, dataset: reviews}
"""


def test_a_published_number_names_a_table_a_row_and_what_is_near_enough(read: Callable[..., Suite]) -> None:
    suite = read(
        SOUND
        + """\
published:
  - {task: sentiment/reviews, who: A, value: 80, source: table 1, row: elman, tolerance: 1.5, or_better: true}
  - {task: sentiment/reviews, who: B, value: 8.5, source: table 2}
"""
    )
    ours, theirs = suite.published
    assert (ours.row, ours.value, ours.tolerance, ours.or_better) == ("elman", 80.0, 1.5, True)
    assert (theirs.row, theirs.tolerance, theirs.or_better) == (None, None, False)


def test_a_suite_may_ask_for_the_baselines_alone(read: Callable[..., Suite]) -> None:
    assert read(SOUND.replace("[elman]", "[]")).models == ()


def test_mistakes_of_published_numbers_are_told_by_line(mistakes: Callable[..., list[str]]) -> None:
    lines = mistakes(
        SOUND
        + """\
published:
  - {task: sentiment/review, who: A, value: 80, source: table 1}
  - {task: sentiment/reviews, who: A, value: 80, source: table 1, row: elmann, tolerance: 1}
  - {task: sentiment/reviews, who: A, value: high, source: table 1, tolerence: 1}
  - {task: sentiment/reviews, who: A, value: 80, source: table 1, tolerance: 1}
"""
    )
    assert lines[0].startswith(
        "small.yaml:7:12: published[0].task: no task here is called 'sentiment/review' "
        "(did you mean 'sentiment/reviews'?), expected one of sentiment/reviews"
    )
    assert "published[1].row: no row here is called 'elmann' (did you mean 'elman'?), expected one of elman" in lines[1]
    assert "published[2].value: got 'high', expected a number" in lines[2]
    assert "published[2].tolerence: unknown field" in lines[3]
    assert "(did you mean 'tolerance'?)" in lines[3]
    assert lines[4].endswith("published[3]: has no row of ours to hold to it, expected row: a model or baseline:<name>")
    assert len(lines) == 5
