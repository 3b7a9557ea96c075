"""Six small tasks with made-up rows, each with stand-ins for a network: a perfect one and one that errs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rnnbench import (
    IGNORED,
    Batch,
    Columns,
    Dataset,
    Encoding,
    LabelledText,
    Observation,
    PianoRoll,
    Row,
    Rows,
    SentencePair,
    Split,
    TaggedSentence,
    Task,
    TextLine,
)
from rnnbench_tasks.forecasting import Forecasting
from rnnbench_tasks.language_modelling import LanguageModelling
from rnnbench_tasks.polyphonic_music import PolyphonicMusic
from rnnbench_tasks.sentiment import Sentiment
from rnnbench_tasks.tagging import Tagging
from rnnbench_tasks.translation import Translation

WORDS = ["the", "cat", "dog", "sat", "ran", "on", "a", "mat", ".", "Ünder"]
CHANNELS = ("load", "oil")


@dataclass(frozen=True)
class MadeUp(Dataset):
    """Rows that a test made."""

    made: dict[Split, list[Row]]

    name, description, licence, embedded, channels = "made-up", "rows of a test", "none", True, CHANNELS

    @property
    def rows(self) -> type:
        return type(self.made[Split.TEST][0])

    def load(self, split: Split, folder: Path | None) -> list[Row]:
        del folder
        return self.made[split]


@dataclass
class Case:
    """A task whose rows are encoded. A scorer maps (case, batch) to what an output type would score."""

    task: Task
    rows: dict[Split, list[Row]]
    perfect: Callable[[Case, Batch], Columns]
    erring: Callable[[Case, Batch], Columns]
    encoding: Encoding = field(init=False)
    arrays: dict[Split, Any] = field(init=False)

    def __post_init__(self) -> None:
        self.encoding = self.task.fit(Rows(self.rows[Split.TRAIN], CHANNELS))
        self.arrays = {}
        before = None
        for split in Split:
            rows = Rows(self.rows[split], CHANNELS, before)
            before = self.arrays[split] = self.task.encode(self.encoding, rows)

    @property
    def test(self) -> Any:
        return self.arrays[Split.TEST]

    def items(self, scorer: Callable[[Case, Batch], Columns], size: int, window: int | None = None) -> Columns:
        batches = self.batches(size, window)
        return self.task.items(self.encoding, self.test, ((batch, scorer(self, batch)) for batch in batches))

    def batches(self, size: int, window: int | None = None) -> Iterator[Batch]:
        if window is None:
            return self.task.evaluation(self.test, size)
        return self.task.windowed(self.test, size, window)


def rows_of(make: Callable[[np.random.Generator], Row], sizes: tuple[int, int, int]) -> dict[Split, list[Row]]:
    random = np.random.default_rng(7)
    return {split: [make(random) for _ in range(size)] for split, size in zip(Split, sizes, strict=True)}


def sentence(random: np.random.Generator, longest: int = 9) -> str:
    return " ".join(random.choice(WORDS, size=int(random.integers(1, longest))))


def language_modelling(**fields: Any) -> Case:
    def line(random: np.random.Generator) -> Row:
        return TextLine("" if random.random() < 0.2 else sentence(random))

    def sure(case: Case, batch: Batch) -> Columns:
        return {"log_probability": np.zeros(batch.targets.shape)}

    def erring(case: Case, batch: Batch) -> Columns:
        pair = batch.inputs.numpy() * 31 + batch.targets.numpy()
        return {"log_probability": np.where(batch.targets.numpy() == IGNORED, 0.0, -1 - (pair % 17) / 3)}

    return Case(LanguageModelling(**fields), rows_of(line, (120, 30, 60)), sure, erring)


def sentiment(**fields: Any) -> Case:
    def labelled(random: np.random.Generator) -> Row:
        return LabelledText(sentence(random), str(random.choice(["bad", "good", "so-so"], p=[0.5, 0.3, 0.2])))

    def right(case: Case, batch: Batch) -> Columns:
        return {"label": batch.targets.numpy(), "log_probability": np.zeros(len(batch.rows))}

    def erring(case: Case, batch: Batch) -> Columns:
        total = batch.inputs.numpy().sum(axis=1)  # padding is zero
        return {"label": total % 3, "log_probability": -(total % 5) / 2 - 0.1}

    return Case(Sentiment(**fields), rows_of(labelled, (200, 60, 101)), right, erring)


def translation(**fields: Any) -> Case:
    def pair(random: np.random.Generator) -> Row:
        source = sentence(random)
        return SentencePair(source, " ".join(word.upper() for word in reversed(source.split())))

    def right(case: Case, batch: Batch) -> Columns:
        hypotheses = [row[row != IGNORED].tolist() for row in batch.targets.numpy()]
        return {"hypothesis": hypotheses, "log_probability": np.zeros(len(batch.rows))}

    def erring(case: Case, batch: Batch) -> Columns:
        hypotheses = [row[row != IGNORED][::-1].tolist()[1:] for row in batch.targets.numpy()]
        return {"hypothesis": hypotheses, "log_probability": -batch.lengths.numpy() / 3}

    return Case(Translation(**fields), rows_of(pair, (150, 40, 67)), right, erring)


def forecasting(**fields: Any) -> Case:
    clock = iter(range(10_000))

    def observation(random: np.random.Generator) -> Row:
        time = next(clock)
        return Observation(str(time), (np.sin(time / 5) * 3 + 10 + random.normal() / 5, time % 7 - 2.0))

    def right(case: Case, batch: Batch) -> Columns:
        return {"prediction": batch.targets.numpy()}

    def erring(case: Case, batch: Batch) -> Columns:
        return {"prediction": np.repeat(batch.inputs.numpy().mean(axis=1, keepdims=True), 6, axis=1)}

    task = Forecasting(**{"lookback": 8, "horizon": 6, **fields})
    return Case(task, rows_of(observation, (200, 60, 90)), right, erring)


def tagging(**fields: Any) -> Case:
    def tagged(random: np.random.Generator) -> Row:
        words = sentence(random).split()
        return TaggedSentence(tuple(words), tuple(random.choice(["ADJ", "NOUN", "VERB"], size=len(words)).tolist()))

    def right(case: Case, batch: Batch) -> Columns:
        return {"label": batch.targets.numpy(), "log_probability": np.zeros(batch.targets.shape)}

    def erring(case: Case, batch: Batch) -> Columns:
        ids = batch.inputs.numpy()
        return {"label": ids % 3, "log_probability": -(ids % 5) / 2 - 0.1}

    return Case(Tagging(**fields), rows_of(tagged, (150, 40, 67)), right, erring)


def polyphonic_music(**fields: Any) -> Case:
    def piece(random: np.random.Generator) -> Row:
        frames = range(int(random.integers(2, 15)))
        return PianoRoll(
            tuple(tuple(sorted(random.choice(88, size=int(random.integers(5)), replace=False))) for _ in frames)
        )

    def sure(case: Case, batch: Batch) -> Columns:
        return {"log_probability": np.zeros(batch.targets.shape[:2])}

    def erring(case: Case, batch: Batch) -> Columns:
        return {"log_probability": -5 - batch.inputs.numpy().sum(axis=2, dtype=np.float64)}

    return Case(PolyphonicMusic(**fields), rows_of(piece, (60, 20, 31)), sure, erring)


CASES = {
    "words": lambda: language_modelling(streams=4, bptt=5, block_size=7),
    "characters": lambda: language_modelling(units="characters", streams=3, bptt=16, block_size=9),
    "byte-pairs": lambda: language_modelling(units="bpe", vocabulary=270, bptt=8),
    "sentiment": sentiment,
    "translation": translation,
    "translation-byte-pairs": lambda: translation(units="bpe", vocabulary=270),
    "forecasting": forecasting,
    "tagging": tagging,
    "polyphonic-music": polyphonic_music,
}


@pytest.fixture(params=CASES, scope="session")
def case(request: pytest.FixtureRequest) -> Case:
    """Each small task in turn."""
    return CASES[request.param]()


@pytest.fixture(scope="session")
def make() -> dict[str, Callable[..., Case]]:
    """The small tasks, with fields of one's own."""
    return {
        "language-modelling": language_modelling,
        "sentiment": sentiment,
        "translation": translation,
        "forecasting": forecasting,
        "tagging": tagging,
        "polyphonic-music": polyphonic_music,
    }
