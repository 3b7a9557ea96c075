"""Checkpoints of a run on disk, two written in turn: where the newer is damaged, the older serves."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from rnnbench.records.checkpoints import read_checkpoint, write_checkpoint
from rnnbench.train.checkpoint import Checkpoint, Damaged, from_bytes, to_bytes

NAMES = ("a", "b")


class Stopped(Exception):
    """The run was asked to stop; it goes on from its last checkpoint."""


class Checkpoints:
    """The two newest checkpoints of a run. ``latest`` is the one to go on from, None for a fresh run.

    Args:
        folder: of the results.
        run_id: whose they are.
        seconds: between two that :meth:`after_step` saves.
    """

    def __init__(self, folder: Path, run_id: str, seconds: float = 0.0) -> None:
        self._folder, self._run_id, self._seconds = folder, run_id, seconds
        self.latest, newest = self._newest()
        self._next = NAMES[1 - newest]
        self._saved_at = time.monotonic()

    def after_step(self, make: Callable[[], Checkpoint], stop: bool) -> None:
        """Save one if it is time to, or if the run stops here.

        Raises:
            Stopped: it does.
        """
        if stop or time.monotonic() - self._saved_at > self._seconds:
            self.save(make())
            self._saved_at = time.monotonic()
        if stop:
            raise Stopped

    def save(self, checkpoint: Checkpoint) -> None:
        """Store one over the older of the two: the tensors first, then the description that names their hash."""
        tensors, description = to_bytes(checkpoint)
        write_checkpoint(self._folder, self._run_id, f"{self._next}.safetensors", tensors)
        write_checkpoint(self._folder, self._run_id, f"{self._next}.json", description)
        self._next = NAMES[1 - NAMES.index(self._next)]

    def _newest(self) -> tuple[Checkpoint | None, int]:
        newest: tuple[Checkpoint | None, int] = (None, 1)
        for index, name in enumerate(NAMES):
            tensors = read_checkpoint(self._folder, self._run_id, f"{name}.safetensors")
            description = read_checkpoint(self._folder, self._run_id, f"{name}.json")
            if tensors is None or description is None:
                continue
            try:
                found = from_bytes(tensors, description)
            except Damaged:
                continue
            if newest[0] is None or found.values["step"] > newest[0].values["step"]:
                newest = found, index
        return newest
