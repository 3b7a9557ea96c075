"""``rnnbench check``: the conformance kit over plugins, a line for each law."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import click

from rnnbench.cli import codes
from rnnbench.conformance.findings import Finding, Outcome
from rnnbench.conformance.subjects import find_subjects
from rnnbench.discovery import discover
from rnnbench.prepare import data_folder

_WORDS = {Outcome.PASSED: "passed", Outcome.FAILED: "FAILED", Outcome.NOT_APPLICABLE: "n/a"}


def check_plugins(name: str) -> int:
    """Try every law, print each finding as it comes, and give the exit code.

    Raises:
        UnknownSubject: neither a plugin nor a module has this name.
        DataMissing: ``RNNBENCH_DATA`` names no folder.
    """
    if "" not in sys.path and str(Path.cwd()) not in sys.path:
        sys.path.insert(0, str(Path.cwd()))  # a module beside the author, as `python -m` finds it
    subjects, folder = find_subjects(name, discover()), data_folder(None)
    count: Counter[Outcome] = Counter()
    subject = ""
    for case in subjects.cases(folder):
        finding = case.examine()
        if finding.subject != subject:
            subject = finding.subject
            click.echo(f"{subject}:")
        for line in _lines(finding):
            click.echo(line)
        count[finding.outcome] += 1
    totals = ", ".join(f"{count[outcome]} {outcome.value}" for outcome in Outcome)
    click.echo(f"{count.total()} laws: {totals}")
    return codes.SOME_FAILED if count[Outcome.FAILED] else codes.DONE


def _lines(finding: Finding) -> Iterator[str]:
    said = finding.detail if finding.outcome is Outcome.NOT_APPLICABLE else finding.says
    yield f"  {_WORDS[finding.outcome]:<6}  {finding.law:<14}  {said}"
    if finding.outcome is Outcome.FAILED:
        yield f"          tried: {finding.tried}"
        yield f"          found: {finding.detail}"
