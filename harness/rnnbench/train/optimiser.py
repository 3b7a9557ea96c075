"""Optimisers of the recipe, and their state as flat tensors for a checkpoint."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import torch
from torch import Tensor, nn

from rnnbench.suite import Recipe


def build_optimiser(parameters: Iterable[nn.Parameter], recipe: Recipe) -> torch.optim.Optimizer:
    """AdamW (Loshchilov & Hutter 2019) or SGD with momentum; weight decay applies to matrices, not to biases."""
    trained = [parameter for parameter in parameters if parameter.requires_grad]
    groups = [
        {"params": [p for p in trained if p.dim() >= 2], "weight_decay": recipe.weight_decay},
        {"params": [p for p in trained if p.dim() < 2], "weight_decay": 0.0},
    ]
    groups = [group for group in groups if group["params"]]
    if recipe.optimizer == "sgd":
        return torch.optim.SGD(groups, lr=recipe.learning_rate, momentum=recipe.momentum)
    return torch.optim.AdamW(groups, lr=recipe.learning_rate, betas=(recipe.beta1, recipe.beta2), foreach=True)


def set_learning_rate(optimiser: torch.optim.Optimizer, rate: float) -> None:
    """The same learning rate for all parameters."""
    for group in optimiser.param_groups:
        group["lr"] = rate


def clip(parameters: Iterable[nn.Parameter], largest: float | None) -> None:
    """Scale gradients down to a global norm of at most ``largest`` (Pascanu et al. 2013)."""
    if largest is not None:
        torch.nn.utils.clip_grad_norm_(parameters, largest)


def optimiser_tensors(optimiser: torch.optim.Optimizer) -> dict[str, Tensor]:
    """The optimiser's state, flat: ``optimiser.<parameter index>.<key>``."""
    flat: dict[str, Tensor] = {}
    for index, state in optimiser.state_dict()["state"].items():
        for key, value in state.items():
            if value is not None:
                flat[f"optimiser.{index}.{key}"] = torch.as_tensor(value)
    return flat


def restore_optimiser(optimiser: torch.optim.Optimizer, tensors: Mapping[str, Tensor]) -> None:
    """Put :func:`optimiser_tensors` back."""
    state: dict[int, dict[str, Tensor]] = {}
    for name, tensor in tensors.items():
        if name.startswith("optimiser."):
            _, index, key = name.split(".", 2)
            state.setdefault(int(index), {})[key] = tensor
    whole = optimiser.state_dict()
    whole["state"] = state
    optimiser.load_state_dict(whole)
