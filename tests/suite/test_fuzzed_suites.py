"""Mangled copies of our own suites: each is a suite or refused in lines, in seconds and little memory."""

from __future__ import annotations

import random
import resource
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from rnnbench.cli.main import commands
from rnnbench.discovery import discover
from rnnbench.suite import SuiteError, read_suite

SOURCES = sorted((Path(__file__).parents[2] / "suites").rglob("*.yaml"))
FRAGMENTS = (
    *("", " ", "\n", "\t", ":", ": ", "- ", "?", "#", "'", '"', "[", "]", "{", "}", ",", "&a ", "*a", "|", ">", "%"),
    *("null", "true", "-1", "0", "1e3", "1e999", ".nan", ".inf", "9" * 30, "0x" + "f" * 40, "2024-01-01", "12:30:45"),
    *("!!int ", "!!python/object:os.system ", "!x ", "<<: *a", "---\n", "...\n", "\ufeff", "\x85", "\u2028", "\0"),
    *("[" * 50, "{a: " * 50, "x" * 5000, "é", "\U0001f600", "\ud800", "steps", "lstm", "models:", "tasks:", "- lstm\n"),
)
SECONDS, BYTES = 3.0, 600 * 2**20


def mangled(source: random.Random) -> bytes:
    """One of our suites with one to four edits of its text or of its bytes."""
    text = source.choice(SOURCES).read_text(encoding="utf-8")
    for _ in range(source.randint(1, 4)):
        lines, start = text.splitlines(keepends=True), source.randrange(len(text) + 1)
        edit = source.randrange(6)
        if edit == 0:
            text = text[:start] + source.choice(FRAGMENTS) + text[start:]
        elif edit == 1:
            text = text[:start] + source.choice(FRAGMENTS) + text[start + source.randrange(20) :]
        elif edit == 2 and lines:
            del lines[source.randrange(len(lines))]
            text = "".join(lines)
        elif edit == 3 and lines:
            lines.insert(source.randrange(len(lines)), source.choice(lines))
            text = "".join(lines)
        elif edit == 4:
            text = text[:start]
        else:
            words = text.split(" ")
            one, other = source.randrange(len(words)), source.randrange(len(words))
            words[one], words[other] = words[other], words[one]
            text = " ".join(words)
    content = bytearray(text.encode("utf-8", "surrogatepass"))
    for _ in range(source.choice((0, 0, 0, 1, 2))):
        if content:
            content[source.randrange(len(content))] = source.randrange(256)
    return bytes(content)


def check(count: int, seed: int, path: Path) -> str:
    """So many mangled suites are read or refused; anything else is raised, and the file is left. What it cost."""
    source, registry = random.Random(seed), discover()
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    suites, slowest = 0, 0.0
    for _ in range(count):
        path.write_bytes(mangled(source))
        began = time.process_time()
        try:
            read_suite(path, registry)
            suites += 1
        except SuiteError as error:
            lines = str(error).split("\n")
            assert 1 <= len(lines) <= 24
            assert all(line.startswith((str(path), "and ")) and line.isprintable() for line in lines), lines
        slowest = max(slowest, time.process_time() - began)
        assert slowest < SECONDS
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - held) * 1024
    assert 0 < suites < count, "the mangling leaves some suites sound, and not all"
    assert grown < BYTES
    cost = f"the slowest took {slowest:.2f} s, {grown / 1e6:.0f} MB more"
    return f"{count:,} mangled suites, {suites:,} of them sound; {cost}"


def test_mangled_suites_are_read_or_refused_in_lines(figure: Callable[[str], None], tmp_path: Path) -> None:
    figure(check(1_000, 0, tmp_path / "mangled.yaml"))


@pytest.mark.slow
def test_mangled_suites_are_read_or_refused_in_lines_in_the_long_form(
    figure: Callable[[str], None], tmp_path: Path
) -> None:
    figure(check(20_000, 1, tmp_path / "mangled.yaml"))


def test_the_command_line_ends_with_0_or_2_and_no_traceback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    source = random.Random(21)
    for _ in range(20):
        Path("mangled.yaml").write_bytes(mangled(source))
        done = CliRunner().invoke(commands, ["validate", "mangled.yaml"])
        assert done.exception is None or isinstance(done.exception, SystemExit)
        assert done.exit_code in (0, 2)
        assert len(done.stderr.splitlines()) <= 24
