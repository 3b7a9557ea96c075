"""States and memories: a tensor or nested tuples of tensors, or None before the first step.

The traversal is torch's pytree, restricted to tuples: any other container is a leaf, and no core may return one.
"""

from __future__ import annotations

import sys
from functools import cache
from typing import TYPE_CHECKING, Any

import torch
from torch.utils import _pytree as pytree

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from torch import Tensor

STATE_ROWS = 1
"""The batch dimension of state tensors, as in ``nn.LSTM``."""
MEMORY_ROWS = 0
"""The batch dimension of memory tensors."""


def map_tree(function: Callable[[Tensor], Tensor], tree: Any) -> Any:
    """The same tree with ``function`` applied to every tensor; None stays None, named tuples keep their type."""
    return pytree.tree_map(lambda leaf: None if leaf is None else function(leaf), tree, is_leaf=_is_leaf)


def leaves(tree: Any) -> list[Any]:
    """What the tuples hold, in order, without None: tensors, if the tree is sound."""
    return [leaf for leaf in pytree.tree_leaves(tree, is_leaf=_is_leaf) if leaf is not None]


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
    return sum(leaf.numel() * (4 if leaf.is_floating_point() else leaf.element_size()) for leaf in leaves(tree))


def structure(tree: Any) -> Any:
    """The tree as JSON values, with the number of each tensor, in the order of :func:`leaves`, in its place.

    A tuple is a list; a named tuple is ``{"type": "module:Class", "fields": [...]}``.
    """
    numbers = iter(range(sys.maxsize))

    def described(branch: Any) -> Any:
        if branch is None or isinstance(branch, torch.Tensor):
            return None if branch is None else next(numbers)
        branches = [described(inner) for inner in branch]
        cls = type(branch)
        return {"type": f"{cls.__module__}:{cls.__qualname__}", "fields": branches} if is_named(cls) else branches

    return described(tree)


def rebuild(structure: Any, tensors: Sequence[Tensor]) -> Any:
    """The tree of these leaves that :func:`structure` described.

    A type is looked up among the modules that are imported already, and filled without its own code: whatever a file
    names, nothing is imported or called.

    Raises:
        ValueError: a type is not there, or is no named tuple of as many fields.
    """
    if structure is None:
        return None
    if isinstance(structure, int):
        return tensors[structure]
    if isinstance(structure, list):
        return tuple(rebuild(branch, tensors) for branch in structure)
    cls = find_named(structure["type"])
    branches = [rebuild(branch, tensors) for branch in structure["fields"]]
    if cls is None or len(cls._fields) != len(branches):  # type: ignore[attr-defined]  # a named tuple has them
        raise ValueError(f"no NamedTuple {structure['type']} of {len(branches)} fields is imported")
    return tuple.__new__(cls, branches)


def is_named(cls: type) -> bool:
    """Whether this is the class of a named tuple."""
    return issubclass(cls, tuple) and isinstance(getattr(cls, "_fields", None), tuple)


@cache
def unnameable(cls: type) -> bool:
    """Whether this is a named tuple that its module and name do not lead back to, such as one made in a function."""
    return is_named(cls) and find_named(f"{cls.__module__}:{cls.__qualname__}") is not cls


def find_named(name: str) -> type[tuple[Any, ...]] | None:
    """The named tuple ``module:Class``, if its module is imported."""
    module, _, qualified = name.partition(":")
    found: Any = sys.modules.get(module)
    for part in qualified.split("."):
        found = vars(found).get(part) if hasattr(found, "__dict__") else None
    return found if isinstance(found, type) and is_named(found) else None


def tuples(tree: Any) -> list[type]:
    """The types of the tuples of a tree, outermost first."""
    if not isinstance(tree, tuple):
        return []
    return [type(tree), *(inner for branch in tree for inner in tuples(branch))]


def _is_leaf(node: Any) -> bool:
    return not isinstance(node, tuple)
