"""Merges several people's or machines' records into one board: a set union, the same bytes for any order of folders.

A run that is in several folders counts once: the record with the lowest hash is used, the others are kept as
confirmations. If their scores differ by more than the tolerance, none is used, and the run is reported as held back.
"""

from __future__ import annotations

import hashlib
import itertools
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rnnbench.base.errors import UserError
from rnnbench.base.messages import shown
from rnnbench.leaderboard import write_all
from rnnbench.records.files import subfolder
from rnnbench.records.schema import Plan, PlannedRun, Record
from rnnbench.records.storage import results_lock, write_plan, write_record, write_text
from rnnbench.submission.agreement import Agreement, agreement
from rnnbench.submission.problems import differences
from rnnbench.submission.read import RUN_ID, Columns, Submission, Unreadable, read_record, read_submission
from rnnbench.submission.validate.validate import validate

CONFIRMATIONS, HELD_BACK = "confirmations", "held-back"
SHOWN = 5


class Incompatible(UserError):
    """The folders cannot be merged. The message says why."""


@dataclass(frozen=True)
class Merged:
    """The result of a merge: the runs used, the confirmations kept, and why each other run is held back."""

    runs: int
    confirmations: int
    held_back: Mapping[str, str]


@dataclass(frozen=True)
class _Entry:
    """A record of one of the folders, with the hash of its canonical form."""

    digest: str
    record: Record
    items: Columns | None


def merge(folders: Sequence[Path], out: Path) -> Merged:
    """Write the union of several results folders into a new one.

    Raises:
        Incompatible: a folder does not validate, no plan contains the others, or ``out`` holds something already.
        StorageError: a file cannot be written.
    """
    if out.exists() and any(out.iterdir()):
        raise Incompatible(f"{out}: expected a new or an empty folder")
    submissions = [_read_valid(folder) for folder in folders]
    plan = common_plan([submission.plan for submission in submissions if submission.plan])
    entries, contested = _union(submissions)
    confirmations, held_back = 0, {}
    with results_lock(out):
        write_plan(out, plan)
        for run_id, of_run in sorted(entries.items()):
            chosen, others = _choose([of_run[digest] for digest in sorted(of_run)])
            contradiction = _contradiction([chosen, *others]) or ("held back before" if run_id in contested else None)
            if contradiction is None:
                write_record(out, chosen.record, chosen.items)
                confirmations += len(others)
            else:
                held_back[run_id] = (
                    f"{chosen.record.task}, {chosen.record.model}, seed {chosen.record.seed}: {contradiction}"
                )
            kept, kind = (others, CONFIRMATIONS) if contradiction is None else ([chosen, *others], HELD_BACK)
            for entry in kept:
                write_text(subfolder(out, kind, run_id), f"{entry.digest[:16]}.json", canonical(entry.record))
        write_all(out)
    return Merged(len(entries) - len(held_back), confirmations, held_back)


def common_plan(plans: Sequence[Plan]) -> Plan:
    """The plan that contains all runs of the others; among equals the one whose canonical form sorts first.

    Raises:
        Incompatible: no plan does, or two plan one run differently.
    """
    whole = min(plans, key=lambda plan: (-len(plan.runs), canonical(plan)))
    planned = {run.id: run for run in whole.runs}
    for plan in plans:
        for run in plan.runs:
            if run.id not in planned:
                what = f"{run.task}, {run.model}, seed {run.seed}"
                raise Incompatible(
                    f"run {run.id} ({what}) of one plan is not in the largest: run one suite, or parts of it"
                )
            if found := differences(_without_estimate(planned[run.id]), _without_estimate(run)):
                field, one, other = found[0]
                raise Incompatible(f"run {run.id}: {field} is planned as {shown(one)} and as {shown(other)}")
    return whole


def canonical(value: Plan | Record) -> str:
    """Canonical JSON: the same text for the same value."""
    return json.dumps(value.model_dump(mode="json"), sort_keys=True, ensure_ascii=False, indent=1) + "\n"


def _union(submissions: Sequence[Submission]) -> tuple[dict[str, dict[str, _Entry]], set[str]]:
    """All records by run id and hash, and the runs that an earlier merge held back."""
    entries: dict[str, dict[str, _Entry]] = defaultdict(dict)
    contested: set[str] = set()
    for submission in submissions:
        for entry in _entries(submission):
            entries[entry.record.id][entry.digest] = entry
        for kind in (CONFIRMATIONS, HELD_BACK):
            for entry in _kept_beside(submission, kind):
                entries[entry.record.id].setdefault(entry.digest, entry)  # its items may be in another folder
                contested |= {entry.record.id} if kind == HELD_BACK else set()
    return entries, contested


def _without_estimate(run: PlannedRun) -> dict[str, Any]:
    """A planned run without its estimate of time, which may differ between machines."""
    return run.model_dump(mode="json", exclude={"estimate_s"})


def _read_valid(folder: Path) -> Submission:
    report = validate(folder, tables=False)
    if report.problems:
        more = f"\nand {len(report.problems) - SHOWN} more" if len(report.problems) > SHOWN else ""
        raise Incompatible(f"{folder} does not validate:\n" + "\n".join(map(str, report.problems[:SHOWN])) + more)
    return read_submission(folder)


def _entries(submission: Submission) -> Iterator[_Entry]:
    for record in submission.records.values():
        items = submission.columns(record.id)[0] if record.items_sha256 else None
        yield _entry(record, items)


def _kept_beside(submission: Submission, kind: str) -> Iterator[_Entry]:
    """Records that an earlier merge kept beside the board."""
    for path in sorted(submission.folder.glob(f"{kind}/*/*.json")):
        try:
            record = read_record(path)
        except Unreadable as error:
            raise Incompatible(f"{path}: {error}") from error
        if RUN_ID.fullmatch(record.id) is None or record.id != path.parent.name:
            raise Incompatible(f"{path}: id: expected the folder's name, got {shown(record.id)}")
        yield _entry(record, None)


def _entry(record: Record, items: Columns | None) -> _Entry:
    return _Entry(hashlib.sha256(canonical(record).encode()).hexdigest(), record, items)


def _choose(entries: Sequence[_Entry]) -> tuple[_Entry, list[_Entry]]:
    """The record to use, and its confirmations. One without an outcome is used only if all are, and never confirms."""
    outcomes = [entry for entry in entries if entry.record.status.is_outcome]
    first, *others = outcomes or entries[:1]
    return first, others


def _contradiction(entries: Sequence[_Entry]) -> str | None:
    """The scores of two records of one run that are beyond tolerance, if any two are."""
    for first, second in itertools.combinations([entry.record for entry in entries], 2):
        if agreement(first, second) is Agreement.BEYOND:
            return f"{_scores(first)} and {_scores(second)}"
    return None


def _scores(record: Record) -> str:
    scores = ", ".join(f"{name} {value:.6g}" for name, value in sorted(record.metrics.items()))
    return scores or f"{record.status}, best validation loss {record.best_validation_loss}"
