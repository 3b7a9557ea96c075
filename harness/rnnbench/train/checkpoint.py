"""A training state as bytes and back: safetensors for tensors, JSON for the rest, each bound to the other by a hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from rnnbench.network import tree


class Damaged(Exception):
    """A checkpoint is truncated or altered."""


@dataclass(frozen=True)
class Checkpoint:
    """``tensors`` by name, ``values`` of JSON, and a ``carried`` tree of tensors (the state of truncated BPTT)."""

    tensors: Mapping[str, Tensor]
    values: Mapping[str, Any]
    carried: Any = None


def to_bytes(checkpoint: Checkpoint) -> tuple[bytes, bytes]:
    """(safetensors, JSON that names their hash)."""
    tensors = dict(checkpoint.tensors)
    tensors.update({f"carried.{index}": leaf for index, leaf in enumerate(tree.leaves(checkpoint.carried))})
    # own memory for each: safetensors refuses views that share storage
    stored = save({name: tensor.detach().cpu().clone().contiguous() for name, tensor in tensors.items()})
    values = {
        "values": checkpoint.values,
        "carried": tree.structure(checkpoint.carried),
        "sha256": hashlib.sha256(stored).hexdigest(),
    }
    return stored, json.dumps(values, allow_nan=False).encode()


def from_bytes(stored: bytes, described: bytes) -> Checkpoint:
    """What :func:`to_bytes` made.

    Raises:
        Damaged: the two do not belong together, or one is broken.
    """
    try:
        description = json.loads(described)
        if hashlib.sha256(stored).hexdigest() != description["sha256"]:
            raise Damaged("the tensors are not those that the description names")
        tensors = load(stored)
        leaves = [tensors[f"carried.{index}"] for index in range(len(tensors)) if f"carried.{index}" in tensors]
        carried = tree.rebuild(description["carried"], leaves)
        rest = {name: tensor for name, tensor in tensors.items() if not name.startswith("carried.")}
        return Checkpoint(rest, description["values"], carried)
    except (ValueError, KeyError, IndexError, TypeError, SafetensorError) as error:
        raise Damaged(str(error)) from error
