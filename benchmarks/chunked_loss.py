"""The chunked cross entropy beside torch's over whole logits: forward and backward, one thread, alternating.

    OMP_NUM_THREADS=1 python benchmarks/chunked_loss.py

Prints, for each vocabulary and width, the fastest time of either side, their ratio (above 1: ours is faster), and
the share of the rate that this machine reaches on a large matrix product.
"""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

import torch
from torch.nn import functional

from rnnbench.network.chunked_cross_entropy import chunked_cross_entropy

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

ROWS = 512
SIZES = [(300, 48), (4_000, 48), (4_000, 200), (33_278, 48), (33_278, 200)]
SECONDS = 4.0


def torch_loss(hidden: Tensor, weight: Tensor, bias: Tensor, target: Tensor) -> Tensor:
    """Whole logits."""
    return functional.cross_entropy(functional.linear(hidden, weight, bias), target, reduction="sum")


def chunked_loss(hidden: Tensor, weight: Tensor, bias: Tensor, target: Tensor) -> Tensor:
    """Ours."""
    return chunked_cross_entropy(hidden, weight, bias, target)[0]


def seconds(work: Callable[[], object]) -> float:
    """How long one call takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def step(loss: Callable[..., Tensor], leaves: list[Tensor], target: Tensor) -> tuple[Tensor, ...]:
    """The gradients of the mean loss."""
    return torch.autograd.grad(loss(*leaves, target) / ROWS, leaves)


def measure(vocabulary: int, width: int) -> dict[str, float]:
    """The fastest forward and backward of either side, taking turns."""
    torch.manual_seed(0)
    leaves = [
        torch.randn(shape).mul(width**-0.25).requires_grad_()
        for shape in ((ROWS, width), (vocabulary, width), (vocabulary,))
    ]
    target = torch.randint(vocabulary, (ROWS,))
    sides = {"torch": torch_loss, "chunked": chunked_loss}
    fastest = dict.fromkeys(sides, float("inf"))
    start = time.perf_counter()
    while time.perf_counter() - start < SECONDS:
        for name, loss in sides.items():
            took = seconds(partial(step, loss, leaves, target))
            fastest[name] = min(fastest[name], took)
    return fastest


def main() -> None:
    """Print the table."""
    torch.set_num_threads(1)
    a = torch.randn(2048, 2048)
    rate = 2 * 2048**3 / min(seconds(lambda: a @ a) for _ in range(5))
    print(f"torch {torch.__version__}, one thread, {rate / 1e9:.0f} GFLOP/s, {ROWS} rows")
    print("vocabulary  width  torch ms  chunked ms  ratio  of the limit")
    for vocabulary, width in SIZES:
        fastest = measure(vocabulary, width)
        limit = 6 * ROWS * vocabulary * width / rate
        ratio = fastest["torch"] / fastest["chunked"]
        row = f"{vocabulary:10d}  {width:5d}  {fastest['torch'] * 1e3:8.2f}  {fastest['chunked'] * 1e3:10.2f}"
        print(f"{row}  {ratio:5.2f}  {limit / fastest['chunked']:12.0%}")


if __name__ == "__main__":
    main()
