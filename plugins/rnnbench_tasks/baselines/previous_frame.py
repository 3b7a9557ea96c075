"""Each key of a piano by itself, given whether it sounded in the frame before: a Markov chain a key.

Shapes: N frames, K keys.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rnnbench import Floats
from rnnbench_tasks.baselines.key_frequencies import sounding

Bits = npt.NDArray[np.uint8]


def sounding_after(before_NK: Bits, frames_NK: Bits) -> Floats:
    """The probability that each key sounds after a frame in which it was silent, and after one in which it sounded.

    Args:
        before_NK: the frame before each.
        frames_NK: the frames.

    Returns:
        2 x K: row 0 after silence, row 1 after sound; a key that was never in one of them takes its plain frequency.
    """
    often_K = sounding(frames_NK)
    rows = []
    for state in (0, 1):
        was_NK = before_NK == state
        count_K = was_NK.sum(axis=0)
        # one more frame, in which the key sounds as often as it does at all
        rows.append(((was_NK & (frames_NK == 1)).sum(axis=0) + often_K) / (count_K + 1))
    return np.stack(rows)
