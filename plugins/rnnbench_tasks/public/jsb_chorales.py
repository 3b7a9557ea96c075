"""JSB Chorales: four-part chorales of J. S. Bach, as the keys of a piano that sound in each frame."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rnnbench import PianoRoll, Row, Split
from rnnbench_tasks.public.source import Public

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_NAMES = {Split.TRAIN: "train", Split.VALIDATION: "valid", Split.TEST: "test"}


@dataclass(frozen=True, kw_only=True)
class JSBChorales(Public):
    """229 / 76 / 77 chorales, split as by Boulanger-Lewandowski et al. 2012, from one JSON file.

    The file holds the splits by name, ``train``, ``valid`` and ``test``: a chorale is a list of frames, a frame the
    list of the keys (0 to 87) that sound.
    """

    name = "jsb-chorales"
    rows = PianoRoll
    description = "Bach's four-part chorales, frame by frame"
    licence = "not stated; the music is in the public domain"
    citation = (
        "Boulanger-Lewandowski et al. 2012, Modeling Temporal Dependencies in High-Dimensional Sequences; Allan and "
        "Williams 2005, Harmonising Chorales by Probabilistic Inference"
    )
    folder = "jsb-chorales"
    published_size = "229 / 76 / 77 chorales; 13,807 / 4,602 / 4,725 frames"

    def names(self, split: Split) -> tuple[str, ...]:
        """One file for all splits."""
        return ("JSB_Chorales.json",)

    def read(self, split: Split, paths: Sequence[Path]) -> list[Row]:
        """All chorales of a split."""
        (path,) = paths
        whole = path.read_bytes()
        chorales = json.loads(gzip.decompress(whole) if path.suffix == ".gz" else whole)[_NAMES[split]]
        return [PianoRoll(tuple(tuple(sorted(keys)) for keys in frames)) for frames in chorales]
