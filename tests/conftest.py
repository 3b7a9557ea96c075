"""What all tests share."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
import torch


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests marked ``gpu`` run where CUDA is, and say so where it is not."""
    if torch.cuda.is_available():
        return
    for item in items:
        if item.get_closest_marker("gpu"):
            item.add_marker(pytest.mark.skip(reason="no CUDA device here: the GPU part did not run"))


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The folder of public data; tests that need it are marked ``data``."""
    beside = Path(__file__).parents[2] / "shared" / "data"
    folder = Path(os.environ.get("RNNBENCH_DATA") or beside).resolve()
    if not folder.is_dir():
        pytest.skip("no public data: set RNNBENCH_DATA to its folder")
    return folder


@pytest.fixture
def figure(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Takes what a test measured, in words; all of it is printed after the last test."""
    return lambda words: record_property("figure", words)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The figures of the tests that passed."""
    lines = [
        f"{report.nodeid}: {words}"
        for report in terminalreporter.stats.get("passed", ())
        for name, words in report.user_properties
        if name == "figure"
    ]
    if lines:
        terminalreporter.section("figures")
        terminalreporter.write("".join(f"{line}\n" for line in lines))
