"""What the recurrent models with matrices of input and of recurrent weights share: how these start."""

from __future__ import annotations

from dataclasses import dataclass

from rnnbench_models.initialisation import Initialisation, RecurrentInitialisation
from rnnbench_models.layered import Layered


@dataclass(frozen=True, kw_only=True)
class Recurrent(Layered):
    """``initialisation`` is of the weights that read inputs, ``recurrent_initialisation`` of those that read states."""

    initialisation: Initialisation = "xavier"
    recurrent_initialisation: RecurrentInitialisation = "orthogonal"
