"""Data that is damaged is found before the first run: the message names the file, what was found, what was due."""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.hostile.inline import carried_out

from rnnbench import DataMissing, LabelledText, Split
from rnnbench.discovery import discover
from rnnbench.pipeline.request import Request
from rnnbench.pipeline.up_to_date import up_to_date_folder
from rnnbench.prepare import prepare
from rnnbench_tasks.own.parallel_files import ParallelFiles
from rnnbench_tasks.own.series_csv import SeriesCSV
from rnnbench_tasks.own.table import Table
from rnnbench_tasks.own.text_files import TextFiles
from rnnbench_tasks.public.checksums import CONTENT
from rnnbench_tasks.public.ett import ETTh1, ETTm1
from rnnbench_tasks.public.wikitext import WikiText2

TABLE = "text,label\n" + "".join(f"word{n},{'yes' if n % 2 else 'no'}\n" for n in range(40))
SERIES = "when,load\n" + "".join(f"{1900 + n},{n}.5\n" for n in range(40))
LINES = "".join(f"line {n}\n" for n in range(40))
PACKED = gzip.compress(LINES.encode(), mtime=0)

MINE = """\
budget: {steps: 2}
seeds: 1
tune: none
recipe: {embedding: 8, batch: 8, evaluations: 1}
models: [{model: lstm, fields: {width: 8}}]
tasks: [{task: sentiment, dataset: {name: table, fields: {path: a.csv}}}]
"""


def flipped(content: bytes, place: int | None = None, bit: int = 1) -> bytes:
    """The content with one bit of one byte changed."""
    place = len(content) // 2 if place is None else place
    return content[:place] + bytes([content[place] ^ bit]) + content[place + 1 :]


def public(data_folder: Path, folder: Path, file: str, change: Callable[[bytes], bytes] = bytes) -> Path:
    """A copy of one public dataset in which one file is changed; the others are links."""
    source = data_folder / file.partition("/")[0]
    copy = folder / source.name
    copy.mkdir()
    for path in source.iterdir():
        (copy / path.name).symlink_to(path)
    (folder / file).unlink()
    (folder / file).write_bytes(change((data_folder / file).read_bytes()))
    return folder / file


