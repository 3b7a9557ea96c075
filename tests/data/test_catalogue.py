"""The public datasets that were never fetched where this was built: their readers, on made-up files of their layout."""

from __future__ import annotations

import pyarrow as pa
import pytest
from click.testing import CliRunner
from pyarrow import parquet

from rnnbench import DataMissing, LabelledText, SentencePair, Split, TextLine
from rnnbench.cli.main import commands
from rnnbench_tasks.public import PUBLIC
from rnnbench_tasks.public.imdb import IMDB
from rnnbench_tasks.public.iwslt import IWSLT14
from rnnbench_tasks.public.long_series import Electricity, ExchangeRate, Weather
from rnnbench_tasks.public.penn_treebank import PennTreebank
from rnnbench_tasks.public.wikitext import WikiText103

PINNED = {
    "wikitext-2": "b08601e04326c79dfdd32d625aee71d232d685c3",
    "wikitext-103": "b08601e04326c79dfdd32d625aee71d232d685c3",
    "imdb": "e6281661ce1c48d982bc483cf8a173c1bbeb5d31",
}


def test_the_options_of_the_data_commands_are_those_promised():
    group = commands.commands["data"].commands
    found = {name: {option.name for option in command.params} for name, command in group.items()}
    assert found == {"list": {"suites", "data_dir"}, "fetch": {"suites", "data_dir"}}


def test_the_catalogue_marks_what_was_never_fetched_and_what_never_is():
    done = CliRunner().invoke(commands, ["data", "list"], env={"RNNBENCH_DATA": "", "COLUMNS": "300"})
    assert done.exit_code == 0, done.output
    blocks = {block.partition(":")[0]: block for block in done.output.split("\n\n")}
    for dataset in PUBLIC:
        block = blocks[dataset.name]
        for line in (f"size: {dataset.published_size}", f"licence: {dataset.licence}", f"cite: {dataset.citation}"):
            assert line in block
        assert ("never fetched where this was built" in block) is (dataset.hub is not None)
        assert ("a folder alone" in block) is (dataset.hub is None)
    assert "licensed text, never fetched" in blocks["penn-treebank"]
    assert "where: generated" in blocks["reviews"]


def test_no_revision_is_given_but_those_that_public_code_pins():
    assert {dataset.name: dataset.hub.revision for dataset in PUBLIC if dataset.hub and dataset.hub.revision} == PINNED


def test_licensed_text_is_never_fetched():
    with pytest.raises(DataMissing, match=r"never fetched .* the folder that holds penn-treebank/ptb.train.txt"):
        PennTreebank().fetch()


@pytest.mark.parametrize(
    ("dataset", "names"),
    [
        (WikiText103, ("train.txt", "valid.txt", "test.txt")),
        (PennTreebank, ("ptb.train.txt", "ptb.valid.txt", "ptb.test.txt")),
    ],
)
def test_running_text_is_read_line_by_line(dataset, names, tmp_path):
    (tmp_path / dataset.folder).mkdir()
    for name in names:
        (tmp_path / dataset.folder / name).write_text(f" the <unk> of {name}\n\n")
    rows = [dataset().load(split, tmp_path) for split in Split]
    assert rows == [[TextLine(f"the <unk> of {name}"), TextLine("")] for name in names]


def test_every_tenth_training_review_of_imdb_is_held_out(tmp_path):
    for part in ("train", "test"):
        path = tmp_path / "imdb" / "plain_text" / f"{part}-00000-of-00001.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        texts = [f"{part} {n}<br /><br />end" for n in range(1, 21)]
        parquet.write_table(pa.table({"text": texts, "label": [n % 2 for n in range(1, 21)]}), path)
    train, validation, test = (IMDB().load(split, tmp_path) for split in Split)
    assert validation == [LabelledText("train 10 end", "negative"), LabelledText("train 20 end", "negative")]
    assert [len(train), len(test)] == [18, 20]
    assert train[0] == LabelledText("train 1 end", "positive")
    assert not set(train) & set(validation)
    assert IMDB(train_rows=2).load(Split.TRAIN, tmp_path) == train[:2]


def test_talks_go_from_german_to_english(tmp_path):
    (tmp_path / "iwslt14-de-en").mkdir()
    for stem in ("train", "valid", "test"):
        (tmp_path / "iwslt14-de-en" / f"{stem}.de").write_text("danke .\n")
        (tmp_path / "iwslt14-de-en" / f"{stem}.en").write_text("thank you .\n")
    assert IWSLT14().load(Split.VALIDATION, tmp_path) == [SentencePair("danke .", "thank you .")]


@pytest.mark.parametrize(
    ("dataset", "steps", "channels", "splits"),
    [
        (Electricity, 30, 321, (21, 3, 6)),
        (ExchangeRate, 7_588, 8, (5_311, 760, 1_517)),
        (Weather, 30, 21, (21, 3, 6)),
    ],
)
def test_long_series_are_split_as_published(dataset, steps, channels, splits, tmp_path):
    (tmp_path / dataset.folder).mkdir()
    header = ",".join(["date", *(f"{name} (µ)" for name in range(channels))])
    lines = [",".join([f"t{step}", *[str(step)] * channels]) for step in range(steps)]
    path = tmp_path / dataset.folder / dataset.file
    path.write_bytes("\n".join([header, *lines, ""]).encode("latin-1"))
    rows = [dataset().load(split, tmp_path) for split in Split]
    assert tuple(map(len, rows)) == splits
    assert [row.values[-1] for part in rows for row in part] == list(map(float, range(steps)))
    assert {len(row.values) for part in rows for row in part} == {channels} == {len(dataset.channels)}
    path.write_text(f"{header},more\nt,{'0,' * channels}0\n", encoding="latin-1")
    with pytest.raises(DataMissing, match=f"{channels + 1} columns beside the dates, expected {channels}"):
        dataset().load(Split.TRAIN, tmp_path)
