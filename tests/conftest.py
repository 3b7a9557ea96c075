"""What all tests share."""

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The folder of public data; tests that need it are marked ``data``."""
    beside = Path(__file__).parents[2] / "shared" / "data"
    folder = Path(os.environ.get("RNNBENCH_DATA") or beside).resolve()
    if not folder.is_dir():
        pytest.skip("no public data: set RNNBENCH_DATA to its folder")
    return folder
