"""The built-in metrics, and what computes any metric of a run's items. NumPy alone is imported here.

A record is checked by them without torch, plugins or the libraries that score.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from rnnbench.contract.metrics import Metric, RatioOfSums, mean_metric
from rnnbench.metrics.labels import ACCURACY, MACRO_F1, SENTENCE_ACCURACY, TOKEN_ACCURACY
from rnnbench.metrics.language import BITS_PER_BYTE, CHARACTER_PERPLEXITY, FRAME_NLL, PERPLEXITY
from rnnbench.metrics.memory import ADDING_SOLVED, RECALL_SOLVED, RECALLED
from rnnbench.metrics.regression import MAE, MSE
from rnnbench.metrics.translation import BLEU, BLEU_OF_COUNTS, CHRF, CHRF_OF_COUNTS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rnnbench.records.schema import MetricInfo

BUILT_IN = (
    PERPLEXITY,
    CHARACTER_PERPLEXITY,
    BITS_PER_BYTE,
    FRAME_NLL,
    MSE,
    MAE,
    ACCURACY,
    MACRO_F1,
    TOKEN_ACCURACY,
    SENTENCE_ACCURACY,
    RECALLED,
    RECALL_SOLVED,
    ADDING_SOLVED,
    BLEU,
    BLEU_OF_COUNTS,
    CHRF,
    CHRF_OF_COUNTS,
)
"""A name stands more than once where the metric has several forms, which read other columns."""

NAMES = frozenset(metric.name for metric in BUILT_IN)


def find_metric(name: str, columns: Iterable[str] | None = None) -> Metric:
    """The built-in metric of that name.

    Args:
        name: as in a table's heading.
        columns: those of the items; the metric is the first of its forms that reads some of them. None: its first form.

    Raises:
        LookupError: there is none.
    """
    forms = [metric for metric in BUILT_IN if metric.name == name]
    if not forms:
        raise LookupError(f"no built-in metric is named {name!r}, only {', '.join(sorted(NAMES))}")
    if columns is None:
        return forms[0]
    given = set(columns)
    for metric in forms:
        if metric.columns.keys() <= given:
            return metric
    needed = " or ".join(", ".join(metric.columns) for metric in forms)
    raise LookupError(f"metric {name!r} reads the columns {needed}, not {', '.join(sorted(given))}")


def keeps_statistics(metric: Metric) -> bool:
    """Whether items keep its statistics: it is a plugin's function of sums, which others cannot compute."""
    return metric.statistics is not None and metric.sums is None and metric.name not in NAMES


def planned_metric(info: MetricInfo, columns: Iterable[str]) -> Metric:
    """The metric of a plan, where it can be computed without its plugin: a built-in one, or a ratio of sums.

    Raises:
        LookupError: it cannot.
    """
    if info.name in NAMES:
        return find_metric(info.name, columns)
    if info.sums is None:
        raise LookupError(f"metric {info.name!r} is a plugin's own")
    form = RatioOfSums(info.sums.total, info.sums.count, info.sums.scale)
    wanted = [name for name in (form.total, form.count, info.sums.identifies) if name is not None]
    if not set(wanted) <= set(columns):
        raise LookupError(f"metric {info.name!r} reads the columns {', '.join(wanted)}")
    return mean_metric(
        info.name,
        info.direction,
        form.total,
        form.count,
        scale=form.scale,
        kinds=("float64", "float64"),
        low=-math.inf if info.low is None else info.low,
        high=math.inf if info.high is None else info.high,
        unit=info.unit,
        ratio=info.ratio,
        identifies=info.sums.identifies,
    )
