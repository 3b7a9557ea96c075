"""Array types of the contract, and the target that is not scored."""

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]
"""Integers: row numbers, token ids, labels, lengths."""

Floats = npt.NDArray[np.float64]
"""Real numbers in double precision."""

IGNORED = -100
"""A target with this value is not scored: padding, and steps that ask for nothing. ``torch.nn``'s ``ignore_index``."""
