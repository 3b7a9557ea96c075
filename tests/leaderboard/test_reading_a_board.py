"""What ``docs/reading-a-board.md`` states is what is measured and published."""

import importlib.util
import math
import sys
from pathlib import Path

import pytest

_SCRIPT = Path(__file__).parents[2] / "docs" / "update_reading_a_board.py"
_SPEC = importlib.util.spec_from_file_location("update_reading_a_board", _SCRIPT)
update = sys.modules[_SPEC.name] = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(update)
STATED = update.stated(update.PAGE.read_text(encoding="utf-8"))
TRIALS = 150


def test_every_interval_is_stated_for_three_five_and_ten_seeds():
    everywhere = {(row, count) for row in update.ROWS for count in update.COUNTS}
    middle = {(row, count) for row, count in everywhere if row.startswith("interquartile") and count < 10}
    errors = {(row, count) for row in update.WRONG for count in update.COUNTS}
    assert set(STATED) == (everywhere - middle) | errors


@pytest.mark.parametrize("row", update.WRONG)
@pytest.mark.parametrize("count", update.COUNTS)
def test_a_verdict_is_wrong_no_more_often_than_it_may_be(row, count):
    """What the page states, and fresh trials: four standard errors above 2.5 %."""
    assert STATED[row, count] <= 0.025 + 4 * math.sqrt(0.025 / update.ERROR_TRIALS)
    assert update.wrong(row, count, 60, stream=1) <= 0.025 + 4 * math.sqrt(0.025 / 60)


@pytest.mark.parametrize(("row", "count"), [pair for pair in STATED if pair[0] in update.ROWS])
def test_fresh_trials_agree_within_their_error(row, count):
    """Four standard errors of so few trials: a wrong interval, such as the normal's for Student's, is found."""
    share = STATED[row, count]
    error = math.sqrt(share * (1 - share) * (1 / TRIALS + 1 / update.TRIALS))
    assert abs(update.measured(row, count, TRIALS, stream=1) - share) < 4 * error


def test_the_verdict_on_the_page_is_a_published_one():
    text = update.PAGE.read_text(encoding="utf-8")
    assert update.quoted(text) == text
    assert text.count("<!-- verdict -->\n> ") == 1


@pytest.mark.slow
def test_the_page_is_what_the_script_writes():
    text = update.PAGE.read_text(encoding="utf-8")
    assert update.updated(text) == text
