"""The options of ``rnnbench run`` for one suite, and the results folder that they name."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path

from rnnbench.records.files import probe
from rnnbench.records.lock import check_free
from rnnbench.suite.problems import SuiteError
from rnnbench.suite.yaml_positions import read_document


@dataclass(frozen=True, kw_only=True)
class Request:
    """The options of ``rnnbench run`` for one suite."""

    suite: Path
    out: Path | None = None
    device: str = "auto"
    jobs: str = "auto"
    executor: str = "local"
    data_dir: Path | None = None
    only: str | None = None
    seeds: int | None = None
    dry_run: bool = False
    fresh: bool = False

    def folder(self, name: str) -> Path:
        """Where the results of a suite of this name go."""
        return self.out or Path("results") / name


def results_folder(request: Request) -> Path:
    """Where the results go, by the name in the suite's file, which is read without plugins.

    Raises:
        OSError, ValueError, SuiteError: the file cannot be read.
    """
    data = read_document(request.suite).data
    name = data.get("suite") if isinstance(data, dict) else None
    return request.folder(name if isinstance(name, str) else request.suite.stem)


def check_results_folder(request: Request) -> None:
    """Make sure that results can be stored before anything is prepared; leaves no trace.

    Raises:
        FolderInUse: another process writes into the results folder.
        StorageError: it takes no files.
    """
    with contextlib.suppress(OSError, ValueError, SuiteError):  # a mistake in the suite is reported when it is read
        folder = results_folder(request)
        check_free(folder)
        probe(folder)
