"""Checks a record against its planned run: its inputs, status, training and tuning."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from rnnbench.records.run_id import run_id
from rnnbench.records.schema import Kind, PlannedRun, PlannedTask, Record, Status
from rnnbench.records.storage import RUNS
from rnnbench.submission.problems import Problem, differences, differs
from rnnbench.submission.validate.history import check_history, check_positions

_TRAINED = (Kind.TRAIN, Kind.TUNE)


def check_record(record: Record, run: PlannedRun, task: PlannedTask, has_items: bool) -> Iterator[Problem]:
    """Check one record against its planned run."""
    file = file_of(record)
    if (derived := run_id(record.resolved)) != record.id:
        yield differs(file, "id", derived, record.id, "the hash of its resolved inputs")
    for field in ("kind", "task", "model", "seed"):
        if getattr(record, field) != getattr(run, field):
            yield differs(file, field, getattr(run, field), getattr(record, field), "as planned")
    for field, planned, got in differences(run.resolved, record.resolved, "resolved"):
        yield differs(file, field, planned, got, "as planned")
    yield from _check_status(record, task, has_items)
    if record.kind in _TRAINED and record.status.is_outcome:
        for field in ("core_params", "params", "adapter"):
            if getattr(record, field) != getattr(run, field):
                yield differs(file, field, getattr(run, field), getattr(record, field), "as planned")
        yield from check_history(file, record)
    elif record.history or record.best_step is not None or record.steps:
        yield Problem(file, "history", "expected none: nothing was trained to an outcome")


def check_across_records(records: Mapping[str, Record], runs: Sequence[PlannedRun]) -> Iterator[Problem]:
    """Check records against each other: the tuned learning rate, the size of the state, the positions read."""
    pairs: dict[tuple[str, str], list[Record]] = defaultdict(list)
    for run in runs:
        if run.id in records and run.kind in _TRAINED:
            pairs[run.task, run.model].append(records[run.id])
    for (task, model), own in pairs.items():
        planned = sum(run.kind is Kind.TUNE and (run.task, run.model) == (task, model) for run in runs)
        yield from _check_tuned_rate(own, planned)
        yield from _check_same(own, lambda record: record.state_bytes, "state_bytes", "of all seeds")
    yield from check_positions([(file_of(record), record) for own in pairs.values() for record in own])


def file_of(record: Record) -> str:
    """The path of the record's file, relative to the results folder."""
    return f"{RUNS}/{record.id}.json"


def best_rate(tried: Iterable[Record]) -> float | None:
    """The learning rate of the tuning run that was best on validation; the smaller of equals. A diverged run is last.

    A second implementation of the rule by which the harness chooses, so that one checks the other.
    """
    losses: list[tuple[float, float]] = []
    for record in tried:
        loss = record.best_validation_loss if record.status is Status.DONE else None
        if (rate := record.resolved.get("recipe", {}).get("learning_rate")) is not None:
            losses.append((math.inf if loss is None else loss, rate))
    return min(losses)[1] if losses else None


def _check_status(record: Record, task: PlannedTask, has_items: bool) -> Iterator[Problem]:
    file, done = file_of(record), record.status is Status.DONE
    yield from _check_scored(record, [metric.name for metric in task.metrics])
    if has_items != (record.items_sha256 is not None):
        yield differs(f"items/{record.id}.json.gz", "", _presence(not has_items), _presence(has_items), "by its record")
    if (record.reason is None) != done:
        yield Problem(file, "reason", f"expected {'none' if done else 'one'} of a run that is {record.status}")
    if record.status is Status.DIVERGED and record.kind not in _TRAINED:
        yield Problem(file, "status", f"expected done: a {record.kind} trains nothing")
    for field in ("wall_s", "cpu_s", "train_s", "steps", "positions", "attempts", "resumed"):
        if getattr(record, field) < 0:
            yield Problem(file, field, f"expected at least 0, got {getattr(record, field)}")


def _check_scored(record: Record, names: Sequence[str]) -> Iterator[Problem]:
    """A run that is scored has every metric, and items; any other run has neither."""
    file, done, got = file_of(record), record.status is Status.DONE, sorted(record.metrics)
    scored = done and record.kind in (Kind.TRAIN, Kind.BASELINE)
    known = done and record.kind is Kind.OPTIMUM
    if scored and got != sorted(names):
        yield differs(file, "metrics", sorted(names), got)
    if known and not (got and set(got) <= set(names)):
        yield differs(file, "metrics", names, got, "some of them")
    if not (scored or known) and (record.metrics or record.test_error):
        yield Problem(file, "metrics", f"expected none of a {record.kind} run that is {record.status}")
    may_have_items = scored or (record.kind is Kind.TRAIN and record.status is Status.DIVERGED)
    if scored and record.items_sha256 is None:
        yield Problem(file, "items_sha256", "expected the hash of its items, got none")
    if record.items_sha256 is not None and not may_have_items:
        yield Problem(file, "items_sha256", f"expected none of a {record.kind} run that is {record.status}")


def _presence(there: bool) -> str:
    return "a file" if there else "no file"


def _check_tuned_rate(own: Sequence[Record], planned: int) -> Iterator[Problem]:
    tried = [record for record in own if record.kind is Kind.TUNE and record.status.is_outcome]
    rate = best_rate(tried)
    for record in own:
        if record.kind is not Kind.TRAIN or not record.status.is_outcome:
            continue
        if planned and len(tried) < planned:
            yield Problem(file_of(record), "chosen", f"{len(tried)} of the {planned} tuning runs have an outcome here")
            continue
        expected = {} if rate is None else {"learning_rate": rate}
        if record.chosen != expected:
            yield differs(file_of(record), "chosen", expected, record.chosen, "best on validation in tuning")


def _check_same(records: Sequence[Record], value: Callable[[Record], object], field: str, of: str) -> Iterator[Problem]:
    """A value that is the same in all these records, where it is known."""
    known = [(record, value(record)) for record in records if value(record) is not None]
    if not known:
        return
    commonest = Counter(one for _, one in known).most_common(1)[0][0]
    for record, one in known:
        if one != commonest:
            yield differs(file_of(record), field, commonest, one, f"as in most records {of}")
