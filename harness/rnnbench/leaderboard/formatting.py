"""Cleaned text and formatted numbers, shared by all formats. Text of records may be a third party's: it is cleaned."""

from __future__ import annotations

import math
from statistics import median_high
from typing import TYPE_CHECKING

from rnnbench.leaderboard.board import Row, RowKind, Table

if TYPE_CHECKING:
    from rnnbench.records.schema import MetricInfo
    from rnnbench.statistics.summary import Interval

_LONGEST = 200


def clean(text: str) -> str:
    """One printable line: control, format and line characters become blanks."""
    return " ".join("".join(character if character.isprintable() else " " for character in text).split())


def brief(text: str) -> str:
    """A clean line of at most 200 characters."""
    line = clean(text)
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"


def exact(value: float | None) -> str:
    """A number for programs: ten significant digits, the same on every computer; empty for none."""
    if value is None:
        return ""
    return str(value) if isinstance(value, int) else format(value + 0.0, ".10g")


def thousands(value: int | None) -> str:
    """A whole number with separators; empty for none."""
    return "" if value is None else f"{value:,}"


def decimals(table: Table) -> int:
    """How many decimals show four significant digits of the models' median score."""
    means = [abs(row.mean) for row in table.rows if row.mean and row.kind is RowKind.MODEL]
    digits = 3 - math.floor(math.log10(median_high(means))) if means else 3
    return min(max(digits, 0), 6)


def score(value: float | None, digits: int) -> str:
    """A score with so many decimals; a dash for none."""
    return "-" if value is None else f"{value:,.{digits}f}"


def span(interval: Interval | None, digits: int) -> str:
    """An interval with so many decimals; empty for none."""
    return "" if interval is None else f"[{score(interval.low, digits)}, {score(interval.high, digits)}]"


def asked_metrics(table: Table) -> list[MetricInfo]:
    """The metrics that the suite asks for beside the task's own, of which the table shows values."""
    return [
        metric for metric in dict.fromkeys(one for row in table.rows for one, _ in row.other_metrics) if metric.asked
    ]


def other(row: Row, metric: MetricInfo) -> str:
    """A row's value of a metric that does not rank; empty for none."""
    return next((f"{value:.4g}" for one, value in row.other_metrics if one == metric), "")


def half(interval: Interval | None, digits: int) -> str:
    """Half an interval's width, for narrow columns; empty for none."""
    return "" if interval is None else f"±{score((interval.high - interval.low) / 2, digits)}"


def distance(loss: float | None, metric: MetricInfo, digits: int) -> str:
    """How much worse (+) or better (-) than a reference, in per cent for ratio metrics; empty for none."""
    if loss is None:
        return ""
    return f"{100 * loss:+.1f} %" if metric.ratio else f"{loss:+,.{digits}f}"


def percent(share: float | None) -> str:
    """A share in per cent; empty for none."""
    return "" if share is None else f"{100 * share:.0f} %"


def heading(metric: MetricInfo) -> str:
    """The metric, its unit, and an arrow up where more is better, else down."""
    unit = f" ({metric.unit})" if metric.unit else ""
    return clean(f"{metric.name}{unit} {'↑' if metric.maximise else '↓'}")


def seeds(row: Row) -> str:
    """How many seeds have an outcome, and of how many planned unless all have."""
    return str(row.n) if row.complete else f"{row.n}/{row.planned}"


def rank(row: Row) -> str:
    """A model's rank, ``*`` if provisional, ``?`` if it has none; empty for baselines and the optimum."""
    if row.kind is not RowKind.MODEL:
        return ""
    return "?" if row.rank is None else f"{row.rank}{'*' if row.provisional else ''}"
