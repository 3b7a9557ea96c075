"""The GRU layer beside torch's: forward and backward, one thread, alternating.

    OMP_NUM_THREADS=1 python benchmarks/gru_layer.py

Prints, for each number of steps, batch and width, the fastest time of either side and their ratio (above 1: ours is
faster).
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import torch
from torch import nn

from rnnbench_models.gru import GRULayer

if TYPE_CHECKING:
    from torch import Tensor

SIZES = [(32, 16, 48), (35, 20, 200), (2, 16, 48), (32, 128, 48)]
SECONDS = 3.0


def seconds(layer: nn.Module, x_BTD: Tensor) -> float:
    """How long one forward and backward pass takes."""
    start = time.perf_counter()
    y_BTD, _ = layer(x_BTD)
    y_BTD.sum().backward()
    return time.perf_counter() - start


def measure(steps: int, batch: int, width: int) -> dict[str, float]:
    """The fastest pass of either side, taking turns."""
    torch.manual_seed(0)
    x_BTD = torch.randn(batch, steps, width, requires_grad=True)
    sides = {"torch": nn.GRU(width, width, batch_first=True), "ours": GRULayer(width, width, batch_first=True)}
    fastest = dict.fromkeys(sides, float("inf"))
    start = time.perf_counter()
    while time.perf_counter() - start < SECONDS:
        for name, layer in sides.items():
            fastest[name] = min(fastest[name], seconds(layer, x_BTD))
    return fastest


def main() -> None:
    """Print the table."""
    torch.set_num_threads(1)
    print(f"torch {torch.__version__}, one thread")
    print("steps  batch  width  torch ms  ours ms  ratio")
    for steps, batch, width in SIZES:
        fastest = measure(steps, batch, width)
        ratio = fastest["torch"] / fastest["ours"]
        row = f"{steps:5d}  {batch:5d}  {width:5d}  {fastest['torch'] * 1e3:8.2f}  {fastest['ours'] * 1e3:7.2f}"
        print(f"{row}  {ratio:5.2f}")


if __name__ == "__main__":
    main()
