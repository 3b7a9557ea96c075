"""Language modelling: predict each token of a running text from all before it; scored by perplexity.

Every line ends in ``<eos>``, empty lines too, and the lines make one text::

    input    <eos>  the   cat   sat  <eos>  it
    target   the    cat   sat  <eos>  it    slept

For evaluation the text is cut into ``streams`` stretches of equal length, so that a batch has something to hold.
The state is carried along each stretch; the first input of a stretch is the token before it in the text.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import torch

from rnnbench import (
    IGNORED,
    Arrays,
    Baseline,
    Batch,
    Columns,
    Encoding,
    Floats,
    Integers,
    Metric,
    NextToken,
    Role,
    Row,
    Task,
    TextLine,
    Tokens,
    check_whole,
    find_metric,
    normalised,
    rows_of_type,
)
from rnnbench_tasks import units
from rnnbench_tasks.baselines.kneser_ney import KneserNey
from rnnbench_tasks.units import Units

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rnnbench import Dataset, InputType, OutputType, Rows


def _unigram(task: Task, encoding: Encoding, training: Arrays, test: Arrays) -> Columns:
    assert isinstance(task, LanguageModelling)
    return task.blocks(test, _unigram_nll(encoding, training)[test["ids"]])


def _kneser_ney(task: Task, encoding: Encoding, training: Arrays, test: Arrays) -> Columns:
    """The text is read from end to end after one line end; its streams, where networks start anew, change nothing."""
    assert isinstance(task, LanguageModelling)
    model = KneserNey.fitted(training["ids"], encoding["size"])
    text = np.concatenate([[encoding["end"]], test["ids"]])
    return task.blocks(test, -np.log(model.probability(text)[1:]))


UNIGRAM = Baseline("unigram", "each token by its frequency in the training text, add-one smoothed", _unigram, True)
KNESER_NEY = Baseline("kneser-ney-5", "each token by the four before it: a modified Kneser-Ney 5-gram", _kneser_ney)


@dataclass(frozen=True, kw_only=True)
class LanguageModelling(Task):
    """Predict the next token.

    Attributes:
        units: what the text is cut into. Words are separated by blanks; byte pairs are learned from training rows.
        vocabulary: how many entries at most, ``<unk>`` and ``<eos>`` included; byte pairs default to 4,000.
        minimum_count: how often a token must occur in the training rows to be in the vocabulary.
        bptt: steps of a batch (truncated back-propagation through time).
        streams: stretches that an evaluated text is cut into.
        block_size: consecutive tokens in an item, for resampling.
        tied: whether the readout shares the embedding's weights.
    """

    name = "language-modelling"
    role = Role.CAUSAL
    rows = TextLine
    block = "a stretch of consecutive tokens"
    columns = {"nll": "float64", "tokens": "int64", "words": "int64", "bytes": "int64"}
    items_are = "lines"

    units: Units = "words"
    vocabulary: int | None = None
    minimum_count: int = 1
    bptt: int = 32
    streams: int = 10
    block_size: int = 128
    tied: bool = False

    def __post_init__(self) -> None:
        check_whole(self, "vocabulary", "minimum_count", "bptt", "streams", "block_size")

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """The perplexity of words (of characters where the text is cut into these), and bits per byte."""
        ranks = "character-perplexity" if self.units == "characters" else "perplexity"
        return (find_metric(ranks), find_metric("bits-per-byte"))

    @property
    def segment(self) -> int:
        """Steps of a batch, from which the state goes on to the next."""
        return self.bptt

    def fit(self, rows: Rows) -> Encoding:
        """The vocabulary of the training text."""
        return units.fitted(self.units, _lines(rows), self.vocabulary, self.minimum_count)

    def encode(self, encoding: Encoding, rows: Rows) -> Arrays:
        """Per position of the text: ``ids``; ``words``, 1 where a word or a line end stands; ``bytes`` covered."""
        cut, end = units.cutter(encoding), encoding["end"]
        ids: list[int] = []
        words: list[bool] = []
        sizes: list[int] = []
        for line in _lines(rows):
            pieces = cut(line)
            ids += [*pieces.ids, end]
            words += [*pieces.begins, True]
            sizes += [*pieces.sizes, 1]
        return {
            "ids": np.asarray(ids, dtype=np.int32),
            "words": np.asarray(words, dtype=np.uint8),
            "bytes": np.asarray(sizes, dtype=np.int32),
            "end": np.asarray(end, dtype=np.int32),
            "lines": np.asarray(len(rows)),
        }

    def input(self, encoding: Encoding) -> InputType:
        """Tokens."""
        return Tokens(encoding["size"])

    def output(self, encoding: Encoding) -> OutputType:
        """The next token."""
        return NextToken(encoding["size"], tied=self.tied)

    def batches(self, data: Arrays, size: int, order: np.random.Generator) -> Iterator[Batch]:
        """``size`` streams side by side, ``bptt`` steps at a time, the text read in a circle from a random place."""
        text = np.roll(data["ids"], -int(order.integers(len(data["ids"]))))
        size = min(size, len(text))
        steps = len(text) // size
        targets_BN, inputs_BN = (
            part[: size * steps].reshape(size, steps).astype(np.int64) for part in (text, np.roll(text, 1))
        )
        for first in range(0, steps, self.bptt):
            inputs_BT, targets_BT = (part[:, first : first + self.bptt] for part in (inputs_BN, targets_BN))
            yield _batch(inputs_BT, targets_BT, np.arange(size), carry=first > 0)

    def evaluation(self, data: Arrays, size: int) -> Iterator[Batch]:
        """Every position once, ``size`` streams at a time. A batch's ``rows`` are streams."""
        (inputs, targets), edges = _read(data), self._edges(data)
        for first in range(0, len(edges) - 1, size):
            rows = np.arange(first, min(first + size, len(edges) - 1))
            steps = int(np.diff(edges)[rows].max())
            for start in range(0, steps, self.bptt):
                begins = edges[rows] + start
                ends = np.minimum(begins + self.bptt, edges[rows + 1])
                yield _batch(*_stacked(inputs, targets, begins, begins, ends), rows, carry=start > 0)

    def windowed(self, data: Arrays, size: int, window: int) -> Iterator[Batch]:
        """Windows of one length, half a window apart; each scores what no window before it did."""
        inputs, targets = _read(data)
        stride = max(1, window // 2)
        spans: list[tuple[int, int, int, int]] = []  # stream, begin, first scored, end
        edges = self._edges(data)
        for stream, (first, last) in enumerate(itertools.pairwise(edges)):
            scored = first
            for begin in range(first, last, stride):
                end = min(begin + window, last)
                if scored < end:
                    spans.append((stream, begin, scored, end))
                scored = end
        for first in range(0, len(spans), size):
            rows, begins, scored_from, ends = np.asarray(spans[first : first + size]).T
            yield _batch(*_stacked(inputs, targets, begins, scored_from, ends), rows, carry=False)

    def items(self, encoding: Encoding, data: Arrays, scored: Iterable[tuple[Batch, Columns]]) -> Columns:
        """Blocks of consecutive positions of a stream: sums of ``nll`` (nats), ``tokens``, ``words``, ``bytes``.

        Raises:
            ValueError: not every position was scored exactly once.
        """
        nll = np.empty(len(data["ids"]))
        edges = self._edges(data)
        cursor = edges[:-1].copy()
        for batch, columns in scored:
            counted_BT = batch.targets.cpu().numpy() != IGNORED
            for row, stream in enumerate(batch.rows):
                found = np.asarray(columns["log_probability"][row], dtype=np.float64)[counted_BT[row]]
                first, last = cursor[stream], cursor[stream] + len(found)
                if last > edges[stream + 1]:
                    raise ValueError(f"stream {stream} has more scores than its {np.diff(edges)[stream]} positions")
                nll[first:last] = -found
                cursor[stream] = last
        if (cursor != edges[1:]).any():
            raise ValueError(f"{int((edges[1:] - cursor).sum())} of {len(nll)} positions were not scored")
        return self.blocks(data, nll)

    def blocks(self, data: Arrays, nll: Floats) -> Columns:
        """Items from the ``nll`` of each position."""
        edges = self._edges(data)
        starts = np.concatenate([np.arange(first, last, self.block_size) for first, last in itertools.pairwise(edges)])
        counts = {"tokens": np.ones(len(nll)), "words": data["words"], "bytes": data["bytes"]}
        sums = {name: np.add.reduceat(count.astype(np.int64), starts).tolist() for name, count in counts.items()}
        return {"nll": np.add.reduceat(nll, starts).tolist(), **sums}

    def baselines(self) -> tuple[Baseline, ...]:
        """Unigram frequencies, and 5-grams."""
        return (UNIGRAM, KNESER_NEY)

    def knows_optimum(self, dataset: Dataset) -> bool:
        """Whether the dataset knows its likelihood; a vocabulary that leaves words out makes another text of it."""
        whole = self.units == "bpe" or (self.vocabulary is None and self.minimum_count == 1)
        return whole and super().knows_optimum(dataset)

    def optimum(self, dataset: Dataset, encoding: Encoding, rows: Sequence[Row], test: Arrays) -> dict[str, float]:
        """The likelihood of the test text under its generator, shared among words, characters and bytes."""
        per_word = super().optimum(dataset, encoding, rows, test)["perplexity"]
        nll = float(np.log(per_word) * test["words"].sum())
        return {
            self.metrics[0].name: float(np.exp(nll / self._counted(test))),
            "bits-per-byte": nll / float(np.log(2) * test["bytes"].sum()),
        }

    def chance(self, encoding: Encoding, validation: Arrays) -> float:
        """Perplexity where all entries of the vocabulary are equally likely."""
        return float(np.exp(np.log(encoding["size"]) * len(validation["ids"]) / self._counted(validation)))

    def trivial_loss(self, encoding: Encoding, training: Arrays, validation: Arrays) -> float:
        """The unigram's nats per token."""
        return float(_unigram_nll(encoding, training)[validation["ids"]].mean())

    def counts(self, encoding: Encoding, data: Arrays) -> dict[str, int]:
        """Rows, tokens, words and bytes, line ends included, and the vocabulary."""
        return {
            "rows": int(data["lines"]),
            "tokens": len(data["ids"]),
            "words": int(data["words"].sum()),
            "bytes": int(data["bytes"].sum()),
            "vocabulary": encoding["size"],
        }

    def _counted(self, data: Arrays) -> int:
        """What the perplexity is per: words, or characters; line ends counted."""
        return len(data["ids"]) if self.units == "characters" else int(data["words"].sum())

    def _edges(self, data: Arrays) -> Integers:
        """Where each stream begins, and where the last one ends; lengths differ by one at most."""
        total = len(data["ids"])
        streams = min(self.streams, total)
        return np.arange(streams + 1, dtype=np.int64) * total // streams


def _lines(rows: Sequence[Row]) -> list[str]:
    return [normalised(row.text) for row in rows_of_type(TextLine, rows)]


def _read(data: Arrays) -> tuple[Integers, Integers]:
    """The token before each position of the text, and the token there."""
    targets = data["ids"].astype(np.int64)
    return np.concatenate([[int(data["end"])], targets[:-1]]), targets


def _unigram_nll(encoding: Encoding, training: Arrays) -> Floats:
    counts_V = np.bincount(training["ids"], minlength=encoding["size"]) + 1.0
    return np.asarray(np.log(counts_V.sum()) - np.log(counts_V))


def _stacked(
    inputs: Integers, targets: Integers, begins: Integers, scored_from: Integers, ends: Integers
) -> tuple[Integers, Integers]:
    """Inputs and targets from ``begins`` to ``ends``, B x T; targets only from ``scored_from`` on."""
    at_BT = begins[:, None] + np.arange((ends - begins).max())
    inside_BT = np.minimum(at_BT, len(targets) - 1)
    scored_BT = (at_BT >= scored_from[:, None]) & (at_BT < ends[:, None])
    return inputs[inside_BT], np.where(scored_BT, targets[inside_BT], IGNORED)


def _batch(inputs_BT: Integers, targets_BT: Integers, rows: npt.NDArray[Any], *, carry: bool) -> Batch:
    return Batch(
        inputs=torch.from_numpy(np.ascontiguousarray(inputs_BT)),
        targets=torch.from_numpy(np.ascontiguousarray(targets_BT)),
        rows=rows,
        positions=int((targets_BT != IGNORED).sum()),
        carry=carry,
    )
