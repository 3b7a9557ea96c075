"""The user's own files: every form gives the same rows, and every mistake is named with its place."""

from __future__ import annotations

import gzip
import json
from itertools import chain

import pyarrow as pa
import pytest
from pyarrow import parquet

from rnnbench import DataMissing, LabelledText, Observation, SentencePair, Split, TextLine
from rnnbench_tasks.own.parallel_files import ParallelFiles
from rnnbench_tasks.own.series_csv import SeriesCSV
from rnnbench_tasks.own.table import Table
from rnnbench_tasks.own.text_files import TextFiles

TEXTS, LABELS = ["a, b", 'say "hi"', "ünd\u2028so"], ["x", "y", "x"]
ROWS = [LabelledText("a, b", "x"), LabelledText('say "hi"', "y"), LabelledText("ünd so", "x")]


def table_of(path, texts=TEXTS, labels=LABELS):
    """The same table in the form that the name asks for."""
    pairs = list(zip(texts, labels, strict=True))
    if path.suffix == ".parquet":
        parquet.write_table(pa.table({"label": labels, "text": texts}), path)
        return
    if ".jsonl" in path.name:
        text = "".join(json.dumps({"text": one, "label": label}) + "\n\n" for one, label in pairs)
    else:
        separator = "," if ".csv" in path.name else "\t"
        quoted = (f'"{one}"'.replace('"say "hi""', '"say ""hi"""') for one in texts)
        rows = zip(labels, quoted, strict=True)
        fields = [f"label{separator}text", *(separator.join(row) for row in rows)]
        text = "\r\n".join(fields)
    content = text.encode("utf-8-sig" if path.suffix == ".csv" else "utf-8")
    path.write_bytes(gzip.compress(content, mtime=0) if path.suffix == ".gz" else content)


def every(name):
    return {"train": name, "validation": name, "test": name}


def loaded(dataset, folder=None):
    return [dataset.load(split, folder) for split in Split]


@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.jsonl", "a.parquet", "a.csv.gz", "a.jsonl.gz"])
def test_a_table_gives_the_same_rows_in_every_form(name, tmp_path):
    table_of(tmp_path / name)
    assert loaded(Table(**every(name)), tmp_path) == [ROWS] * 3
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_whole_numbers_are_labels_and_fractions_are_not(tmp_path):
    table_of(tmp_path / "a.parquet", labels=[0, 1, 0])
    assert [row.label for row in Table(**every("a.parquet")).load(Split.TRAIN, tmp_path)] == ["0", "1", "0"]
    table_of(tmp_path / "a.parquet", labels=[0.5, 1.0, float("nan")])
    with pytest.raises(DataMissing, match=r"a.parquet:1: column 'label': got 0.5, expected a word or a whole number"):
        Table(**every("a.parquet")).load(Split.TRAIN, tmp_path)


def test_shares_divide_all_rows_once_in_an_order_of_their_own(tmp_path):
    (tmp_path / "a.csv").write_text("text,label\n" + "".join(f"t{n},l\n" for n in range(50)))
    for shuffle in (True, False):
        parts = [[row.text for row in part] for part in loaded(Table(path="a.csv", shuffle=shuffle), tmp_path)]
        assert [len(part) for part in parts] == [40, 5, 5]
        together = list(chain(*parts))
        assert sorted(together) == sorted(f"t{n}" for n in range(50))
        assert (together == [f"t{n}" for n in range(50)]) is not shuffle
        assert parts == [[row.text for row in part] for part in loaded(Table(path="a.csv", shuffle=shuffle), tmp_path)]


def test_text_is_cut_into_consecutive_stretches_and_keeps_its_empty_lines(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"a  b\r\n\nc\x0bd\ne\n")
    dataset = TextFiles(path="a.txt", shares=(0.5, 0.25, 0.25))
    assert loaded(dataset, tmp_path) == [[TextLine("a b"), TextLine("")], [TextLine("c d")], [TextLine("e")]]


def test_two_texts_and_a_table_give_the_same_pairs(tmp_path):
    (tmp_path / "a.en").write_text("one\ntwo\n")
    (tmp_path / "a.de").write_text("eins\nzwei")
    (tmp_path / "a.tsv").write_text("de\ten\neins\tone\nzwei\ttwo\n")
    pairs = [SentencePair("one", "eins"), SentencePair("two", "zwei")]
    assert loaded(ParallelFiles(**every(("a.en", "a.de"))), tmp_path) == [pairs] * 3
    assert loaded(ParallelFiles(**every(("a.tsv",)), source="en", target="de"), tmp_path) == [pairs] * 3


