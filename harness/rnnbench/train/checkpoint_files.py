"""The last two checkpoints of a run on disk: where the last is damaged, the one before it serves."""

from __future__ import annotations

from pathlib import Path

from rnnbench.records.checkpoints import read_checkpoint, write_checkpoint
from rnnbench.train.checkpoint import Checkpoint, Damaged, from_bytes, to_bytes

SLOTS = ("a", "b")


class Slots:
    """Checkpoints of one run, written in turn."""

    def __init__(self, folder: Path, run_id: str) -> None:
        self.folder, self.run_id = folder, run_id
        self.latest, newest = self._newest()
        self._next = SLOTS[1 - newest]

    def save(self, checkpoint: Checkpoint) -> None:
        """Store one over the older of the two: the tensors first, then the description that names their hash."""
        tensors, description = to_bytes(checkpoint)
        write_checkpoint(self.folder, self.run_id, f"{self._next}.safetensors", tensors)
        write_checkpoint(self.folder, self.run_id, f"{self._next}.json", description)
        self._next = SLOTS[1 - SLOTS.index(self._next)]

    def _newest(self) -> tuple[Checkpoint | None, int]:
        newest: tuple[Checkpoint | None, int] = (None, 1)
        for index, slot in enumerate(SLOTS):
            tensors = read_checkpoint(self.folder, self.run_id, f"{slot}.safetensors")
            description = read_checkpoint(self.folder, self.run_id, f"{slot}.json")
            if tensors is None or description is None:
                continue
            try:
                found = from_bytes(tensors, description)
            except Damaged:
                continue
            if newest[0] is None or found.values["step"] > newest[0].values["step"]:
                newest = found, index
        return newest
