"""Texts and labels that go wrong in one way."""

from __future__ import annotations

from dataclasses import dataclass

from hostile_lab.models import act
from rnnbench import Dataset, LabelledText, Split, TextLine

SIZES = {Split.TRAIN: 120, Split.VALIDATION: 16, Split.TEST: 24}


@dataclass(frozen=True, kw_only=True)
class HostileData(Dataset):
    name, rows, description, licence, embedded = "hostile-data", LabelledText, "", "none", True

    case: str = "clean"

    def load(self, split, folder):
        act(self.case, "load")
        if self.case == "other-rows":
            return [TextLine("good")]
        if self.case == "no-rows" and split is Split.TEST:
            return []
        if self.case == "other-label" and split is Split.TEST:
            return [LabelledText("good", "maybe")]
        words = ["good", "bad", "fine", "poor", "so", "so-so"]
        return [
            LabelledText(" ".join(words[(n * k) % 6] for k in range(1, 3 + n % 5)), "yes" if n % 2 else "no")
            for n in range(SIZES[split])
        ]
