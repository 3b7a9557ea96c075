"""Checks a submitted results folder: offline, without torch, plugins or any code of the submitter.

It finds inconsistencies. A consistent forgery passes; only a rerun (:mod:`rnnbench.submission.rerun`) finds one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rnnbench.leaderboard import read_results
from rnnbench.leaderboard.formats import table_files
from rnnbench.leaderboard.formats.json_table import FORMAT
from rnnbench.metrics import NAMES
from rnnbench.records.plain import MOST_TABLE_BYTES
from rnnbench.records.schema import Plan, Record
from rnnbench.records.storage import DamagedFile, StorageError
from rnnbench.records.verifications import VERIFIED
from rnnbench.submission.problems import Problem
from rnnbench.submission.read import Submission, Unreadable, parse, read_capped, read_submission
from rnnbench.submission.validate.outcomes import check_across_records, check_record
from rnnbench.submission.validate.plan import check_plan
from rnnbench.submission.validate.scores import check_scores
from rnnbench.submission.validate.verified import check_verified

AS_JSON = "leaderboard.json"
"""The table that names the format of all."""


@dataclass(frozen=True)
class Report:
    """The result of :func:`validate`. A submission with problems is refused; notes are for its reviewer."""

    folder: Path
    suite: str
    records: int
    planned: int
    problems: tuple[Problem, ...]
    notes: tuple[str, ...]


def validate(folder: Path, tables: bool = True) -> Report:
    """Check everything in a results folder that can be checked without running anything.

    Args:
        folder: a results folder, which may be somebody else's.
        tables: whether to rebuild its leaderboard too and compare.
    """
    submission = read_submission(folder)
    plan, records = submission.plan, submission.records
    problems = list(submission.problems)
    if plan is None:
        return Report(folder, folder.name, len(records), 0, tuple(sorted(problems)), ())
    problems += check_plan(plan)
    problems += _check_records(submission, plan)
    problems += check_verified(submission)
    if tables and not problems:  # tables are made by code that trusts what it reads
        problems += _check_tables(folder)
    return Report(
        folder, plan.suite, len(records), len(plan.runs), tuple(sorted(set(problems))), tuple(_notes(submission, plan))
    )


def _check_records(submission: Submission, plan: Plan) -> Iterator[Problem]:
    tasks = {task.label: task for task in plan.tasks}
    runs = {run.id: run for run in plan.runs if run.task in tasks}
    scored: dict[str, list[Record]] = defaultdict(list)
    for run_id, record in submission.records.items():
        if (run := runs.get(run_id)) is None:
            yield Problem(f"runs/{run_id}.json", "id", "is not planned: remove it, or submit the plan that asks for it")
            continue
        yield from check_record(record, run, tasks[run.task], run_id in submission.items)
        if record.items_sha256 is not None and run_id in submission.items:
            scored[run.task].append(record)
    for run_id in sorted(submission.items - submission.records.keys()):
        yield Problem(f"items/{run_id}.json.gz", "", "belongs to no record")
    yield from check_across_records(submission.records, list(runs.values()))
    for label, of_task in scored.items():
        yield from check_scores(submission, tasks[label], of_task)


def _check_tables(folder: Path) -> Iterator[Problem]:
    """Rebuild the tables that the folder has, and compare."""
    present = [name for name in table_files() if (folder / name).exists()]
    if not present:
        return
    if (made_by := _format(folder)) not in (None, FORMAT):
        yield Problem(AS_JSON, "format", f"made by format {made_by}; run `rnnbench leaderboard {folder}`")
        return
    try:
        results = read_results(folder)
        for name in present:
            if read_capped(folder, name, MOST_TABLE_BYTES) != table_files()[name].render(results).encode():
                yield Problem(name, "", f"is not what the records give; make it again: rnnbench leaderboard {folder}")
    except Unreadable as error:
        yield Problem(name, "", str(error))
    except (StorageError, DamagedFile, ValueError, LookupError, TypeError, ArithmeticError) as error:
        yield Problem(present[0], "", f"no table can be made of these records: {error}")


def _format(folder: Path) -> int | None:
    """The format version of the tables in the folder; tables of the first version do not say it. None if unknown."""
    try:
        board = parse(read_capped(folder, AS_JSON, MOST_TABLE_BYTES))
    except Unreadable:
        return None
    found = board.get("format", 1) if isinstance(board, dict) else None
    return found if type(found) is int else None


def _notes(submission: Submission, plan: Plan) -> Iterator[str]:
    """What a reviewer has to know, and what was not checked."""
    missing = [run.id for run in plan.runs if run.id not in submission.records]
    if missing:
        yield f"{len(missing)} of {len(plan.runs)} planned runs have no record; their rows are marked incomplete"
    tried = [record for record in submission.records.values() if not record.status.is_outcome]
    if tried:
        yield f"{len(tried)} runs have no outcome: {', '.join(sorted({str(record.status) for record in tried}))}"
    every = [metric for task in plan.tasks for metric in task.metrics]
    if own := sorted({metric.name for metric in every if metric.name not in NAMES and metric.sums is None}):
        yield f"checked by range alone (--plugins computes them), for they are a plugin's own: {', '.join(own)}"
    if any(record.kind == "optimum" for record in submission.records.values()):
        yield "the optimum is not recomputed: it has no items; --data-dir and `rnnbench verify` do"
    if submission.folder.joinpath(VERIFIED).exists():
        yield f"{VERIFIED}: only maintainers add to it"
    yield "a consistent forgery passes: only `rnnbench verify RECORD` finds one"
