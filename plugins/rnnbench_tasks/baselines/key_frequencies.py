"""Each key of a piano by itself: how often it sounds.

Shapes: N frames, K keys.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rnnbench import Floats

Bits = npt.NDArray[np.uint8]

PRIOR = 0.5
"""Added to how often a key sounds and to how often it is silent (Krichevsky and Trofimov 1981)."""


def sounding(frames_NK: Bits) -> Floats:
    """The probability that each key sounds in a frame, K."""
    return np.asarray((frames_NK.sum(axis=0, dtype=np.float64) + PRIOR) / (len(frames_NK) + 2 * PRIOR))


def nll(frames_NK: Bits, probability_NK: Floats) -> Floats:
    """Nats of each frame, N: keys are independent and their logarithms add up.

    Args:
        frames_NK: which keys sound.
        probability_NK: that they sound; or K, the same for all frames.
    """
    return np.asarray(-np.log(np.where(frames_NK, probability_NK, 1 - probability_NK)).sum(axis=1))