def test_the_data_folder_comes_before_the_working_folder(tmp_path, monkeypatch):
    for folder in ("data", "working"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.txt").write_text(folder)
    monkeypatch.chdir(tmp_path / "working")
    dataset = TextFiles(**every("a.txt"))
    assert dataset.load(Split.TRAIN, tmp_path / "data") == [TextLine("data")]
    assert dataset.load(Split.TRAIN, None) == [TextLine("working")]
    (tmp_path / "data" / "a.txt").unlink()
    assert dataset.load(Split.TRAIN, tmp_path / "data") == [TextLine("working")]
    assert TextFiles(**every(str(tmp_path / "working" / "a.txt"))).load(Split.TRAIN, None) == [TextLine("working")]
    with pytest.raises(DataMissing, match=r"no file .*data/b.txt or .*working/b.txt \(did you mean 'a.txt'\?\); give"):
        TextFiles(**every("b.txt")).load(Split.TRAIN, tmp_path / "data")


def test_a_folder_in_place_of_a_file_is_named_as_one(tmp_path):
    (tmp_path / "dir").mkdir()
    with pytest.raises(DataMissing, match=r"/dir is a folder, expected a file$"):
        TextFiles(**every("dir")).load(Split.TRAIN, tmp_path)


@pytest.mark.parametrize(
    ("content", "mistake"),
    [
        (b"text,label\na,x\nb\n", "a.csv:3: 1 columns, expected 2 as in the header"),
        (b"text,label\na,x,y\n", "a.csv:2: 3 columns, expected 2 as in the header; put quotes around"),
        (b'text,label\n"a\nb",x\n,y\n', "a.csv:4: column 'text': got '', expected a text"),
        (b"text,label\na,x\nb, \n", "a.csv:3: column 'label': got ' ', expected a word or a whole number"),
        (b'text,label\n"a"b,x\n', "a.csv:2: ',' expected after '\"'; a quote inside a quoted field is written twice"),
        (b"text,labels\na,x\n", r"a.csv:1: no column 'label' \(did you mean 'labels'\?\), only 'text', 'labels'"),
        (b"text,label,text\na,x,b\n", "a.csv:1: two columns are named 'text'; rename one"),
        (b"text,label\na,x\nb\xff,y\n", "a.csv:3: byte 0xff is no UTF-8; convert the file"),
        (b"", "a.csv:1: no column 'text', only none"),
    ],
)
def test_a_mistake_in_a_table_is_named_with_its_line(content, mistake, tmp_path):
    (tmp_path / "a.csv").write_bytes(content)
    with pytest.raises(DataMissing, match=mistake):
        Table(**every("a.csv")).load(Split.TRAIN, tmp_path)


@pytest.mark.parametrize(
    ("name", "content", "mistake"),
    [
        ("a.jsonl", b'{"text": "a", "label": 1}\n{"text": \n', "a.jsonl:2: no JSON: .*; one object a line is expected"),
        ("a.jsonl", b'{"text": "a", "label": 1}\n["a", 1]\n', "a.jsonl:2: got .*, expected an object with text, label"),
        ("a.jsonl", b'{"text": "a", "label": 1}\n{"text": "a"}\n', "a.jsonl:2: no column 'label', only 'text'"),
        ("a.jsonl", b'{"text": null, "label": 1}\n', "a.jsonl:1: column 'text': got None, expected a text"),
        ("a.parquet", b"PAR1 and no more", "a.parquet: cannot be read as Parquet: "),
        ("a.csv.gz", gzip.compress(b"text,label\na,x\n", mtime=0)[:-3], "a.csv.gz: not a whole gzip file"),
        ("a.xlsx", b"", r"a.xlsx: a table is expected to end in .csv, .tsv, .jsonl, .ndjson, .parquet"),
    ],
)
def test_a_mistake_in_another_kind_of_table_is_named(name, content, mistake, tmp_path):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataMissing, match=mistake):
        Table(**every(name)).load(Split.TRAIN, tmp_path)


@pytest.mark.parametrize(
    ("sides", "mistake"),
    [
        (("a\nb\nc\n", "a\nb\n"), "a.de:3: 2 lines, expected 3 as in .*a.en; line n translates line n"),
        (("a\nb\n", "a\n \n"), "a.de:2: empty, expected a sentence; remove the line from both files"),
    ],
)
def test_sides_that_do_not_match_are_refused(sides, mistake, tmp_path):
    for language, text in zip(("en", "de"), sides, strict=True):
        (tmp_path / f"a.{language}").write_text(text)
    with pytest.raises(DataMissing, match=mistake):
        ParallelFiles(**every(("a.en", "a.de"))).load(Split.TEST, tmp_path)


def series(tmp_path, times, values=None, **fields):
    values = values or [str(n) for n in range(len(times))]
    lines = "".join(f"{time},{value}\n" for time, value in zip(times, values, strict=True))
    (tmp_path / "s.csv").write_text(f"when,load\n{lines}")
    return SeriesCSV(path="s.csv", time="when", targets=("load",), **fields)


