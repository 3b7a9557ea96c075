"""BLEU (Papineni et al. 2002) and chrF (Popović 2015) by sacreBLEU (Post 2018), on plain text against one reference.

Both are functions of counts summed over sentences. sacreBLEU resamples by the same counts in its own significance
tests; the methods behind it are the ones that its metrics implement, underscore or not.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
import sacrebleu.metrics

from rnnbench import Columns, ItemMetric

Floats = npt.NDArray[np.float64]

_COLUMNS: dict[str, Any] = {"hypothesis": "string", "reference": "string"}


class BLEU(ItemMetric):
    """Corpus BLEU: geometric mean of n-gram precisions up to 4, with a brevity penalty."""

    columns = _COLUMNS

    @staticmethod
    def statistics(columns: Columns) -> Floats:
        """Per sentence: lengths, matched and possible n-grams."""
        return _counts(_bleu(), columns)

    @staticmethod
    def values(totals_NK: Floats) -> Floats:
        """Corpus scores."""
        return _scores(_bleu(), totals_NK)

    @staticmethod
    def signature() -> str | None:
        """SacreBLEU's."""
        return str(_bleu(references=[[""]]).get_signature())

    def _compute(self, **columns: Any) -> dict[str, float]:
        return {self.name: _bleu().corpus_score(columns["hypothesis"], [columns["reference"]]).score}


class ChrF(ItemMetric):
    """Corpus chrF2: F-score of character n-grams up to 6, recall counting twice."""

    columns = _COLUMNS

    @staticmethod
    def statistics(columns: Columns) -> Floats:
        """Per sentence and order: n-grams of the hypothesis, of the reference, and of both."""
        return _counts(_chrf(), columns)

    @staticmethod
    def values(totals_NK: Floats) -> Floats:
        """Corpus scores."""
        return _scores(_chrf(), totals_NK)

    @staticmethod
    def signature() -> str | None:
        """SacreBLEU's."""
        return str(_chrf(references=[[""]]).get_signature())

    def _compute(self, **columns: Any) -> dict[str, float]:
        return {self.name: _chrf().corpus_score(columns["hypothesis"], [columns["reference"]]).score}


def _bleu(**options: Any) -> Any:
    return sacrebleu.metrics.BLEU(force=True, **options)  # force: no warning about tokenised text


def _chrf(**options: Any) -> Any:
    return sacrebleu.metrics.CHRF(**options)


def _counts(scorer: Any, columns: Columns) -> Floats:
    counts = scorer._extract_corpus_statistics(list(columns["hypothesis"]), [list(columns["reference"])])
    return np.asarray(counts, dtype=np.float64)


def _scores(scorer: Any, totals_NK: Floats) -> Floats:
    totals = np.rint(totals_NK).astype(int).tolist()
    return np.asarray([scorer._compute_score_from_stats(row).score for row in totals], dtype=np.float64)
