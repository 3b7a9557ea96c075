"""Writes what ``reading-a-board.md`` states: ``python docs/update_reading_a_board.py`` (about a minute).

The verdict in it is a published board's. The coverages are measured: how often a 95 % interval holds the truth. Each
trial draws fresh seeds (and for the verdict a fresh test set) whose truth is known, and asks the leaderboard's own
functions for the interval. A test measures again and compares.
"""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rnnbench.leaderboard import read_board
from rnnbench.leaderboard.paired_items import ScoredItems, item_moves, paired_variance
from rnnbench.leaderboard.prose import verdict_parts
from rnnbench.records.schema import MetricInfo
from rnnbench.statistics.aggregates import interquartile_interval
from rnnbench.statistics.difference import EstimatedDifference
from rnnbench.statistics.summary import BOOTSTRAP_FROM, deviation, interval, mean

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

PAGE = Path(__file__).with_name("reading-a-board.md")
COUNTS = (3, 5, 10)
TRIALS = 2000
_ITEMS = 200
_MSE = MetricInfo(name="mse", direction="min")
_BOARD = Path(__file__).parents[1] / "results" / "published" / "nlp"
_VERDICT = re.compile(r"(<!-- verdict -->\n).*?(<!-- end of verdict -->)", re.DOTALL)
_BLOCK = re.compile(r"(<!-- coverage -->\n).*?(<!-- end of coverage -->)", re.DOTALL)
# The mean between the quartiles of an exponential distribution, log 4/3 and log 4.
_MIDDLE_OF_EXPONENTIAL = 2 * (0.75 * (1 + math.log(4 / 3)) - 0.25 * (1 + math.log(4)))


def normal_seeds(draw: np.random.Generator, count: int) -> bool:
    """Whether the interval over seeds holds the mean of a normal distribution."""
    found = interval(draw.normal(size=count).tolist())
    return found is not None and found.low <= 0 <= found.high


def skewed_seeds(draw: np.random.Generator, count: int) -> bool:
    """The same of an exponential one: most seeds a little below the mean, a few far above."""
    found = interval(draw.exponential(size=count).tolist())
    return found is not None and found.low <= 1 <= found.high


def normal_middle(draw: np.random.Generator, count: int) -> bool:
    """Whether the interval of the interquartile mean holds that of a normal distribution."""
    found = interquartile_interval(draw.normal(size=count).tolist())
    return found is not None and found.low <= 0 <= found.high


def skewed_middle(draw: np.random.Generator, count: int) -> bool:
    """The same of an exponential one."""
    found = interquartile_interval(draw.exponential(size=count).tolist())
    return found is not None and found.low <= _MIDDLE_OF_EXPONENTIAL <= found.high


def verdict(draw: np.random.Generator, count: int) -> bool:
    """Whether a verdict's interval holds the difference, zero, of two equally good models whose seeds vary unequally.

    Items are hard or easy for both models, and each model finds some of them harder than the other does.
    """
    hardness = draw.gamma(2.0, 1.0, _ITEMS)
    sides = []
    for spread in (0.05, 0.1):
        items = hardness + draw.normal(0, 0.5, _ITEMS)
        runs = items + draw.normal(0, spread, (count, 1)) + draw.normal(0, 0.2, (count, _ITEMS))
        sides.append(runs)
    ours, theirs = (side.mean(axis=1).tolist() for side in sides)
    scored = [
        [ScoredItems({"squared_error": run.tolist(), "count": [1] * _ITEMS}, float(run.mean())) for run in side]
        for side in sides
    ]
    test = paired_variance(*(item_moves(_MSE, side) for side in scored))
    if test is None:
        raise ValueError("the two models answered the same items")
    deviations = (deviation(ours), deviation(theirs))
    difference = mean(ours) - mean(theirs)
    return abs(difference) <= EstimatedDifference(difference, deviations, (count, count), test).half_width()


ROWS: Mapping[str, Callable[[np.random.Generator, int], bool]] = {
    "mean over seeds, normal": normal_seeds,
    "mean over seeds, skewed": skewed_seeds,
    "interquartile mean, normal": normal_middle,
    "interquartile mean, skewed": skewed_middle,
    "difference of a verdict": verdict,
}


def measured(row: str, count: int, trials: int = TRIALS, stream: int = 0) -> float | None:
    """The share of trials whose interval holds the truth; None where a board states no such interval."""
    trial = ROWS[row]
    if trial in (normal_middle, skewed_middle) and count < BOOTSTRAP_FROM:
        return None
    draw = np.random.default_rng([stream, count, list(ROWS).index(row)])
    return sum(trial(draw, count) for _ in range(trials)) / trials


def table() -> str:
    """The measured coverages, in per cent."""
    lines = [["95 % interval of the", *(f"{count} seeds" for count in COUNTS)], [":--", *["--:"] * len(COUNTS)]]
    for row in ROWS:
        shares = [measured(row, count) for count in COUNTS]
        lines.append([row, *("" if share is None else f"{100 * share:.1f} %" for share in shares)])
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def quoted(text: str) -> str:
    """The text with a published verdict between its marks."""
    line = "; ".join(verdict_parts(read_board(_BOARD).tables[0].verdict))
    return _VERDICT.sub(lambda block: f"{block[1]}> {line}\n{block[2]}", text)


def updated(text: str) -> str:
    """The text with the coverages between their marks measured anew."""
    return _BLOCK.sub(lambda block: block[1] + table() + block[2], text)


def stated(text: str) -> dict[tuple[str, int], float]:
    """The shares that a text states, by row and number of seeds."""
    block = _BLOCK.search(text)
    lines = [[cell.strip() for cell in line.strip("| ").split("|")] for line in (block[0] if block else "").split("\n")]
    return {
        (line[0], count): float(cell.removesuffix(" %")) / 100
        for line in lines
        if line[0] in ROWS
        for count, cell in zip(COUNTS, [*line[1:], ""], strict=False)
        if cell
    }


if __name__ == "__main__":
    PAGE.write_text(updated(quoted(PAGE.read_text(encoding="utf-8"))), encoding="utf-8")