@pytest.mark.parametrize(
    ("frequency", "times"),
    [
        (None, ["2024-02-28", "2024-02-29", "2024-03-01", "2024-03-02"]),
        ("15min", ["2024-01-01 23:30:00", "2024-01-01 23:45:00", "2024-01-02 00:00:00", "2024-01-02 00:15:00"]),
        ("1h", ["2024-01-01T00:00Z", "2024-01-01T01:00Z", "2024-01-01T04:00+02:00", "2024-01-01T03:00Z"]),
        ("1mo", ["2023-11", "2023-12", "2024-01", "2024-02"]),
        ("1mo", ["2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30"]),
        ("1mo", ["2024-01-30", "2024-02-29", "2024-03-30", "2024-04-30"]),
        ("3mo", ["2023-06-30", "2023-09-30", "2023-12-31", "2024-03-31"]),
        ("1y", ["1999", "2000", "2001", "2002"]),
        ("any", ["2024-01-05", "2024-01-08", "2024-01-09", "2025-01-09"]),
    ],
)
def test_steps_of_the_frequency_are_accepted_and_a_gap_is_named(frequency, times, tmp_path):
    dataset = series(tmp_path, times, frequency=frequency, shares=(0.5, 0.25, 0.25))
    assert dataset.channels == ("load",)
    rows = list(chain(*loaded(dataset, tmp_path)))
    assert rows == [Observation(time, (float(n),)) for n, time in enumerate(times)]
    if frequency != "any":
        gap = series(tmp_path, [*times[:2], times[3]], frequency=frequency)
        with pytest.raises(
            DataMissing, match=r"s.csv:4: column 'when': got .*, expected .*; fill the gap, or set freq"
        ):
            gap.load(Split.TRAIN, tmp_path)
    twice = series(tmp_path, [*times, times[3]], frequency=frequency)
    with pytest.raises(DataMissing, match=r"s.csv:6: column 'when': .* does not come after .*; sort the rows"):
        twice.load(Split.TRAIN, tmp_path)


@pytest.mark.parametrize("value", ["", "nan", "NaN", "inf", "1,5", "n/a"])
def test_a_value_that_is_no_number_is_named_and_never_guessed(value, tmp_path):
    dataset = series(tmp_path, ["2001", "2002", "2003"], ["1", f'"{value}"', "3"], frequency="1y")
    with pytest.raises(DataMissing, match=rf"s.csv:3: column 'load': got '{value}', expected a number .* guessed"):
        dataset.load(Split.TRAIN, tmp_path)


def test_a_time_that_is_none_is_named(tmp_path):
    with pytest.raises(DataMissing, match=r"s.csv:3: column 'when': got '31.12.2002', expected a time as 2024-05"):
        series(tmp_path, ["2001-12-31", "31.12.2002"]).load(Split.TRAIN, tmp_path)


def test_dates_divide_a_series_and_must_leave_rows_in_each_split(tmp_path):
    times = [f"{year}" for year in range(2000, 2010)]
    dataset = series(tmp_path, times, frequency="1y", validation_from="2005", test_from="2008-01-01")
    assert [[row.time for row in part] for part in loaded(dataset, tmp_path)] == [times[:5], times[5:8], times[8:]]
    late = series(tmp_path, times, frequency="1y", validation_from="2005", test_from="2030")
    with pytest.raises(DataMissing, match="no test row between those dates, only 2000 to 2009; move the dates"):
        late.load(Split.TEST, tmp_path)


@pytest.mark.parametrize(
    ("make", "mistake"),
    [
        (TextFiles, "train: give a file for each of train, validation, test, or one path"),
        (lambda: TextFiles(train="a", test="b"), "validation: give a file"),
        (lambda: TextFiles(train="a", path="b"), "path: give one path, or a file for each of .*, not both"),
        (lambda: Table(path="a.csv", shares=(0.5, 0.5, 0.5)), "shares: expected three above 0 that add up to 1"),
        (lambda: Table(path="a.csv", shares=(0.9, 0.1, 0.0)), "shares: expected three above 0"),
        (lambda: ParallelFiles(path=("a.en",)), "path: got .*, expected two files of lines, or one table"),
        (lambda: ParallelFiles(path=("a.csv", "b.csv")), "path: got .*, expected two files of lines, or one table"),
        (lambda: SeriesCSV(targets=("a",)), "path: give the table"),
        (lambda: SeriesCSV(path="a.csv"), "targets: expected the names of one or more columns"),
        (lambda: SeriesCSV(path="a.csv", targets=("a", "a")), "targets: .* each once"),
        (lambda: SeriesCSV(path="a.csv", targets=("a",), frequency="monthly"), "frequency: expected a number and one"),
        (lambda: SeriesCSV(path="a.csv", targets=("a",), test_from="2020"), "validation_from: the other date is given"),
        (
            lambda: SeriesCSV(path="a.csv", targets=("a",), validation_from="2021", test_from="2020"),
            "test_from: expected a time after 2021",
        ),
    ],
)
def test_fields_that_do_not_fit_together_are_refused(make, mistake):
    with pytest.raises(ValueError, match=mistake):
        make()
