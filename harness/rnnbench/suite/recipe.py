"""How a network is trained: one recipe for all models, so that a comparison compares models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from rnnbench.suite.base import Shape

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_Share = Annotated[float, Field(ge=0, lt=1)]
_Count = Annotated[int, Field(ge=1, le=10**9)]

_NEEDS = {
    "momentum": ("optimizer", "sgd"),
    "beta1": ("optimizer", "adamw"),
    "beta2": ("optimizer", "adamw"),
    "warmup": ("schedule", "cosine", "restarts"),
    "final": ("schedule", "cosine", "restarts"),
    "cycles": ("schedule", "restarts"),
    "plateau_factor": ("schedule", "plateau"),
}

OF_DECODERS = ("teacher_forcing", "teacher_forcing_final")
"""Fields that only tasks with a decoder read."""


class Recipe(Shape):
    """Every choice of training, with its default. Losses and norms are as PyTorch defines them."""

    optimizer: Literal["adamw", "sgd"] = "adamw"
    learning_rate: Annotated[float, Field(gt=0, le=1000)] = 3e-3
    """The peak; a suite that tunes takes it from the grid."""
    momentum: _Share = 0.0
    """SGD's."""
    beta1: _Share = 0.9
    """AdamW's, as is ``beta2``."""
    beta2: _Share = 0.999
    weight_decay: Annotated[float, Field(ge=0, le=10)] = 0.01
    schedule: Literal["constant", "cosine", "restarts", "plateau"] = "cosine"
    """``cosine``: linear warm-up over the share ``warmup`` of the budget, then half a cosine down to ``final`` times
    the peak. ``restarts``: the same ``cycles`` times in a row (Loshchilov & Hutter 2017), after one warm-up.
    ``plateau``: divided by ``plateau_factor`` whenever validation gets worse."""
    warmup: _Share = 0.05
    final: Annotated[float, Field(ge=0, le=1)] = 0.1
    cycles: _Count = 3
    plateau_factor: Annotated[float, Field(gt=1, le=10**6)] = 4.0
    clip: Annotated[float, Field(gt=0, le=10**6)] | None = 1.0
    """The gradient's largest Euclidean norm; None leaves it as it is."""
    label_smoothing: _Share = 0.0
    dropout: _Share = 0.0
    """At the ends: after the input, and before the output map."""
    teacher_forcing: Annotated[float, Field(ge=0, le=1)] = 1.0
    """The share of a decoder's inputs that are the right tokens at the start of training; the others are its own
    predictions (scheduled sampling, Bengio et al. 2015; in parallel, Duckworth et al. 2019)."""
    teacher_forcing_final: Annotated[float, Field(ge=0, le=1)] = 1.0
    """The same at the end; between them it moves linearly."""
    embedding: _Count = 48
    """E, the width between the harness's ends and the core, one for all models."""
    batch: _Count = 32
    """Training rows at once; for a text, the streams that it is cut into."""
    evaluation_batch: _Count = 64
    """Rows that are scored at once; no score depends on it."""
    evaluations: _Count = 8
    """How often validation is scored over the budget; the best of these checkpoints is tested."""
    patience: _Count | None = None
    """Evaluations without improvement before training stops; None never stops early."""

    def override(self, changes: Mapping[str, Any]) -> Recipe:
        """This recipe with some fields changed to values that were checked before."""
        return self.model_copy(update=dict(changes))

    def idle(self, names: Iterable[str]) -> dict[str, str]:
        """Which of these fields change nothing here, each with the field and value that it would need."""
        needs = {name: _NEEDS[name] for name in names if name in _NEEDS}
        return {
            name: f"{other}: {' or '.join(values)}"
            for name, (other, *values) in needs.items()
            if getattr(self, other) not in values
        }