@pytest.mark.data
@pytest.mark.parametrize(
    ("dataset", "file", "change", "what"),
    [
        (ETTh1, "ett/ETTh1.csv", flipped, "the content has sha256 .*, expected f18de3ad"),
        (ETTh1, "ett/ETTh1.csv", lambda content: content[: len(content) // 2], "the content has sha256 .*, expected"),
        (ETTh1, "ett/ETTh1.csv", lambda _: b"", "the content has sha256 .*, expected"),
        (ETTh1, "ett/ETTh1.csv", lambda content: content.replace(b"2016-07-01 00", b"2016-07-01 99", 1), "the content"),
        (ETTh1, "ett/ETTh1.csv", lambda content: content.decode().encode("utf-16"), "the content"),
        (ETTm1, "ett/ETTm1.csv.gz", flipped, "cannot be read to its end: .*; copy it again|the content has sha256"),
        (ETTm1, "ett/ETTm1.csv.gz", lambda content: content[:-9], "cannot be read to its end: .*; copy it again"),
        (ETTm1, "ett/ETTm1.csv.gz", lambda _: b"", "the content has sha256 .*, expected|cannot be read to its end"),
        (WikiText2, "wikitext-2/test.txt", flipped, "the content has sha256 .*, expected d790b833"),
        (WikiText2, "wikitext-2/valid.txt", lambda content: content[1:] + b" ", "the content has sha256"),
    ],
)
def test_a_public_file_that_is_not_the_published_one_is_refused(
    dataset: type, file: str, change: Callable[[bytes], bytes], what: str, data_folder: Path, tmp_path: Path
) -> None:
    path = public(data_folder, tmp_path, file, change)
    with pytest.raises(DataMissing, match=rf"^{path}: ({what})") as error:
        dataset().verify(tmp_path)
    assert "copy it again" in str(error.value)


@pytest.mark.data
def test_every_public_file_that_lies_here_is_the_one_of_its_checksum(data_folder: Path) -> None:
    for cls in discover().datasets.values():
        if getattr(cls, "folder", None) in CONTENT:
            cls().verify(data_folder)


@pytest.mark.data
def test_gzipped_or_not_the_content_is_the_same(data_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "ett").mkdir()
    (tmp_path / "ett" / "ETTh1.csv.gz").write_bytes(gzip.compress((data_folder / "ett/ETTh1.csv").read_bytes(), 1))
    ETTh1().verify(tmp_path)


Make = Callable[[], object]


@pytest.mark.parametrize(
    ("name", "content", "make", "what"),
    [
        ("a.csv", b"", lambda: Table(path="a.csv"), r"a.csv:1: no column 'text', only none"),
        ("a.csv", TABLE.encode("utf-16"), lambda: Table(path="a.csv"), r"a.csv:1: byte 0xff is no UTF-8; convert"),
        ("a.csv", TABLE.encode()[:-4], lambda: Table(path="a.csv"), r"a.csv:41: .*expected"),
        ("a.csv", flipped(TABLE.encode(), 4), lambda: Table(path="a.csv"), r"a.csv:1: no column"),
        ("a.csv", flipped(TABLE.encode(), 200, 0x80), lambda: Table(path="a.csv"), r"a.csv:\d+: byte 0x.. is no UTF-8"),
        ("a.csv", b"text,label\n" + b",yes\n" * 9, lambda: Table(path="a.csv"), r"a.csv:2: column 'text': got ''"),
        ("a.csv", b"text,label\n" + b"x,\n" * 9, lambda: Table(path="a.csv"), r"a.csv:2: column 'label': got ''"),
        ("a.csv", b"text,label\n", lambda: Table(path="a.csv"), r"no train rows"),
        ("a.txt", b"", lambda: TextFiles(path="a.txt"), r"a.txt: no word in it"),
        ("a.txt", b"\n\n \n", lambda: TextFiles(path="a.txt"), r"a.txt: no word in it"),
        ("a.txt", "naïve".encode("latin-1"), lambda: TextFiles(path="a.txt"), r"a.txt:1: byte 0xef is no UTF-8; conv"),
        (
            "a.txt.gz",
            PACKED[:-9],
            lambda: TextFiles(path="a.txt.gz"),
            r"not a whole gzip file",
        ),
        (
            "a.txt.gz",
            flipped(PACKED),
            lambda: TextFiles(path="a.txt.gz"),
            r"not a whole gzip",
        ),
        (
            "a.csv",
            SERIES.replace("7.5", "nan", 1).encode(),
            lambda: SeriesCSV(path="a.csv", time="when", targets=("load",), frequency="1y"),
            r"a.csv:9: column 'load': got 'nan', expected a number as 3.14; no value is guessed",
        ),
        (
            "a.csv",
            b"when,load\n" + b"".join(b"%d,\n" % year for year in range(1900, 1920)),
            lambda: SeriesCSV(path="a.csv", time="when", targets=("load",), frequency="1y"),
            r"a.csv:2: column 'load': got '', expected a number",
        ),
        (
            "a.csv",
            SERIES.replace("1907", "1917", 1).encode(),
            lambda: SeriesCSV(path="a.csv", time="when", targets=("load",), frequency="1y"),
            r"a.csv:9: column 'when': got 1917-01-01 00:00:00, expected 1907-01-01 00:00:00",
        ),
        (
            "a.tsv",
            b"source\ttarget\na\t\n",
            lambda: ParallelFiles(path=("a.tsv",)),
            r"a.tsv:2: column 'target': got ''",
        ),
    ],
)
def test_a_damaged_file_of_the_users_own_is_named_with_its_place(
    name: str, content: bytes, make: Make, what: str, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(content)
    task = {"Table": "sentiment", "TextFiles": "language-modelling", "SeriesCSV": "forecasting"}
    dataset = make()
    with pytest.raises(DataMissing, match=what):
        prepare(
            discover().tasks[task.get(type(dataset).__name__, "translation")](), dataset, tmp_path, tmp_path / "cache"
        )
    assert not (tmp_path / "cache").exists()


@pytest.mark.parametrize("file", ["train.npz", "validation.npz", "test.json", "prepared.json", "prepared.sha256"])
@pytest.mark.parametrize("change", [flipped, lambda content: content[: len(content) // 2], lambda _: b""])
def test_a_damaged_cache_is_made_anew(file: str, change: Callable[[bytes], bytes], tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(TABLE, encoding="utf-8")
    task = discover().tasks["sentiment"]()
    first = prepare(task, Table(path="a.csv"), tmp_path, tmp_path)
    known = {path.name: path.read_bytes() for path in first.folder.iterdir()}
    (first.folder / file).write_bytes(change(known[file]))
    again = prepare(task, Table(path="a.csv"), tmp_path, tmp_path)
    assert again.folder == first.folder
    assert (again.folder / "test.json").read_bytes() == known["test.json"]
    assert (again.encoding, again.test_rows()) == (first.encoding, first.test_rows())
    assert again.arrays(Split.TRAIN)["labels"].tolist() == first.arrays(Split.TRAIN)["labels"].tolist()


def test_a_file_of_the_same_size_and_time_with_other_content_is_other_data(tmp_path: Path) -> None:
    path, task = tmp_path / "a.csv", discover().tasks["sentiment"]()
    path.write_text(TABLE, encoding="utf-8")
    before = path.stat()
    first = prepare(task, Table(path="a.csv"), tmp_path, tmp_path)
    path.write_text(TABLE.replace("word7,", "word8,"), encoding="utf-8")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    second = prepare(task, Table(path="a.csv"), tmp_path, tmp_path)
    assert path.stat().st_size == before.st_size
    assert first.fingerprint != second.fingerprint
    assert LabelledText("word7", "yes") not in Table(path="a.csv").load(Split.TRAIN, tmp_path)


def test_done_runs_are_recalled_only_while_the_files_of_their_data_stay_as_they_were(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, suite = tmp_path / "a.csv", tmp_path / "mine.yaml"
    data.write_text(TABLE, encoding="utf-8")
    suite.write_text(MINE, encoding="utf-8")
    monkeypatch.setenv("RNNBENCH_CACHE", str(tmp_path / "cache"))
    request = Request(suite=suite, out=tmp_path / "out", data_dir=tmp_path, device="cpu")
    first = carried_out(suite, monkeypatch, out=tmp_path / "out", data_dir=tmp_path)
    assert up_to_date_folder(request) == tmp_path / "out"
    state = data.stat()
    data.write_text(TABLE.replace("word7,", "word8,"), encoding="utf-8")
    os.utime(data, ns=(state.st_atime_ns, state.st_mtime_ns))
    assert up_to_date_folder(request) is None
    second = carried_out(suite, monkeypatch, out=tmp_path / "out", data_dir=tmp_path)
    assert second.left == len(second.records) == len(first.records)
    assert not {one.id for one in first.records} & {one.id for one in second.records}
