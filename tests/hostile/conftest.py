"""A distribution of hostile plugins, and ways to run suites where it is installed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

SITE = Path(__file__).with_name("site")

Run = Callable[..., "subprocess.CompletedProcess[str]"]


def suite(models: list[str], tasks: list[str] | None = None) -> str:
    """The text of a suite of a few steps."""
    tasks = tasks or ["{task: sentiment, dataset: hostile-data, label: reviews}"]
    return "\n".join(
        [
            "suite: hostile",
            "seeds: 1",
            "budget: {steps: 4}",
            "tune: none",
            "recipe: {embedding: 12, batch: 8, evaluations: 2, learning_rate: 0.01}",
            "models:",
            *(f"  - {model}" for model in models),
            "tasks:",
            *(f"  - {task}" for task in tasks),
            "",
        ]
    )


@pytest.fixture(scope="session")
def call(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Runs the command line in a folder, with the hostile plugins installed."""
    cache = tmp_path_factory.mktemp("cache")

    def call(folder: Path, *arguments: str, timeout: float = 600, **environment: str) -> Run:
        return subprocess.run(
            [sys.executable, "-c", "from rnnbench.cli import main; main()", *arguments],
            cwd=folder,
            env={
                **os.environ,
                "PYTHONPATH": os.pathsep.join([str(SITE), os.environ.get("PYTHONPATH", "")]),
                "RNNBENCH_CACHE": str(cache),
                "OMP_NUM_THREADS": "1",
                "COLUMNS": "200",
                **environment,
            },
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    return call
