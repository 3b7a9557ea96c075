"""``rnnbench validate DIR``, ``verify``, ``merge`` and ``export``: boards between people."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import rich_click as click

from rnnbench import __version__
from rnnbench.base.messages import one_line
from rnnbench.cli import codes
from rnnbench.records.files import storage_errors
from rnnbench.records.plain import is_real_folder
from rnnbench.records.verifications import VERIFIED, Verification, record_hash

if TYPE_CHECKING:
    from rnnbench.plan import Assignment
    from rnnbench.records.schema import Record
    from rnnbench.submission.rerun import Rerun

MOST_LINES = 200
SHOWN = 10


def validate_folder(folder: Path, data_dir: Path | None, plugins: bool = False) -> int:
    """Check a results folder; prints problems to stderr, notes and the verdict to stdout."""
    from rnnbench.submission.validate.validate import validate

    report = validate(folder)
    problems = list(report.problems)
    if plugins and not problems:
        from rnnbench.submission.validate.against_plugins import check_against_plugins

        problems += check_against_plugins(folder)
    if data_dir is not None and not problems:
        from rnnbench.submission.validate.against_data import check_against_data

        problems += check_against_data(folder, data_dir)
    for problem in problems[:MOST_LINES]:
        click.echo(str(problem), err=True)
    if len(problems) > MOST_LINES:
        click.echo(f"and {len(problems) - MOST_LINES} more", err=True)
    for note in report.notes:
        click.echo(f"note: {note}")
    counted = f"{report.records} records of {report.planned} planned runs"
    if problems:
        click.echo(f"{folder}: refused: {len(problems)} problems in {counted}", err=True)
        return codes.BAD_INPUT
    click.echo(f"{folder}: {counted} are consistent")
    return codes.DONE


class Quiet:
    """Nothing is shown of the one run."""

    def started(self, assignment: Assignment) -> None:
        """It starts."""

    def progress(self, run_id: str, values: Mapping[str, Any]) -> None:
        """It reports."""

    def finished(self, record: Record) -> None:
        """Its record was stored."""

    def warning(self, line: str) -> None:
        """A plugin failed."""
        click.echo(line, err=True)


def verify_record(path: Path, data_dir: Path | None, device: str, yes: bool, sign_as: str | None) -> int:
    """Run a record again and compare.

    Raises:
        Unreadable: it is no record.
        Refused: it is not run.
        DataMissing: its data is not here.
    """
    from rnnbench.discovery import discover
    from rnnbench.prepare import data_folder
    from rnnbench.submission.agreement import Agreement, agreement, same_machine, unlike
    from rnnbench.submission.read import read_record
    from rnnbench.submission.rerun import Refused, execute_rerun, not_loaded, plan_rerun
    from rnnbench.train.device import choose_device

    record = read_record(path)
    if not record.status.is_outcome:
        raise Refused(f"{path}: the run is {record.status}: there is nothing to compare with")
    try:
        chosen = choose_device(device)
    except ValueError as error:
        raise Refused(str(error)) from error
    registry = discover()
    rerun = plan_rerun(record, registry, data_folder(data_dir), chosen.partition(":")[0])
    for line in _describe_rerun(record, rerun):
        click.echo(line)
    if skipped := not_loaded(record, rerun):
        click.echo(one_line(f"  not compared, since no evaluate module is loaded here: {', '.join(skipped)}"))
    if not yes:
        click.confirm("Run it?", abort=True, err=True)
    with tempfile.TemporaryDirectory(prefix="rnnbench-verify-") as folder:
        found = execute_rerun(rerun, registry, Path(folder), chosen, Quiet())
    if found is None or not found.status.is_outcome:
        click.echo(f"it did not come to an end here: {found.reason if found else 'no record'}", err=True)
        return codes.SOME_FAILED
    compared = {name: value for name, value in record.metrics.items() if name not in skipped}
    record = record.model_copy(update={"metrics": compared})
    result, must_be_equal = agreement(record, found), same_machine(record, found)
    for field, theirs, ours in list(unlike(record, found))[:SHOWN]:
        click.echo(f"{field}: {theirs!r} in the record, {ours!r} here")
    where = "the same processor type and builds" if must_be_equal else "another processor type or build"
    click.echo(f"{record.id}: {result}, on {where}")
    agrees = result is Agreement.IDENTICAL or (result is Agreement.WITHIN and not must_be_equal)
    if agrees and sign_as is not None:
        _sign(path, sign_as, result is Agreement.IDENTICAL, found)
    return codes.DONE if agrees else codes.SOME_FAILED


def _describe_rerun(record: Record, rerun: Rerun) -> Iterator[str]:
    """What will run, before it does."""
    from rnnbench.discovery import discover

    resolved, registry = record.resolved, discover()
    seed = "" if record.seed is None else f", seed {record.seed}"
    yield one_line(f"{record.id}: {record.kind} run of {record.model} on {record.task}{seed}")
    for kind in ("model", "task", "dataset"):
        name = resolved[kind].get("name")
        if name is not None:
            yield "  " + one_line(f"{kind}: {name}, the code of {registry.provider(f'{kind}s', name).origin}")
    for field in ("budget", "chosen"):
        values = resolved.get(field) or getattr(record, field, None)
        if values:
            yield "  " + one_line(f"{field}: {', '.join(f'{name} {value:,}' for name, value in values.items())}")
    took = f"it took {record.wall_s:.0f} s on {record.provenance.get('cpu', 'an unknown processor')}"
    yield "  " + one_line(f"about {rerun.assignment.run.estimate_s:.0f} s here; {took}")


def _sign(path: Path, by: str, identical: bool, found: Record) -> None:
    from rnnbench.submission.validate.verified import sign

    with storage_errors(path.parent):
        is_real_folder(path.parent)  # a link in place of `runs` would lead into another board
    board = path.parent.resolve().parent
    commit = found.provenance.get("commit")
    result: Literal["identical", "within tolerance"] = "identical" if identical else "within tolerance"
    today = dt.datetime.now(dt.UTC).date().isoformat()
    mark = Verification(
        by=by, on=today, harness=__version__, commit=commit, result=result, record_sha256=record_hash(board, found.id)
    )
    sign(board, found.id, mark)
    click.echo(f"{board / VERIFIED}: {found.id} is marked as verified by {by}")


def merge_folders(folders: tuple[Path, ...], output: Path) -> int:
    """One board of several folders' records.

    Raises:
        Incompatible: they make no common board.
        StorageError: it cannot be written.
    """
    from rnnbench.submission.merge import merge

    merged = merge(folders, output)
    for run_id, why in merged.held_back.items():
        click.echo(one_line(f"held back: {run_id}: {why}"), err=True)
    click.echo(f"{output}: {merged.runs} runs, {merged.confirmations} confirmations, {len(merged.held_back)} held back")
    return codes.SOME_FAILED if merged.held_back else codes.DONE


def export_folder(folder: Path, form: str, output: Path, hub_ids: tuple[str, ...]) -> None:
    """A board in another place's form.

    Raises:
        NotInstalled: a library for it is not there.
        StorageError: the plan cannot be read, or a file cannot be written.
        DamagedFile: the plan is not one.
        BadParameter: a dataset is not given as NAME=ID.
    """
    from rnnbench.submission.export.eval_results import write_eval_results
    from rnnbench.submission.export.ro_crate import write_ro_crate

    pairs = dict(pair.partition("=")[::2] for pair in hub_ids)
    if not all(pairs.values()):
        raise click.BadParameter("--dataset: expected NAME=HUB_ID, as wikitext-2=org/wikitext")
    written = write_ro_crate(folder, output) if form == "ro-crate" else write_eval_results(folder, output, pairs)
    for path in written:
        click.echo(path)
