"""Is a recurrent model enough, or is attention needed? One task's best pure recurrent model against its best with one.

With d the loss of recurrent minus attention (of logarithms for ratio metrics) and m the equivalence margin:
recurrent is enough where the 95 % interval of d ends below m, attention is needed where it starts above m, and all else
is undecided. Both champions are chosen on validation, so that no test score chooses them.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from rnnbench.leaderboard.board import PROVISIONAL_BELOW, Row, RowKind, Verdict, VerdictOutcome
from rnnbench.leaderboard.paired_items import ScoredItems, paired_variance
from rnnbench.leaderboard.placement import scaled
from rnnbench.records.schema import Margin, metric_range
from rnnbench.statistics.difference import NEARLY_NORMAL, EstimatedDifference
from rnnbench.statistics.pairing import TestVariance
from rnnbench.statistics.summary import deviation, mean

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from rnnbench.records.schema import MetricInfo, Record

    ItemReader = Callable[[Record], Mapping[str, Sequence[Any]] | None]

MOST_SEEDS = 30
"""Where more seeds than these would be needed, the verdict says what else is missing."""

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
        records: the records of each model's planned runs, by its label.
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
    caveats = [f"{row.model} is left out ({row.status})" for side, _ in sides for row in side if row.status != "done"]
    if all(row.to_baseline is not None and row.to_baseline >= 0 for row in (recurrent, attention)):
        caveats.append("neither beats the best baseline")
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
    test, note = _test_variance(recurrent, attention, records, items)
    verdict = _decide(recurrent, attention, test, margin(recurrent.metric, margins), [*caveats, *note])
    means = [row.mean for row in (recurrent, attention) if row.mean is not None]
    if chance is not None and not any(recurrent.metric.is_better(each, chance) for each in means):
        return replace(verdict, outcome=VerdictOutcome.NONE, reason="neither is better than chance")
    return verdict


def margin(metric: MetricInfo, margins: Margin) -> tuple[float, bool]:
    """(The equivalence margin, whether it is a share): points for metrics that count to a hundred, else a share."""
    return (margins.points, False) if metric.counts_to_a_hundred else (margins.relative, True)


def decide(estimate: EstimatedDifference, limit: float) -> tuple[VerdictOutcome, str]:
    """The outcome and the reason of a verdict, from a difference against a margin on the same scale."""
    half = estimate.half_width()
    if estimate.difference + half < limit:
        return VerdictOutcome.RECURRENT, ""
    if estimate.difference - half > limit:
        return VerdictOutcome.ATTENTION, ""
    distance = abs(estimate.difference - limit)
    more = bisect_left(range(MOST_SEEDS + 1), True, key=lambda more: estimate.half_width(more) < distance)
    if more <= MOST_SEEDS:
        return VerdictOutcome.UNDECIDED, f"about {more} more seed{'' if more == 1 else 's'}"
    if estimate.test_half_width() >= distance:
        return VerdictOutcome.UNDECIDED, "the test set is too small"
    return VerdictOutcome.UNDECIDED, "too close to the margin"


def _decide(
    recurrent: Row, attention: Row, test: TestVariance, limits: tuple[float, bool], caveats: Sequence[str]
) -> Verdict:
    metric = recurrent.metric
    limit, relative = limits
    ours, theirs = scaled(recurrent), scaled(attention)
    unit = abs(mean(theirs)) if relative and not metric.ratio and abs(mean(theirs)) > _SMALLEST else 1.0
    estimate = EstimatedDifference(
        difference=metric.as_loss(mean(ours) - mean(theirs)) / unit,
        deviations=(deviation(ours) / unit, deviation(theirs) / unit),
        counts=(len(ours), len(theirs)),
        test=TestVariance(test.variance / unit**2, test.freedom),
    )
    outcome, reason = decide(estimate, metric.loss_to_scale(limit))
    half = estimate.half_width()
    ends = (estimate.difference, estimate.difference - half, estimate.difference + half)
    difference, low, high = map(metric.loss_from_scale, ends)
    if not relative:  # two scores are no further apart than the range is wide
        least, largest = metric_range(metric)
        widest = max(largest - least, abs(difference))
        low, high = max(low, -widest), min(high, widest)
    return Verdict(
        outcome=outcome,
        reason=reason,
        recurrent=recurrent.model,
        attention=attention.model,
        relative=relative,
        difference=difference,
        low=low,
        high=high,
        margin=limit,
        seeds_error=estimate.seeds_error,
        test_error=estimate.test_error,
        caveats=tuple(caveats),
    )


def _test_variance(
    recurrent: Row, attention: Row, records: Mapping[str, Sequence[Record]], items: ItemReader | None
) -> tuple[TestVariance, list[str]]:
    """The variance that is due to the test set, and a caveat where it is not the paired one."""
    metric = recurrent.metric
    both = [records.get(row.model, ()) for row in (recurrent, attention)]
    paired = _paired(metric, both, items) if items else None
    if paired and paired.variance < _LARGEST:
        return paired, []
    errors = [[_scaled_error(record, metric) for record in side if metric.name in record.test_error] for side in both]
    variance = math.fsum(mean(side) * mean(side) for side in errors if side)  # one test set: more seeds change nothing
    if not all(errors) or not variance < _LARGEST:
        return TestVariance(0.0, NEARLY_NORMAL), ["without the test set's own error: the records do not state it"]
    return TestVariance(variance, NEARLY_NORMAL), ["test-set errors taken as independent: the interval is cautious"]


def _paired(metric: MetricInfo, both: Sequence[Sequence[Record]], items: ItemReader) -> TestVariance | None:
    sides = []
    for records in both:
        side = []
        for record in records:
            columns = items(record)
            if columns is None:
                return None
            side.append(ScoredItems(columns, metric.to_scale(record.metrics[metric.name])))
        sides.append(side)
    return paired_variance(metric, *sides)


def _scaled_error(record: Record, metric: MetricInfo) -> float:
    error = metric.error_to_scale(record.test_error[metric.name].std, record.metrics[metric.name])
    return min(error, _LARGEST)
