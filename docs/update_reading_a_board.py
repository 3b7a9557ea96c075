"""Writes what ``reading-a-board.md`` states: ``python docs/update_reading_a_board.py`` (some minutes).

The verdict in it is a published board's. The coverages and error rates are measured. Each
trial draws fresh seeds (and for the verdict a fresh test set) whose truth is known, and asks the leaderboard's own
functions for the interval. A test measures again and compares.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rnnbench.leaderboard import read_board
from rnnbench.leaderboard.board import VerdictOutcome
from rnnbench.leaderboard.decision import BesideBaseline, decide
from rnnbench.leaderboard.paired_items import Moves, ScoredItems, item_moves, paired_variance
from rnnbench.leaderboard.prose import verdict_parts
from rnnbench.records.schema import MetricInfo
from rnnbench.statistics.aggregates import interquartile_interval
from rnnbench.statistics.difference import EstimatedDifference
from rnnbench.statistics.summary import BOOTSTRAP_FROM, deviation, interval, mean

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from rnnbench.statistics.pairing import Floats

PAGE = Path(__file__).with_name("reading-a-board.md")
COUNTS = (3, 5, 10)
TRIALS = 2000
ERROR_TRIALS = 1000
_ITEMS = 200
_MSE = MetricInfo(name="mse", direction="min")
_BOARD = Path(__file__).parents[1] / "results" / "published" / "nlp"
_VERDICT = re.compile(r"(<!-- verdict -->\n).*?(<!-- end of verdict -->)", re.DOTALL)
_ERRORS = re.compile(r"(<!-- errors -->\n).*?(<!-- end of errors -->)", re.DOTALL)
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
    """Whether a verdict's interval holds the difference, zero, of two equal models whose seeds vary unequally."""
    hardness = draw.gamma(2.0, 1.0, _ITEMS)
    found = _difference(*(_Answers.drawn(draw, hardness, spread, count) for spread in (0.05, 0.1)))
    return abs(found.difference) <= found.half_width()


@dataclass(frozen=True)
class _Answers:
    """The scores of a model's seeds on one test set, or of a baseline, and how far each item moves them."""

    scores: list[float]
    moves: Moves

    @classmethod
    def drawn(cls, draw: np.random.Generator, hardness: Floats, spread: float, count: int) -> _Answers:
        """Items are hard or easy for everyone, and each model finds some of them harder than others do."""
        items = hardness + draw.normal(0, 0.5, _ITEMS)
        runs = items + draw.normal(0, spread, (count, 1)) + draw.normal(0, 0.2, (count, _ITEMS))
        means = [float(run.mean()) for run in runs]
        columns = [{"squared_error": run.tolist(), "count": [1] * _ITEMS} for run in runs]
        moves = item_moves(_MSE, [ScoredItems(*pair) for pair in zip(columns, means, strict=True)])
        if moves is None:
            raise ValueError("all runs answered the same items")
        return cls(means, moves)


def _difference(ours: _Answers, theirs: _Answers) -> EstimatedDifference:
    """The difference between two, as a board estimates it."""
    test = paired_variance(ours.moves, theirs.moves)
    if test is None:
        raise ValueError("the two answered the same items")
    first, second = (deviation(each.scores) if len(each.scores) > 1 else 0.0 for each in (ours, theirs))
    counts = (len(ours.scores), len(theirs.scores))
    return EstimatedDifference(mean(ours.scores) - mean(theirs.scores), (first, second), counts, test)


def _outcome(
    draw: np.random.Generator, count: int, losses: tuple[float, float], baselines: tuple[float, ...]
) -> VerdictOutcome:
    """What a verdict says of two models with these losses, beside baselines with theirs."""
    hardness = draw.gamma(2.0, 1.0, _ITEMS)
    ours, theirs = (
        _Answers.drawn(draw, hardness + loss, spread, count) for loss, spread in zip(losses, (0.05, 0.1), strict=True)
    )
    beside = []
    for index, loss in enumerate(baselines):
        answers = _Answers.drawn(draw, hardness + loss, 0.0, 1)
        pair = (_difference(ours, answers), _difference(theirs, answers))
        beside.append(BesideBaseline(f"baseline:{index}", loss, False, *pair))
    return decide(_difference(ours, theirs), _MARGIN, ("ours", "theirs"), beside).outcome


_MARGIN = 0.1
_FAR = 9.0
WRONG: Mapping[str, tuple[VerdictOutcome, tuple[float, float], tuple[float, ...]]] = {
    "recurrent is enough; it loses just the margin": (VerdictOutcome.RECURRENT, (_MARGIN, 0.0), (_FAR,)),
    "recurrent is enough; it gains just the margin over a baseline": (VerdictOutcome.RECURRENT, (0.0, 0.5), (_MARGIN,)),
    "attention is needed; recurrent loses just the margin": (VerdictOutcome.ATTENTION, (_MARGIN, 0.0), (_FAR,)),
    "a baseline is enough; attention gains just the margin": (VerdictOutcome.BASELINE, (0.5, 0.0), (_MARGIN,)),
    "a baseline is enough; over each of five attention gains just the margin": (
        VerdictOutcome.BASELINE,
        (0.5, 0.0),
        (_MARGIN,) * 5,
    ),
}
"""What a verdict may say though it is not so, by the least: the outcome, the models' true losses, the baselines'."""


def wrong(row: str, count: int, trials: int = ERROR_TRIALS, stream: int = 0) -> float:
    """How often a verdict says what is not so."""
    said, losses, baselines = WRONG[row]
    draw = np.random.default_rng([stream, count, 1000 + list(WRONG).index(row)])
    return sum(_outcome(draw, count, losses, baselines) == said for _ in range(trials)) / trials


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


def errors() -> str:
    """The measured error rates, in per cent."""
    lines = [["says, though", *(f"{count} seeds" for count in COUNTS)], [":--", *["--:"] * len(COUNTS)]]
    lines += [[row, *(f"{100 * wrong(row, count):.1f} %" for count in COUNTS)] for row in WRONG]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def quoted(text: str) -> str:
    """The text with a published verdict between its marks."""
    line = "; ".join(verdict_parts(read_board(_BOARD).tables[0].verdict))
    return _VERDICT.sub(lambda block: f"{block[1]}> {line}\n{block[2]}", text)


def updated(text: str) -> str:
    """The text with the coverages and error rates between their marks measured anew."""
    text = _ERRORS.sub(lambda block: block[1] + errors() + block[2], text)
    return _BLOCK.sub(lambda block: block[1] + table() + block[2], text)


def stated(text: str) -> dict[tuple[str, int], float]:
    """The shares that a text states, by row and number of seeds."""
    blocks = "\n".join(found[0] for block in (_BLOCK, _ERRORS) if (found := block.search(text)))
    lines = [[cell.strip() for cell in line.strip("| ").split("|")] for line in blocks.split("\n")]
    return {
        (line[0], count): float(cell.removesuffix(" %")) / 100
        for line in lines
        if line[0] in ROWS or line[0] in WRONG
        for count, cell in zip(COUNTS, [*line[1:], ""], strict=False)
        if cell
    }


if __name__ == "__main__":
    PAGE.write_text(updated(quoted(PAGE.read_text(encoding="utf-8"))), encoding="utf-8")
