"""``rnnbench data``: what suites need, where it lies, and bringing it ahead of a run."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import rich_click as click

from rnnbench.cli import codes
from rnnbench.contract.datasets import DataMissing, Dataset, Split
from rnnbench.discovery import Registry, discover
from rnnbench.prepare import data_folder
from rnnbench.prepare.fingerprint import fingerprint
from rnnbench.suite import read_suite

NOT_HERE = "not here"


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
        if files := dataset.files(folder):
            return f"here already: {_places(files)}"
        for split in Split:  # says where it looks for its rows
            dataset.load(split, folder)
    except DataMissing:  # all of it, or half, or altered: fetched again where it can be
        if type(dataset).fetch is Dataset.fetch:
            raise
        dataset.fetch()
        return f"fetched: {_size(dataset.files(folder))}"
    return "here already"


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
        place = _where(dataset, folder)
    except DataMissing as error:
        place, problem = NOT_HERE, error
    yield f"  where: {place}"
    if origin := dataset.origin():
        yield f"  from: {origin}"
    if dataset.published_size:
        yield f"  size: {dataset.published_size}"
    yield f"  licence: {dataset.licence}"
    if dataset.citation:
        yield f"  cite: {dataset.citation}"
    if whole and problem is None:
        try:
            yield f"  fingerprint: {fingerprint({split: dataset.load(split, folder) for split in Split})}"
        except DataMissing as error:
            problem = error
    if whole and problem is not None:
        yield f"  problem: {problem}"


def _where(dataset: Dataset, folder: Path | None) -> str:
    if dataset.embedded:
        return "generated"
    files = dataset.files(folder)
    return f"{_places(files)} ({_size(files)})" if files else "known to its plugin alone"


def _places(files: Sequence[Path]) -> str:
    """The folders of files that are beside others, and the files that are alone in theirs."""
    folders = Counter(path.parent for path in files)
    return ", ".join(dict.fromkeys(str(path if folders[path.parent] == 1 else path.parent) for path in files))


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
