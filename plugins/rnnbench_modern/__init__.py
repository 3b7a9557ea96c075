"""Models that we did not write, as causal cores: the layers of x-transformers, minGRU-pytorch and xlstm.

Their libraries come with ``pip install 'rnnbench[modern]'`` and are imported when a core is built: without them these
models are listed as not installed, and skipped where a suite names them. What is wrapped is the library's own code; the
sizes are fields, and whatever a library does otherwise than the contract asks is said in its file.

Legend of shapes: B batch, T steps, D core width.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rnnbench import hookimpl
from rnnbench_modern.minimal import MinGRUPytorch, MinLSTMPytorch
from rnnbench_modern.x_transformers_decoder import XTransformers
from rnnbench_modern.xlstm_blocks import MLSTM, SLSTM

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rnnbench import Model


@hookimpl
def rnnbench_models() -> Iterable[type[Model]]:
    """The models of the extra ``modern``."""
    yield MinGRUPytorch
    yield MinLSTMPytorch
    yield MLSTM
    yield SLSTM
    yield XTransformers
