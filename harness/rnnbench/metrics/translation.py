"""BLEU (Papineni et al. 2002) and chrF (Popović 2015) by sacreBLEU (Post 2018), on plain text against one reference.

Both are functions of counts summed over sentences, by which sacreBLEU resamples in its own significance tests; the
methods behind them are the ones that its metrics implement, underscore or not. Each has two forms: one reads the texts,
the other the counts that stand for texts that may not be passed on.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from rnnbench.contract.metrics import Metric

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rnnbench.contract.arrays import Floats
    from rnnbench.contract.items import Items, Kind

REFERENCE, REFERENCE_SUM = "reference", "reference_sha256"

MOST_COUNTED = 2**31
"""More n-grams than any sentence has: sacreBLEU takes logarithms of their sums, which must not overflow."""


@dataclass(frozen=True)
class _SacreBLEU:
    """One of sacreBLEU's metrics, by the name of its class."""

    name: str
    options: Mapping[str, Any]

    def scorer(self, **more: Any) -> Any:
        import sacrebleu.metrics  # noqa: PLC0415  only where there are translations

        return getattr(sacrebleu.metrics, self.name)(**self.options, **more)

    def statistics(self, items: Items) -> Floats:
        counts = self.scorer()._extract_corpus_statistics(list(items["hypothesis"]), [list(items[REFERENCE])])
        return np.asarray(counts, dtype=np.float64)

    def values(self, sums_NK: Floats) -> Floats:
        scorer, sums = self.scorer(), np.rint(sums_NK).astype(int).tolist()
        return np.asarray([scorer._compute_score_from_stats(row).score for row in sums], dtype=np.float64)

    def signature(self) -> str:
        return str(self.scorer(references=[[""]]).get_signature())


def _stacked(names: Sequence[str], items: Items) -> Floats:
    return np.stack([np.asarray(items[name], dtype=np.float64) for name in names], axis=1)


def _both_forms(
    metric: str, name: str, counts: int, description: str, **options: Any
) -> tuple[Metric, Metric, tuple[str, ...]]:
    """The metric of texts, that of their counts, and the names of the counts."""
    of = _SacreBLEU(name, options)
    of_text = Metric(
        metric,
        "max",
        high=100.0,
        columns={"hypothesis": "string", REFERENCE: "string"},
        statistics=of.statistics,
        values=of.values,
        identifies=REFERENCE,
        signature=of.signature,
        description=description,
    )
    names = tuple(f"{metric}_{number}" for number in range(counts))
    counted: Mapping[str, Kind] = {**dict.fromkeys(names, "int64"), REFERENCE_SUM: "string"}
    of_counts = replace(
        of_text,
        columns=counted,
        statistics=partial(_stacked, names),
        identifies=REFERENCE_SUM,
        bounds=dict.fromkeys(names, (0, MOST_COUNTED)),
    )
    return of_text, of_counts, names


BLEU, BLEU_OF_COUNTS, _BLEU_COUNTS = _both_forms(
    "bleu",
    "BLEU",
    10,
    "Corpus BLEU: geometric mean of n-gram precisions up to 4, with a brevity penalty.",
    force=True,  # no warning about tokenised text
)
CHRF, CHRF_OF_COUNTS, _CHRF_COUNTS = _both_forms(
    "chrf", "CHRF", 18, "Corpus chrF2: F-score of character n-grams up to 6, recall counting twice."
)
COUNTS = (*_BLEU_COUNTS, *_CHRF_COUNTS)
"""The columns of whole numbers that stand for references."""


def without_references(items: Items) -> dict[str, list[Any]]:
    """Items whose references may not be passed on: of each its hash, and what every score counts of it.

    Items without references are given back as they are.
    """
    kept = {name: list(column) for name, column in items.items() if name != REFERENCE}
    if REFERENCE not in items:
        return kept
    for of_text, names in ((BLEU, _BLEU_COUNTS), (CHRF, _CHRF_COUNTS)):
        if all(isinstance(cell, str) for name in of_text.columns for cell in items.get(name, (None,))):
            counts_KI = np.rint(of_text.per_item(items)).astype(int).T
            kept |= dict(zip(names, counts_KI.tolist(), strict=True))
    kept[REFERENCE_SUM] = [hashlib.sha256(str(text).encode()).hexdigest() for text in items[REFERENCE]]
    return kept
