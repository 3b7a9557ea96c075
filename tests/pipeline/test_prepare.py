"""Preparing: fingerprints over rows, a cache that is never half full, and test rows left as they are."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from rnnbench.contract.datasets import DataMissing, Dataset, LabelledText, Row, Split, TextLine
from rnnbench.discovery import discover
from rnnbench.prepare import data_folder, open_prepared, prepare
from rnnbench.prepare.atomic_folder import atomic_folder
from rnnbench.prepare.fingerprint import duplicates, fingerprint

ROWS = {
    Split.TRAIN: [LabelledText("good fun", "yes"), LabelledText("bad", "no"), LabelledText("good", "yes")],
    Split.VALIDATION: [LabelledText("fun", "yes"), LabelledText("bad", "no")],
    Split.TEST: [LabelledText("bad", "no"), LabelledText("unseen words", "yes")],
}


@dataclass(frozen=True, kw_only=True)
class Opinions(Dataset):
    name = "opinions"
    rows = LabelledText
    description = "Five of them."
    licence = "none"

    def load(self, split: Split, folder: Path | None) -> Sequence[Row]:
        return ROWS[split]


def test_the_fingerprint_is_over_every_row_of_every_split() -> None:
    known = fingerprint(ROWS)
    assert fingerprint({split: list(rows) for split, rows in ROWS.items()}) == known
    for split in Split:
        assert fingerprint({**ROWS, split: ROWS[split][::-1]}) != known
        assert fingerprint({**ROWS, split: [*ROWS[split], LabelledText("", "no")]}) != known


def test_rows_cannot_move_between_splits_unseen() -> None:
    moved = {
        **ROWS,
        Split.TRAIN: ROWS[Split.TRAIN][:2],
        Split.VALIDATION: [ROWS[Split.TRAIN][2], *ROWS[Split.VALIDATION]],
    }
    assert fingerprint(moved) != fingerprint(ROWS)


def test_duplicate_content_is_counted_but_not_empty_lines() -> None:
    assert duplicates(ROWS) == {Split.VALIDATION: 1, Split.TEST: 1}
    lines = {split: [TextLine(""), TextLine("same")] for split in Split}
    assert duplicates(lines) == {Split.VALIDATION: 1, Split.TEST: 1}


def test_a_second_call_takes_what_the_first_one_wrote(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    task = discover().tasks["sentiment"]()
    first = prepare(task, Opinions(), None, tmp_path)
    monkeypatch.setattr(type(task), "fit", lambda *_: pytest.fail("fitted again"))
    second = prepare(task, Opinions(), None, tmp_path)
    assert (second.folder, second.encoding, second.fingerprint) == (first.folder, first.encoding, first.fingerprint)
    assert first.notes == (
        "1 of 2 validation rows also stand in the training rows",
        "1 of 2 test rows also stand in the training rows",
    )
    for name, array in first.arrays(Split.TRAIN).items():
        np.testing.assert_array_equal(array, second.arrays(Split.TRAIN)[name])


def test_a_preparation_that_fails_leaves_nothing_that_looks_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = discover().tasks["sentiment"]()
    with monkeypatch.context() as patched:
        patched.setattr(
            np, "savez", lambda *_args, **_arrays: (_ for _ in ()).throw(OSError(28, "No space left on device"))
        )
        with pytest.raises(OSError, match="No space"):
            prepare(task, Opinions(), None, tmp_path)
    assert not list((tmp_path / "prepared").iterdir())
    assert prepare(task, Opinions(), None, tmp_path).test_rows() == ROWS[Split.TEST]


def test_what_a_killed_preparation_left_is_cleared_away_by_the_next_and_one_under_way_is_not(tmp_path: Path) -> None:
    script = (
        "import pathlib, sys, time; from rnnbench.prepare.atomic_folder import atomic_folder\n"
        "with atomic_folder(pathlib.Path(sys.argv[1]) / 'here') as folder:\n"
        "    (folder / 'part').touch(); print(flush=True); time.sleep(600)\n"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE) as one,
        subprocess.Popen(command, stdout=subprocess.PIPE) as two,
    ):
        for process in (one, two):
            assert process.stdout is not None
            assert process.stdout.readline()
        assert len(list(tmp_path.iterdir())) == 2
        one.kill()
        one.wait()
        with atomic_folder(tmp_path / "there") as folder:
            (folder / "all").touch()
        assert len(list(tmp_path.glob(".unfinished-*"))) == 1
        two.kill()
    with atomic_folder(tmp_path / "there") as folder:  # another was first: that one stays
        pass
    assert [str(path.relative_to(tmp_path)) for path in sorted(tmp_path.rglob("*"))] == ["there", "there/all"]


def test_other_options_of_a_task_are_prepared_apart(tmp_path: Path) -> None:
    task = discover().tasks["sentiment"]
    folders = {prepare(task(minimum_count=count), Opinions(), None, tmp_path).folder for count in (1, 2)}
    assert len(folders) == 2


def test_test_rows_are_kept_as_rows_and_encoded_only_when_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = discover().tasks["sentiment"]()
    encoded: list[Sequence[Row]] = []
    encode = type(task).encode
    monkeypatch.setattr(
        type(task),
        "encode",
        lambda self, encoding, rows: encoded.append(rows.rows) or encode(self, encoding, rows),
    )
    prepared = prepare(task, Opinions(), None, tmp_path)
    assert ROWS[Split.TEST] not in encoded
    assert [LabelledText(*row) for row in json.loads((prepared.folder / "test.json").read_text())] == ROWS[Split.TEST]
    open_prepared(task, prepared.folder).arrays(Split.TEST)
    assert encoded[-1] == ROWS[Split.TEST]


def test_a_data_folder_that_does_not_exist_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(DataMissing, match=r"--data-dir: .*nowhere is not a folder"):
        data_folder(tmp_path / "nowhere")
    monkeypatch.setenv("RNNBENCH_DATA", str(tmp_path / "gone"))
    with pytest.raises(DataMissing, match=r"RNNBENCH_DATA: .*gone is not a folder"):
        data_folder(None)
    assert data_folder(tmp_path) == tmp_path.resolve()
