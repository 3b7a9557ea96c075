"""Polyphonic music: which of 88 keys sound next, given all frames before; scored by the likelihood of a frame.

::

    input    C E G   C E G   C F A
    target   C E G   C F A   D F B

The first frame of a piece is read and not predicted, so that n frames have n - 1 targets. The score is the sum over all
targets of all pieces, in nats, keys taken as independent given the past, divided by the number of targets: the protocol
of Bai et al. 2018 (arXiv:1803.01271). Boulanger-Lewandowski et al. 2012 set the task; a coin for each key has
88 ln 2 = 61.0 nats.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import torch

from rnnbench import (
    IGNORED,
    Arrays,
    Baseline,
    Batch,
    BitsPerStep,
    Columns,
    Encoding,
    Floats,
    Integers,
    PianoRoll,
    Reals,
    Role,
    Task,
    find_metric,
    row_lengths,
    rows_of_type,
    scored_by_step,
    shuffled_rows,
    sorted_by_length,
)
from rnnbench_tasks.baselines.key_frequencies import nll, sounding
from rnnbench_tasks.baselines.previous_frame import sounding_after

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rnnbench import InputType, OutputType, Rows

Bits = npt.NDArray[np.uint8]

KEYS = 88


def _key_frequencies(task: Task, encoding: Encoding, training: Arrays, test: Arrays) -> Columns:
    return _columns(test, _frequencies_nll(training, test))


def _previous_frame(task: Task, encoding: Encoding, training: Arrays, test: Arrays) -> Columns:
    after_2K = sounding_after(*_transitions(training))
    before_NK, frames_NK = _transitions(test)
    return _columns(test, nll(frames_NK, np.where(before_NK, after_2K[1], after_2K[0])))


KEY_FREQUENCIES = Baseline("key-frequencies", "each key as often as it sounds in training", _key_frequencies, True)
PREVIOUS_FRAME = Baseline("previous-frame", "each key by whether it sounded in the frame before", _previous_frame)


@dataclass(frozen=True, kw_only=True)
class PolyphonicMusic(Task):
    """Predict the keys of the next frame."""

    name = "polyphonic-music"
    role = Role.CAUSAL
    rows = PianoRoll
    metrics = (find_metric("nll-per-frame"),)
    block = "a piece"
    columns = {"nll": "float64", "frames": "int64"}

    def fit(self, rows: Rows) -> Encoding:
        """Nothing: frames are read as they are."""
        return {}

    def encode(self, encoding: Encoding, rows: Rows) -> Arrays:
        """``frames``, N x 88 of 0 and 1, all pieces end to end, and ``frames_starts``.

        Raises:
            ValueError: a piece has fewer than two frames, or a key that no piano has.
        """
        pieces = [row.frames for row in rows_of_type(PianoRoll, rows)]
        for number, frames in enumerate(pieces):
            if len(frames) < 2:
                raise ValueError(f"piece {number}: {len(frames)} frames, expected at least 2")
            strange = [key for keys in frames for key in keys if not 0 <= key < KEYS]
            if strange:
                raise ValueError(f"piece {number}: key {strange[0]}, expected 0 to {KEYS - 1}")
        starts = np.concatenate([[0], np.cumsum([len(frames) for frames in pieces], dtype=np.int64)])
        frames_NK = np.zeros((int(starts[-1]), KEYS), dtype=np.uint8)
        for frame_K, keys in zip(frames_NK, (keys for frames in pieces for keys in frames), strict=True):
            frame_K[list(keys)] = 1
        return {"frames": frames_NK, "frames_starts": starts}

    def input(self, encoding: Encoding) -> InputType:
        """The keys of a frame."""
        return Reals(KEYS)

    def output(self, encoding: Encoding) -> OutputType:
        """The keys of the next one."""
        return BitsPerStep(KEYS)

    def batches(self, data: Arrays, size: int, order: np.random.Generator) -> Iterator[Batch]:
        """Shuffled pieces; pieces are few, and grouping them by length would make the same batches again and again."""
        return (_batch(data, rows) for rows in shuffled_rows(len(data["frames_starts"]) - 1, size, order))

    def evaluation(self, data: Arrays, size: int) -> Iterator[Batch]:
        """Every piece once, by length; a piece is one segment, and no state is carried to the next."""
        return (_batch(data, rows) for rows in sorted_by_length(row_lengths(data, "frames"), size))

    def items(self, encoding: Encoding, data: Arrays, scored: Iterable[tuple[Batch, Columns]]) -> Columns:
        """A piece each, in row order: its scored ``frames`` and their ``nll`` (nats).

        Raises:
            ValueError: a piece was not scored.
        """
        starts = data["frames_starts"] - np.arange(len(data["frames_starts"]))  # of the targets
        (log_probability_N,) = scored_by_step(scored, starts, "log_probability")
        return _columns(data, -log_probability_N)

    def baselines(self) -> tuple[Baseline, ...]:
        """Each key's frequency, and its frequency given the frame before."""
        return (KEY_FREQUENCIES, PREVIOUS_FRAME)

    def chance(self, encoding: Encoding, validation: Arrays) -> float:
        """A coin for each key."""
        return float(KEYS * np.log(2))

    def trivial_loss(self, encoding: Encoding, training: Arrays, validation: Arrays) -> float:
        """Nats a frame where each key sounds as often as in training."""
        return float(_frequencies_nll(training, validation).mean())

    def remarks(self) -> tuple[str, ...]:
        """What is scored."""
        return ("the first frame of a piece is read and not predicted",)

    def counts(self, encoding: Encoding, data: Arrays) -> dict[str, int]:
        """Rows, frames, and those that are predicted."""
        pieces, frames = len(data["frames_starts"]) - 1, len(data["frames"])
        return {"rows": pieces, "frames": frames, "targets": frames - pieces}


def _transitions(data: Arrays) -> tuple[Bits, Bits]:
    """The frame before each target, and the targets, N x K."""
    first = np.zeros(len(data["frames"]), dtype=bool)
    first[data["frames_starts"][:-1]] = True
    return data["frames"][:-1][~first[1:]], data["frames"][~first]


def _frequencies_nll(training: Arrays, data: Arrays) -> Floats:
    return nll(_transitions(data)[1], sounding(_transitions(training)[1]))


def _columns(data: Arrays, nll_N: Floats) -> Columns:
    """Sums over each piece."""
    frames_R = row_lengths(data, "frames") - 1
    starts = np.cumsum(frames_R) - frames_R
    return {"nll": np.add.reduceat(nll_N, starts).tolist(), "frames": frames_R.tolist()}


def _batch(data: Arrays, rows: Integers) -> Batch:
    first_B, length_B = data["frames_starts"][rows], row_lengths(data, "frames")[rows] - 1
    steps_T = np.arange(length_B.max())
    valid_BT = steps_T < length_B[:, None]
    at_N = (first_B[:, None] + steps_T)[valid_BT]
    inputs_BTK = np.zeros((*valid_BT.shape, KEYS), dtype=np.float32)
    targets_BTK = np.full_like(inputs_BTK, IGNORED)
    inputs_BTK[valid_BT], targets_BTK[valid_BT] = data["frames"][at_N], data["frames"][at_N + 1]
    return Batch(
        inputs=torch.from_numpy(inputs_BTK),
        targets=torch.from_numpy(targets_BTK),
        rows=rows,
        positions=int(length_B.sum()),
        lengths=torch.from_numpy(length_B),
    )
