"""What the built-in metrics compute, as plain functions of columns of items.

Scoring a run and checking a stranger's record use the same formulas. Here they need NumPy alone, so that a record is
checked without torch, plugins or the libraries that score. N is sums of statistics, I items, K statistics of an item.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

Kind = Literal["float64", "int64", "string"]
Floats = npt.NDArray[np.float64]
Items = Mapping[str, Sequence[Any]]

SOLVED_MSE = 0.01
"""Adding is solved below this mean squared error on the test rows."""
SOLVED_RECALL = 99.0
"""Recall is solved above this share of right answers on the test rows, in per cent."""

_CHUNK = 1 << 22  # resampling counts held at once


@dataclass(frozen=True)
class Formula:
    """A metric as a function of statistics that are summed over items.

    ``columns`` names the columns that it reads and their types; ``statistics`` gives one row of K for each item, and
    ``scaled`` the metric of each of N x K sums, of a ratio metric its logarithm; it depends on their proportions alone.
    ``asked`` names the column that is the task's and not the model's; None for a step, of which there is no derivative.
    ``signature`` says how it is computed, where its name does not.
    """

    metric: str
    direction: Literal["min", "max"]
    columns: Mapping[str, Kind]
    statistics: Callable[[Items], Floats]
    scaled: Callable[[Floats], Floats]
    asked: str | None = None
    ratio: bool = False
    signature: Callable[[], str | None] = lambda: None

    def values(self, totals_NK: Floats) -> Floats:
        """The metric of each of N sums."""
        scaled_N = self.scaled(totals_NK)
        if not self.ratio:
            return scaled_N
        with np.errstate(over="ignore"):  # infinite where it overflows
            return np.exp(scaled_N)

    def __call__(self, items: Items) -> float:
        """The metric of all items."""
        return float(self.values(self.statistics(items).sum(axis=0, keepdims=True))[0])


def find_formula(metric: str, columns: Iterable[str]) -> Formula:
    """The formula of that metric that reads these columns; others may be among them.

    Raises:
        LookupError: the harness has none: the metric is a plugin's own.
    """
    given = set(columns)
    for formula in FORMULAS:
        if formula.metric == metric and formula.columns.keys() <= given:
            return formula
    raise LookupError(f"the harness has no formula for {metric!r} of the columns {', '.join(sorted(given))}")


def resampling_counts(seed_generator: np.random.Generator, items: int, resamples: int) -> Iterator[npt.NDArray[Any]]:
    """How often each item stands in each resample of a bootstrap: N x I counts, a part of the resamples at a time."""
    chances, step = np.full(items, 1 / items), max(1, _CHUNK // items)
    for first in range(0, resamples, step):
        yield seed_generator.multinomial(items, chances, size=min(step, resamples - first))


def spread(values_N: Floats) -> tuple[float, float, float]:
    """(Standard deviation, 2.5 %, 97.5 %) of resampled values."""
    low, high = np.quantile(values_N, [0.025, 0.975])
    return float(values_N.std(ddof=1)), float(low), float(high)


# Two columns, one summed over the other


def _error(metric: str, total: str, count: str, scaled: Callable[[Floats], Floats], ratio: bool = False) -> Formula:
    return Formula(metric, "min", {total: "float64", count: "int64"}, _stacked(total, count), scaled, count, ratio)


def _success(metric: str, total: str, count: str, scaled: Callable[[Floats], Floats]) -> Formula:
    return Formula(metric, "max", {total: "int64", count: "int64"}, _stacked(total, count), scaled, count)


def _step(metric: str, columns: Mapping[str, Kind], scaled: Callable[[Floats], Floats]) -> Formula:
    return Formula(metric, "max", columns, _stacked(*columns), scaled)


def _stacked(*names: str) -> Callable[[Items], Floats]:

    def statistics(items: Items) -> Floats:
        return np.stack([np.asarray(items[name], dtype=np.float64) for name in names], axis=1)

    return statistics


def _mean(totals_NK: Floats) -> Floats:
    return totals_NK[:, 0] / totals_NK[:, 1]


def _bits(totals_NK: Floats) -> Floats:
    return np.asarray(totals_NK[:, 0] / np.log(2) / totals_NK[:, 1])


def _per_cent(totals_NK: Floats) -> Floats:
    return 100 * totals_NK[:, 0] / totals_NK[:, 1]


def _recall_solved(totals_NK: Floats) -> Floats:
    return np.where(_per_cent(totals_NK) > SOLVED_RECALL, 100.0, 0.0)


def _adding_solved(totals_NK: Floats) -> Floats:
    return np.where(_mean(totals_NK) < SOLVED_MSE, 100.0, 0.0)


# Labels


def _right(items: Items) -> Floats:
    """Per item: whether it is right, and one."""
    right = np.asarray(items["label"]) == np.asarray(items["predicted"])
    return np.stack([right, np.ones_like(right)], axis=1).astype(np.float64)


def _all_right(items: Items) -> Floats:
    """Per sentence: whether all of it is right, and one."""
    right = np.asarray(items["right"]) == np.asarray(items["tokens"])
    return np.stack([right, np.ones_like(right)], axis=1).astype(np.float64)


def _by_class(items: Items) -> Floats:
    """Per item and class: whether label and prediction both name it, and how many of the two do."""
    label, predicted = np.asarray(items["label"]), np.asarray(items["predicted"])
    classes = np.unique(np.concatenate([label, predicted]))
    is_label, is_predicted = label[:, None] == classes, predicted[:, None] == classes
    return np.concatenate([is_label & is_predicted, is_label.astype(int) + is_predicted], axis=1).astype(np.float64)


def _macro_f1(totals_NK: Floats) -> Floats:
    """Mean over the classes that occur or are predicted."""
    hits, named = np.split(totals_NK, 2, axis=1)
    present = named > 0
    f1 = np.divide(2 * hits, named, out=np.zeros_like(hits), where=present)
    return np.asarray(100 * f1.sum(axis=1) / present.sum(axis=1))


# Translations: sacreBLEU (Post 2018) resamples by the same counts in its own significance tests; the methods behind
# them are the ones that its metrics implement, underscore or not.

REFERENCE, REFERENCE_SUM = "reference", "reference_sha256"


def _sacrebleu(metric: str, name: str, counts: int, **options: Any) -> tuple[Formula, Formula]:
    """The formula of two texts, and that of what is counted of them."""

    def scorer(**more: Any) -> Any:
        import sacrebleu.metrics  # noqa: PLC0415  only where there are translations

        return getattr(sacrebleu.metrics, name)(**options, **more)

    def statistics(items: Items) -> Floats:
        counts = scorer()._extract_corpus_statistics(list(items["hypothesis"]), [list(items["reference"])])
        return np.asarray(counts, dtype=np.float64)

    def scores(totals_NK: Floats) -> Floats:
        of, totals = scorer(), np.rint(totals_NK).astype(int).tolist()
        return np.asarray([of._compute_score_from_stats(row).score for row in totals], dtype=np.float64)

    def signature() -> str:
        return str(scorer(references=[[""]]).get_signature())

    sides: Mapping[str, Kind] = {"hypothesis": "string", REFERENCE: "string"}
    of_text = Formula(metric, "max", sides, statistics, scores, REFERENCE, signature=signature)
    names = [f"{metric}_{number}" for number in range(counts)]
    counted: Mapping[str, Kind] = {**dict.fromkeys(names, "int64"), REFERENCE_SUM: "string"}
    return of_text, replace(of_text, columns=counted, statistics=_stacked(*names), asked=REFERENCE_SUM)


def without_references(items: Items) -> dict[str, list[Any]]:
    """Items whose references may not be passed on: of each its hash, and what every score counts of it.

    Items without references are given back as they are.
    """
    kept = {name: list(column) for name, column in items.items() if name != REFERENCE}
    if REFERENCE not in items:
        return kept
    for of_text, counted in _TRANSLATION:
        if all(isinstance(cell, str) for name in of_text.columns for cell in items.get(name, (None,))):
            names = (name for name in counted.columns if name != REFERENCE_SUM)
            counts_KI = np.rint(of_text.statistics(items)).astype(int).T
            kept |= dict(zip(names, counts_KI.tolist(), strict=True))
    kept[REFERENCE_SUM] = [hashlib.sha256(str(text).encode()).hexdigest() for text in items[REFERENCE]]
    return kept


_TRANSLATION = (
    _sacrebleu("bleu", "BLEU", 10, force=True),  # force: no warning about tokenised text
    _sacrebleu("chrf", "CHRF", 18),
)
COUNTS = tuple(name for _, counted in _TRANSLATION for name in counted.columns if name != REFERENCE_SUM)
"""The columns of whole numbers that stand for references."""

_LABELS: Mapping[str, Kind] = {"label": "string", "predicted": "string"}

_TAGS: Mapping[str, Kind] = {"right": "int64", "tokens": "int64"}

FORMULAS = (
    _error("perplexity", "nll", "words", _mean, ratio=True),
    _error("character-perplexity", "nll", "tokens", _mean, ratio=True),
    _error("bits-per-byte", "nll", "bytes", _bits),
    _error("nll-per-frame", "nll", "frames", _mean),
    _error("mse", "squared_error", "count", _mean),
    _error("mae", "absolute_error", "count", _mean),
    Formula("accuracy", "max", _LABELS, _right, _per_cent, "label"),
    Formula("macro-f1", "max", _LABELS, _by_class, _macro_f1, "label"),
    _success("token-accuracy", "right", "tokens", _per_cent),
    Formula("sentence-accuracy", "max", _TAGS, _all_right, _per_cent, "tokens"),
    _success("recalled", "right", "count", _per_cent),
    _step("solved", {"right": "int64", "count": "int64"}, _recall_solved),
    _step("solved", {"squared_error": "float64", "count": "int64"}, _adding_solved),
    *(formula for pair in _TRANSLATION for formula in pair),
)
