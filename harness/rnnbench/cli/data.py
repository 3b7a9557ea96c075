"""``rnnbench data``: what suites need, where it lies, and bringing it ahead of a run."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

import rich_click as click

from rnnbench.cli import codes
from rnnbench.contract.datasets import DataMissing, Dataset, Split
from rnnbench.discovery import Registry, discover
from rnnbench.prepare import data_folder
from rnnbench.prepare.fingerprint import fingerprint
from rnnbench.suite import read_suite

NOT_HERE = "not here"


@runtime_checkable
class Located(Protocol):
    """A dataset that says where it is; any plugin's may."""

    def located(self, folder: Path | None) -> tuple[str, Sequence[Path]]:
        """Where its files lie, in words, and the files; none unless all are there."""

    def origin(self) -> str:
        """Where it can be had, and how sure that is."""


@runtime_checkable
class Fetched(Protocol):
    """A dataset that can be brought from somewhere."""

    def fetch(self) -> None:
        """Bring it. Raises DataMissing where it cannot be had, or did not come whole."""


def list_data(suites: Sequence[Path], given: Path | None) -> str:
    """What these suites need, with fingerprints; without suites, all that is known by name.

    Raises:
        SuiteError: a suite cannot be read.
        DataMissing: the data folder that was named does not exist.
    """
    registry, folder = discover(), data_folder(given)
    if suites:
        blocks = [_block(dataset, folder, whole=True) for dataset in _needed(suites, registry)]
    else:
        blocks = [_block(one, folder, whole=False) for one in _by_default(registry)]
    return "\n\n".join("\n".join(block) for block in blocks)


def fetch_data(suites: Sequence[Path], given: Path | None) -> int:
    """Bring what is not here yet; one line a dataset, and the exit code.

    Raises:
        SuiteError: a suite cannot be read.
        DataMissing: the data folder that was named does not exist.
    """
    registry, folder = discover(), data_folder(given)
    code = codes.DONE
    for dataset in _needed(suites, registry):
        try:
            click.echo(f"{_label(dataset)}: {_bring(dataset, folder)}")
        except DataMissing as error:
            click.echo(str(error), err=True)
            code = codes.SOME_FAILED
    return code


def _bring(dataset: Dataset, folder: Path | None) -> str:
    if dataset.embedded:
        return "generated, nothing to fetch"
    try:
        place, files = _place(dataset, folder)
        if files:
            return f"here already: {place}"
    except DataMissing:  # half of it, or altered: brought again where it can be
        if not isinstance(dataset, Fetched):
            raise
    if not isinstance(dataset, Fetched):
        for split in Split:  # says where it looks for its rows
            dataset.load(split, folder)
        return "here already"
    dataset.fetch()
    return f"fetched: {_size(_place(dataset, folder)[1])}"


def _needed(suites: Sequence[Path], registry: Registry) -> list[Dataset]:
    """The datasets of the suites, each once."""
    found = [task.dataset for path in suites for task in read_suite(path, registry).tasks]
    return [dataset for place, dataset in enumerate(found) if dataset not in found[:place]]


def _by_default(registry: Registry) -> Iterator[Dataset]:
    """Every dataset that can be had without a field being set; a user's own files are nowhere until they are named."""
    for cls in registry.datasets.values():
        try:
            yield cls()
        except ValueError:
            continue


def _block(dataset: Dataset, folder: Path | None, *, whole: bool) -> Iterator[str]:
    yield f"{_label(dataset)}: {dataset.description}"
    problem = None
    try:
        place, files = _place(dataset, folder)
    except DataMissing as error:
        place, files, problem = NOT_HERE, (), error
    yield f"  where: {place}{f' ({_size(files)})' if files else ''}"
    if isinstance(dataset, Located):
        yield f"  from: {dataset.origin()}"
    if size := getattr(dataset, "published_size", ""):
        yield f"  size: {size}"
    yield f"  licence: {dataset.licence}"
    if dataset.citation:
        yield f"  cite: {dataset.citation}"
    if whole and problem is None and place != NOT_HERE:
        try:
            yield f"  fingerprint: {fingerprint({split: dataset.load(split, folder) for split in Split})}"
        except DataMissing as error:
            problem = error
    if problem is not None:
        yield f"  problem: {problem}"


def _place(dataset: Dataset, folder: Path | None) -> tuple[str, Sequence[Path]]:
    if dataset.embedded:
        return "generated", ()
    if isinstance(dataset, Located):
        return dataset.located(folder)
    return "known to its plugin alone", ()


def _label(dataset: Dataset) -> str:
    """The name, with the fields that were set."""
    fields = {field.name: (getattr(dataset, field.name), field.default) for field in dataclasses.fields(dataset)}
    given = ", ".join(f"{name}: {value}" for name, (value, default) in fields.items() if value != default)
    return f"{dataset.name} ({given})" if given else dataset.name


def _size(files: Sequence[Path]) -> str:
    size = float(sum(path.stat().st_size for path in files))
    for unit in ("bytes", "kB", "MB"):
        if size < 1000:
            return f"{size:.3g} {unit}"
        size /= 1000
    return f"{size:.3g} GB"
