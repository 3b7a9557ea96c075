"""Translation: a sentence for a sentence; scored by BLEU on plain text.

::

    input    a    dog  runs  <eos>
    target   ein  Hund läuft <eos>
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from rnnbench import (
    IGNORED,
    Arrays,
    Batch,
    Columns,
    Encoding,
    Integers,
    Role,
    SentencePair,
    TargetSequence,
    Task,
    Tokens,
    check_whole,
    find_metric,
    pack_texts,
    pack_tokens,
    pad_rows,
    padded_batch,
    row_lengths,
    rows_of_type,
    scored_by_row,
    shuffled_rows,
    sorted_by_length,
    unpack_texts,
)
from rnnbench_tasks.sentences import BOS, EOS, PAD, Lexicon
from rnnbench_tasks.translation_baselines import CONSTANT, COPY, DICTIONARY, IBM_1, target_nll

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rnnbench import Baseline, InputType, OutputType, Rows


@dataclass(frozen=True, kw_only=True)
class Translation(Task):
    """Translate sentences, one vocabulary for each language.

    Attributes:
        units: words, separated by blanks, or byte pairs learned from the training rows of each language.
        vocabulary: how many entries at most, specials included; byte pairs default to 4,000.
        minimum_count: how often a token must occur in the training rows to be in the vocabulary.
        beam: hypotheses kept while decoding.
        length_penalty: a hypothesis' log-probability is divided by ((5 + length) / 6) to this power (Wu et al. 2016).
        tied: whether the readout shares the target embedding's weights.
    """

    name = "translation"
    role = Role.SEQ2SEQ
    rows = SentencePair
    metrics = (find_metric("bleu"), find_metric("chrf"))
    block = "a sentence"
    columns = {"hypothesis": "string", "reference": "string", "nll": "float64", "tokens": "int64"}
    items_are = "rows"

    units: Literal["words", "bpe"] = "words"
    vocabulary: int | None = None
    minimum_count: int = 1
    beam: int = 4
    length_penalty: float = 1.0
    tied: bool = False

    def __post_init__(self) -> None:
        check_whole(self, "vocabulary", "minimum_count", "beam")

    def fit(self, rows: Rows) -> Encoding:
        """A vocabulary for each side."""
        pairs = rows_of_type(SentencePair, rows)
        sides = {"source": [pair.source for pair in pairs], "target": [pair.target for pair in pairs]}
        return {
            side: Lexicon.fitted(self.units, lines, self.vocabulary, self.minimum_count)
            for side, lines in sides.items()
        }

    def encode(self, encoding: Encoding, rows: Rows) -> Arrays:
        """``source`` and ``target`` token ids, each sentence ended, and both texts as they are (all ragged)."""
        pairs = rows_of_type(SentencePair, rows)
        source, target = Lexicon(encoding["source"]), Lexicon(encoding["target"])
        return {
            **pack_tokens("source", ([*source.ids(pair.source), EOS] for pair in pairs)),
            **pack_tokens("target", ([*target.ids(pair.target), EOS] for pair in pairs)),
            **pack_texts("source_text", (pair.source for pair in pairs)),
            **pack_texts("target_text", (pair.target for pair in pairs)),
        }

    def input(self, encoding: Encoding) -> InputType:
        """Tokens of the source."""
        return Tokens(Lexicon(encoding["source"]).size)

    def output(self, encoding: Encoding) -> OutputType:
        """A sequence of target tokens."""
        return TargetSequence(
            Lexicon(encoding["target"]).size,
            bos=BOS,
            eos=EOS,
            pad=PAD,
            tied=self.tied,
            beam=self.beam,
            length_penalty=self.length_penalty,
        )

    def batches(self, data: Arrays, size: int, order: np.random.Generator) -> Iterator[Batch]:
        """Shuffled pairs, of all lengths together.

        Batches of one length would save padding, but a mean over tokens then weights the tokens of short sentences
        higher, and every model needs more steps.
        """
        return (_batch(data, rows) for rows in shuffled_rows(len(row_lengths(data, "source")), size, order))

    def evaluation(self, data: Arrays, size: int) -> Iterator[Batch]:
        """Every pair once, by source length: all that a decoder knows."""
        return (_batch(data, rows) for rows in sorted_by_length(row_lengths(data, "source"), size))

    def items(self, encoding: Encoding, data: Arrays, scored: Iterable[tuple[Batch, Columns]]) -> Columns:
        """A sentence each, in row order.

        ``hypothesis`` and ``reference`` are plain text; ``nll`` (nats) and ``tokens`` are the reference's, its end
        included.
        """
        lexicon = Lexicon(encoding["target"])
        references = unpack_texts(data, "target_text")
        ids, log_probability = scored_by_row(scored, len(references), "hypothesis", "log_probability")
        return {
            "hypothesis": [lexicon.text(hypothesis) for hypothesis in ids],
            "reference": references,
            "nll": (-log_probability).tolist(),
            "tokens": row_lengths(data, "target").tolist(),
        }

    def baselines(self) -> tuple[Baseline, ...]:
        """One sentence for all, the source itself, a dictionary, and IBM model 1."""
        return (CONSTANT, COPY, DICTIONARY, IBM_1)

    def chance(self, encoding: Encoding, validation: Arrays) -> float:
        """BLEU of no answer."""
        return 0.0

    def trivial_loss(self, encoding: Encoding, training: Arrays, validation: Arrays) -> float:
        """Nats per target token, ends included, of the training targets' frequencies."""
        return float(target_nll(encoding, training, validation).sum() / len(validation["target"]))

    def counts(self, encoding: Encoding, data: Arrays) -> dict[str, int]:
        """Rows, tokens of each side, sentence ends included, and the vocabularies."""
        return {
            "rows": len(data["target_starts"]) - 1,
            "source_tokens": len(data["source"]),
            "target_tokens": len(data["target"]),
            "source_vocabulary": Lexicon(encoding["source"]).size,
            "target_vocabulary": Lexicon(encoding["target"]).size,
        }


def _lengths(data: Arrays) -> Integers:
    return row_lengths(data, "source") + row_lengths(data, "target")


def _batch(data: Arrays, rows: Integers) -> Batch:
    targets = pad_rows(data, "target", rows, fill=IGNORED)
    return padded_batch(data, "source", rows, targets, fill=PAD, positions=int(_lengths(data)[rows].sum()))
