"""From estimated differences to one of the outcomes of a verdict. Pure arithmetic on estimates; no records.

All differences are losses: d(a, b) is how much worse a is than b, on the scale where scores are averaged. m is the
equivalence margin on that scale. Of the champions R (recurrent) and A (attention) and the baselines X:

- a baseline is enough: for one X better than chance, both -d(R, X) < m and -d(A, X) < m are shown;
- recurrent is enough: d(R, A) < m is shown, and -d(R, X) > m for every X;
- attention is needed: d(R, A) > m is shown, and -d(A, X) > m for every X;
- undecided: all else, with what it would take.

"Shown" is at 2.5 % one-sided, which is the end of a 95 % interval. Over the baselines that may be enough the p-values
are corrected by Holm; "for every X" needs no correction, since all of its tests have to succeed (Berger 1982).
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rnnbench.leaderboard.board import VerdictOutcome
from rnnbench.statistics.ranking import ERROR, holm

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rnnbench.statistics.difference import EstimatedDifference

MOST_SEEDS = 30
"""Where more seeds than these would be needed, the verdict says what else is missing."""
_ONE_SIDED = ERROR / 2


@dataclass(frozen=True)
class BesideBaseline:
    """How much worse each champion is than one baseline; its score is given as a loss."""

    label: str
    loss: float
    at_chance: bool
    recurrent: EstimatedDifference
    attention: EstimatedDifference


@dataclass(frozen=True)
class Decision:
    """An outcome, why there is no better one, and the baseline that is enough."""

    outcome: VerdictOutcome
    reason: str = ""
    baseline: BesideBaseline | None = None


def decide(
    difference: EstimatedDifference,
    limit: float,
    names: tuple[str, str] = ("", ""),
    baselines: Sequence[BesideBaseline] = (),
) -> Decision:
    """The outcome of a verdict.

    Args:
        difference: the recurrent champion's loss against the attention champion's.
        limit: the margin, on the scale of the differences.
        names: of the two champions, for the reason.
        baselines: each beside both champions.
    """
    if (enough := _enough(baselines, limit)) is not None:
        return Decision(VerdictOutcome.BASELINE, enough.label.removeprefix("baseline:"), enough)
    half = difference.half_width()
    if difference.difference + half < limit:
        outcome, name, gains = VerdictOutcome.RECURRENT, names[0], [(one, one.recurrent) for one in baselines]
    elif difference.difference - half > limit:
        outcome, name, gains = VerdictOutcome.ATTENTION, names[1], [(one, one.attention) for one in baselines]
    else:
        return Decision(VerdictOutcome.UNDECIDED, missing(difference, limit))
    for baseline, loss in sorted(gains, key=lambda pair: -pair[1].difference):
        if loss.p_below(-limit) > _ONE_SIDED:
            reason = f"{name} is not shown better than {baseline.label} by the margin; {missing(loss, -limit)}"
            return Decision(VerdictOutcome.UNDECIDED, reason)
    return Decision(outcome)


def missing(estimate: EstimatedDifference, limit: float) -> str:
    """What it would take to tell a difference from the margin."""
    distance = abs(estimate.difference - limit)
    more = bisect_left(range(MOST_SEEDS + 1), True, key=lambda more: estimate.half_width(more) < distance)
    if more <= MOST_SEEDS:
        return f"about {more} more seed{'' if more == 1 else 's'}"
    if estimate.test_half_width() >= distance:
        return "the test set is too small"
    return "too close to the margin"


def _enough(baselines: Sequence[BesideBaseline], limit: float) -> BesideBaseline | None:
    """The best baseline over which neither champion gains as much as the margin; None where that is not shown."""
    able = [one for one in baselines if not one.at_chance]
    p_values = holm([max(one.recurrent.p_above(-limit), one.attention.p_above(-limit)) for one in able])
    shown = [one for one, p_value in zip(able, p_values, strict=True) if p_value <= _ONE_SIDED]
    return min(shown, key=lambda one: (one.loss, one.label), default=None)
