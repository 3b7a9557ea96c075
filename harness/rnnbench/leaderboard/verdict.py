"""Is a recurrent model enough, is attention needed, or is a baseline enough? The best of each kind on one task.

Two champions, the best pure recurrent model and the best with attention, are held against each other and against every
baseline; see :mod:`rnnbench.leaderboard.decision`. Both are chosen on validation, so that no test score chooses them.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from rnnbench.leaderboard.board import (
    PROVISIONAL_BELOW,
    AgainstBaseline,
    Row,
    RowKind,
    Verdict,
    VerdictOutcome,
)
from rnnbench.leaderboard.decision import BesideBaseline, decide
from rnnbench.leaderboard.paired_items import Moves, ScoredItems, item_moves, paired_variance
from rnnbench.leaderboard.placement import scaled
from rnnbench.records.schema import Margin, metric_range
from rnnbench.statistics.difference import NEARLY_NORMAL, EstimatedDifference
from rnnbench.statistics.pairing import TestVariance
from rnnbench.statistics.summary import deviation, mean

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from rnnbench.records.schema import MetricInfo, Record

    ItemReader = Callable[[Record], Mapping[str, Sequence[Any]] | None]

_RECURRENT = ("recurrent",)
_ATTENTION = ("attention", "recurrent+attention")
_SMALLEST, _LARGEST = 1e-50, 1e200
"""Records with means below or variances above are damaged: neither may overflow what is computed from it."""


def judge(
    rows: Sequence[Row],
    records: Mapping[str, Sequence[Record]],
    items: ItemReader | None = None,
    margins: Margin = Margin(),  # noqa: B008  frozen
    chance: float | None = None,
) -> Verdict:
    """The verdict on one task.

    Args:
        rows: the task's rows.
        records: the records of the planned runs of each model and baseline, by its label.
        items: reads the items of a record, None where there are none; without them the two models' test-set errors
            count as independent, which makes the interval wider than it need be.
        margins: the suite's.
        chance: the score of a predictor that learned nothing; where neither side is better there is no verdict.
    """
    sides = []
    for name, families in (("pure recurrent", _RECURRENT), ("attention", _ATTENTION)):
        side = [row for row in rows if row.kind is RowKind.MODEL and row.family in families]
        ready = [row for row in side if row.complete and row.values and not row.diverged]
        scored = [(row.validation_loss, row.model, row) for row in ready if row.validation_loss is not None]
        if not scored:
            cause = "is planned" if not side else "has all its runs done"
            return Verdict(VerdictOutcome.NONE, f"no {name} model {cause}")
        sides.append((side, min(scored)[2]))
    (_, recurrent), (_, attention) = sides
    baselines = [row for row in rows if row.kind is RowKind.BASELINE]
    caveats = [f"{row.model} is left out ({row.status})" for side, _ in sides for row in side if row.status != "done"]
    if min(recurrent.n, attention.n) < 2:
        return Verdict(
            VerdictOutcome.UNDECIDED,
            "one seed does not show how far seeds differ",
            recurrent.model,
            attention.model,
            caveats=tuple(caveats),
        )
    if min(recurrent.n, attention.n) < PROVISIONAL_BELOW:
        caveats.append("provisional: fewer than five seeds")
    compare = _Differences(records, items, margins)
    verdict = _decided(recurrent, attention, [row for row in baselines if row.mean is not None], compare, chance)
    verdict = replace(verdict, caveats=(*caveats, *verdict.caveats))
    unscored = next((row.model for row in baselines if row.mean is None), None)
    if unscored and verdict.outcome in (VerdictOutcome.RECURRENT, VerdictOutcome.ATTENTION):
        verdict = replace(verdict, outcome=VerdictOutcome.UNDECIDED, reason=f"{unscored} has no score")
    means = [row.mean for row in (recurrent, attention) if row.mean is not None]
    if chance is not None and not any(recurrent.metric.is_better(each, chance) for each in means):
        return replace(verdict, outcome=VerdictOutcome.NONE, reason="neither is better than chance")
    return verdict


def margin(metric: MetricInfo, margins: Margin) -> tuple[float, bool]:
    """(The equivalence margin, whether it is a share): points for metrics that count to a hundred, else a share."""
    return (margins.points, False) if metric.counts_to_a_hundred else (margins.relative, True)


def _decided(
    recurrent: Row, attention: Row, baselines: Sequence[Row], compare: _Differences, chance: float | None
) -> Verdict:
    metric = recurrent.metric
    limit, relative = margin(metric, compare.margins)
    estimate, notes = compare(recurrent, attention)
    beside = [
        BesideBaseline(
            row.model,
            metric.as_loss(row.mean or 0.0),
            _at_chance(row, chance),
            compare(recurrent, row)[0],
            compare(attention, row)[0],
        )
        for row in baselines
    ]
    decision = decide(estimate, metric.loss_to_scale(limit), (recurrent.model, attention.model), beside)
    nearest = [decision.baseline] if decision.baseline else []
    against = _against_baselines(metric, (recurrent.model, attention.model), nearest or beside, relative=relative)
    difference, low, high = _interval(metric, estimate, relative=relative)
    return Verdict(
        outcome=decision.outcome,
        reason=decision.reason,
        recurrent=recurrent.model,
        attention=attention.model,
        relative=relative,
        difference=difference,
        low=low,
        high=high,
        margin=limit,
        enough_above=max(0.0, high) if decision.baseline is None else _least_margin(metric, decision.baseline),
        seeds_error=estimate.seeds_error,
        test_error=estimate.test_error,
        against_baselines=against,
        caveats=tuple(notes),
    )


def _against_baselines(
    metric: MetricInfo, champions: tuple[str, str], beside: Sequence[BesideBaseline], *, relative: bool
) -> tuple[AgainstBaseline, ...]:
    """Each champion against the baseline over which it gains least."""
    found = []
    for name, side in zip(champions, ("recurrent", "attention"), strict=True):
        pairs = [(getattr(one, side), one.label) for one in beside]
        if pairs:
            estimate, label = max(pairs, key=lambda pair: (pair[0].difference, pair[1]))
            found.append(AgainstBaseline(name, label, *_interval(metric, estimate, relative=relative)))
    return tuple(found)


def _least_margin(metric: MetricInfo, baseline: BesideBaseline) -> float:
    """The margin above which neither champion is shown to gain over a baseline, by their 95 % intervals."""
    sides = (baseline.recurrent, baseline.attention)
    return max(0.0, *(metric.loss_from_scale(side.half_width() - side.difference) for side in sides))


def _interval(metric: MetricInfo, estimate: EstimatedDifference, *, relative: bool) -> tuple[float, float, float]:
    """(The difference, and the two ends of its 95 % interval), as losses."""
    half = estimate.half_width()
    ends = (estimate.difference, estimate.difference - half, estimate.difference + half)
    difference, low, high = map(metric.loss_from_scale, ends)
    if not relative:  # two scores are no further apart than the range is wide
        least, largest = metric_range(metric)
        widest = max(largest - least, abs(difference))
        low, high = max(low, -widest), min(high, widest)
    return difference, low, high


def _at_chance(row: Row, chance: float | None) -> bool:
    """Whether a baseline is not shown better than chance by this test set."""
    if chance is None or row.mean is None:
        return False
    interval = row.test_interval
    ends = (row.mean,) if interval is None else (interval.low, interval.high, row.mean)
    return not all(row.metric.is_better(end, chance) for end in ends)


class _Differences:
    """Estimates how much worse one row is than another, from the seeds of both and from items that both answered."""

    def __init__(self, records: Mapping[str, Sequence[Record]], items: ItemReader | None, margins: Margin) -> None:
        self.records, self.items, self.margins = records, items, margins
        self._moves: dict[str, Moves | None] = {}

    def __call__(self, row: Row, other: Row) -> tuple[EstimatedDifference, list[str]]:
        """The loss of ``row`` against ``other``, a share of the other's where the margin is one, and caveats."""
        metric = row.metric
        _, relative = margin(metric, self.margins)
        ours, theirs = scaled(row), scaled(other)
        unit = abs(mean(theirs)) if relative and not metric.ratio and abs(mean(theirs)) > _SMALLEST else 1.0
        test, notes = self._test_variance(row, other)
        estimate = EstimatedDifference(
            difference=metric.as_loss(mean(ours) - mean(theirs)) / unit,
            deviations=(_deviation(ours) / unit, _deviation(theirs) / unit),
            counts=(len(ours), len(theirs)),
            test=TestVariance(test.variance / unit**2, test.freedom),
        )
        return estimate, notes

    def _test_variance(self, row: Row, other: Row) -> tuple[TestVariance, list[str]]:
        """The variance that is due to the test set, and a caveat where it is not the paired one."""
        metric = row.metric
        paired = paired_variance(self._item_moves(row), self._item_moves(other))
        if paired and paired.variance < _LARGEST:
            return paired, []
        both = [self.records.get(each.model, ()) for each in (row, other)]
        errors = [[_scaled_error(one, metric) for one in side if metric.name in one.test_error] for side in both]
        variance = math.fsum(mean(side) * mean(side) for side in errors if side)  # one test set, however many seeds
        if not all(errors) or not variance < _LARGEST:
            return TestVariance(0.0, NEARLY_NORMAL), ["without the test set's own error: the records do not state it"]
        return TestVariance(variance, NEARLY_NORMAL), ["test-set errors taken as independent: the interval is cautious"]

    def _item_moves(self, row: Row) -> Moves | None:
        """How far each item moves the row's score, read once for all comparisons."""
        if row.model not in self._moves:
            self._moves[row.model] = self._read(row)
        return self._moves[row.model]

    def _read(self, row: Row) -> Moves | None:
        runs = []
        for record in self.records.get(row.model, ()):
            columns = self.items(record) if self.items else None
            if columns is None:
                return None
            runs.append(ScoredItems(columns, row.metric.to_scale(record.metrics[row.metric.name])))
        return item_moves(row.metric, runs) if runs else None


def _deviation(values: Sequence[float]) -> float:
    """Between seeds; a baseline has none."""
    return deviation(values) if len(values) > 1 else 0.0


def _scaled_error(record: Record, metric: MetricInfo) -> float:
    error = metric.error_to_scale(record.test_error[metric.name].std, record.metrics[metric.name])
    return min(error, _LARGEST)
