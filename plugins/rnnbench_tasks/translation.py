"""Translation: a sentence for a sentence; scored by BLEU on plain text.

::

    input    a    dog  runs  <eos>
    target   ein  Hund läuft <eos>
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt
import torch

from rnnbench import (
    Arrays,
    Batch,
    Columns,
    Encoding,
    Role,
    Row,
    SentencePair,
    TargetSequence,
    Task,
    Tokens,
    find_metric,
)
from rnnbench_tasks.batching import lengths, packed, packed_text, padded, shuffled, sorted_by_length, texts
from rnnbench_tasks.fields import positive
from rnnbench_tasks.rows import of_type
from rnnbench_tasks.sentences import BOS, EOS, PAD, Lexicon
from rnnbench_tasks.translation_baselines import CONSTANT, COPY, DICTIONARY, IBM_1, target_nll

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rnnbench import Baseline, InputType, OutputType

Integers = npt.NDArray[np.int64]

IGNORED = -100


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
    item_kind = "row"
    columns = {"hypothesis": "string", "reference": "string", "nll": "float64", "tokens": "int64"}
    block = "a sentence"

    units: Literal["words", "bpe"] = "words"
    vocabulary: int | None = None
    minimum_count: int = 1
    beam: int = 4
    length_penalty: float = 1.0
    tied: bool = False

    def __post_init__(self) -> None:
        positive(self, "vocabulary", "minimum_count", "beam")

    def fit(self, training: Sequence[Row], channels: Sequence[str]) -> Encoding:  # noqa: ARG002  series only
        """A vocabulary for each side."""
        pairs = of_type(SentencePair, training)
        sides = {"source": [pair.source for pair in pairs], "target": [pair.target for pair in pairs]}
        return {
            side: Lexicon.fitted(self.units, lines, self.vocabulary, self.minimum_count)
            for side, lines in sides.items()
        }

    def encode(self, encoding: Encoding, rows: Sequence[Row], before: Arrays | None) -> Arrays:  # noqa: ARG002
        """``source`` and ``target`` token ids, each sentence ended, and both texts as they are (all ragged)."""
        pairs = of_type(SentencePair, rows)
        source, target = Lexicon(encoding["source"]), Lexicon(encoding["target"])
        return {
            **packed("source", ([*source.ids(pair.source), EOS] for pair in pairs)),
            **packed("target", ([*target.ids(pair.target), EOS] for pair in pairs)),
            **packed_text("source_text", (pair.source for pair in pairs)),
            **packed_text("target_text", (pair.target for pair in pairs)),
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
        return (_batch(data, rows) for rows in shuffled(len(lengths(data, "source")), size, order))

    def evaluation(self, data: Arrays, size: int, window: int | None = None) -> Iterator[Batch]:  # noqa: ARG002
        """Every pair once, by source length: all that a decoder knows."""
        return (_batch(data, rows) for rows in sorted_by_length(lengths(data, "source"), size))

    def items(self, encoding: Encoding, data: Arrays, scored: Iterable[tuple[Batch, Columns]]) -> Columns:
        """A sentence each, in row order.

        ``hypothesis`` and ``reference`` are plain text; ``nll`` (nats) and ``tokens`` are the reference's, its end
        included.
        """
        lexicon = Lexicon(encoding["target"])
        references = texts(data, "target_text")
        hypotheses: list[str | None] = [None] * len(references)
        nll = np.zeros(len(references))
        for batch, columns in scored:
            nll[batch.rows] = -np.asarray(columns["log_probability"], dtype=np.float64)
            for row, ids in zip(batch.rows, columns["hypothesis"], strict=True):
                hypotheses[row] = lexicon.text(ids)
        found = [hypothesis for hypothesis in hypotheses if hypothesis is not None]
        if len(found) < len(references):
            raise ValueError(f"{len(references) - len(found)} of {len(references)} sentences were not translated")
        tokens = lengths(data, "target").tolist()
        return {"hypothesis": found, "reference": references, "nll": nll.tolist(), "tokens": tokens}

    def baselines(self) -> tuple[Baseline, ...]:
        """One sentence for all, the source itself, a dictionary, and IBM model 1."""
        return (CONSTANT, COPY, DICTIONARY, IBM_1)

    def chance(self, encoding: Encoding, validation: Arrays) -> float:  # noqa: ARG002
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
    return lengths(data, "source") + lengths(data, "target")


def _batch(data: Arrays, rows: Integers) -> Batch:
    return Batch(
        inputs=torch.from_numpy(padded(data, "source", rows, fill=PAD)),
        targets=torch.from_numpy(padded(data, "target", rows, fill=IGNORED)),
        rows=rows,
        positions=int(_lengths(data)[rows].sum()),
        lengths=torch.from_numpy(lengths(data, "source")[rows]),
    )
