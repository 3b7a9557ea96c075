"""States and memories: a tensor or nested tuples of tensors, or None before the first step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    import torch
    from torch import Tensor

STATE_ROWS = 1
"""The batch dimension of state tensors, as in ``nn.LSTM``."""
MEMORY_ROWS = 0
"""The batch dimension of memory tensors."""


def map_tree(function: Callable[[Tensor], Tensor], tree: Any) -> Any:
    """The same tree with ``function`` applied to every tensor; None stays None, named tuples keep their names."""
    if tree is None:
        return None
    if isinstance(tree, tuple):
        branches = [map_tree(function, branch) for branch in tree]
        return type(tree)(*branches) if hasattr(tree, "_fields") else tuple(branches)
    return function(tree)


def select(tree: Any, rows_N: Tensor, dim: int) -> Any:
    """Rows of every tensor along ``dim``; a row may be taken more than once."""
    return map_tree(lambda tensor: tensor.index_select(dim, rows_N), tree)


def detach(tree: Any) -> Any:
    """The same values without their history: where truncated backpropagation stops."""
    return map_tree(lambda tensor: tensor.detach(), tree)


def to(tree: Any, device: torch.device | str) -> Any:
    """The same values on a device."""
    return map_tree(lambda tensor: tensor.to(device), tree)


def count_bytes(tree: Any) -> int:
    """The bytes of a tree with its real numbers in float32, whatever precision they are in."""
    if tree is None:
        return 0
    if isinstance(tree, tuple):
        return sum(count_bytes(branch) for branch in tree)
    return int(tree.numel()) * (4 if tree.is_floating_point() else tree.element_size())
