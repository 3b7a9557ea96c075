"""The device of a run, and how a process is set up so that its numbers repeat."""

from __future__ import annotations

import dataclasses
import re

import torch

from rnnbench.contract.batches import Batch


def choose_device(name: str) -> str:
    """``auto`` as the best device there is; other names as they are.

    Raises:
        ValueError: the device is not there.
    """
    if name == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    if name != "cpu":
        if not re.fullmatch(r"cuda(:\d+)?", name):
            raise ValueError(f"--device {name}: expected auto, cpu, cuda or cuda:N")
        count = torch.cuda.device_count()
        index = int(name.partition(":")[2] or 0)
        if index >= count:
            raise ValueError(f"--device {name}: this machine has {count} CUDA devices")
    return name


def set_up(device: torch.device) -> None:
    """One thread, and on a GPU the deterministic kernels in full float32."""
    torch.set_num_threads(1)
    torch.set_num_interop_threads(1)
    if device.type == "cuda":
        torch.backends.cudnn.deterministic = True
        torch.backends.cudnn.benchmark = False
        torch.backends.cudnn.allow_tf32 = False
        torch.backends.cuda.matmul.allow_tf32 = False


def to_device(batch: Batch, device: torch.device) -> Batch:
    """The batch with its inputs and targets on the device; lengths stay on the CPU."""
    if device.type == "cpu":
        return batch
    return dataclasses.replace(batch, inputs=batch.inputs.to(device), targets=batch.targets.to(device))
