"""BLEU (Papineni et al. 2002) and chrF (Popović 2015) by sacreBLEU (Post 2018), on plain text against one reference.

Both are functions of counts summed over sentences. The score of a whole corpus is sacreBLEU's own.
"""

from typing import Any

import sacrebleu.metrics

from rnnbench import ItemMetric, find_formula

_SIDES = ("hypothesis", "reference")


class BLEU(ItemMetric, formula=find_formula("bleu", _SIDES)):
    """Corpus BLEU: geometric mean of n-gram precisions up to 4, with a brevity penalty."""

    def _compute(self, **columns: Any) -> dict[str, float]:
        return {
            self.name: sacrebleu.metrics.BLEU(force=True)
            .corpus_score(columns["hypothesis"], [columns["reference"]])
            .score
        }


class ChrF(ItemMetric, formula=find_formula("chrf", _SIDES)):
    """Corpus chrF2: F-score of character n-grams up to 6, recall counting twice."""

    def _compute(self, **columns: Any) -> dict[str, float]:
        return {self.name: sacrebleu.metrics.CHRF().corpus_score(columns["hypothesis"], [columns["reference"]]).score}
