"""What a number was made with: versions, machine and commit. Nothing of the environment's variables."""

from __future__ import annotations

import functools
import platform
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import torch

import rnnbench
from rnnbench.base.numerics import BITS

LIBRARIES = ("torch", "numpy", "datasets", "evaluate", "sacrebleu", "tokenizers", "pluggy", "pandas")

_STATUS = ("status", "--porcelain=v2", "--branch", "--untracked-files=no")


@functools.cache
def provenance(device: str) -> dict[str, Any]:
    """The harness, the libraries and the machine, once for a process."""
    found: dict[str, Any] = {
        "harness": rnnbench.__version__,
        "bits": BITS,
        "commit": _commit(Path(rnnbench.__file__).resolve().parents[2]),
        "python": platform.python_version(),
        "libraries": {name: _version(name) for name in LIBRARIES},
        "system": f"{platform.system()} {platform.machine()}",
        "cpu": _cpu(),
        "cpu_capability": torch.backends.cpu.get_cpu_capability(),
        "threads": torch.get_num_threads(),
    }
    if device.startswith("cuda"):
        found["gpu"] = torch.cuda.get_device_name(device)
        found["gpu_capability"] = ".".join(str(part) for part in torch.cuda.get_device_capability(device))
        found["cuda"] = torch.version.cuda
    return found


def peak_bytes() -> int | None:
    """The most memory that this process held. From VmHWM: ``ru_maxrss`` counts a parent's memory too."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        return None
    for line in status.splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return None


def _commit(root: Path) -> str | None:
    """The commit of the checkout at ``root``, ``-dirty`` where files were changed; None where there is no checkout.

    ``status`` takes no lock when told not to; one that ``describe`` takes would stay behind if this process is killed.
    """
    if not (root / ".git").exists():
        return None
    try:
        asked = subprocess.run(  # noqa: S603
            ["git", "--no-optional-locks", "-C", str(root), *_STATUS],  # noqa: S607
            capture_output=True,
            text=True,
            timeout=5,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    head, *changed = [line for line in asked.stdout.splitlines() if not line.startswith("# branch") or "oid" in line]
    return f"{head.split()[-1][:12]}{'-dirty' if changed else ''}"


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
