"""What holds for every embedded dataset, whatever it generates."""

import dataclasses
import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from rnnbench import Dataset, LabelledText, Observation, SentencePair, Split, TextLine
from rnnbench_tasks.embedded import EMBEDDED, Generated

SMALL = {"train_rows": 400, "validation_rows": 50, "test_rows": 100}
TEXTS = tuple(dataset for dataset in EMBEDDED if dataset.rows is not Observation)
SERIES = tuple(dataset for dataset in EMBEDDED if dataset.rows is Observation)
every = pytest.mark.parametrize("kind", EMBEDDED, ids=lambda kind: kind.name)
every_text = pytest.mark.parametrize("kind", TEXTS, ids=lambda kind: kind.name)


def digest(dataset: Dataset) -> str:
    rows = [dataset.load(split, None) for split in Split]
    return hashlib.sha256(repr(rows).encode()).hexdigest()[:16]


def digests() -> dict[str, str]:
    return {f"{kind.name} {kind.version}": digest(kind(**SMALL)) for kind in EMBEDDED}


def test_the_six_datasets_are_there_with_the_rows_their_tasks_read():
    assert {kind.name: kind.rows for kind in EMBEDDED} == {
        "grammar-text": TextLine,
        "reviews": LabelledText,
        "synchronous-grammar": SentencePair,
        "state-space": Observation,
        "regime-switching": Observation,
        "chaotic": Observation,
    }


@every
def test_rows_are_as_declared_and_as_many_as_asked(kind):
    dataset = kind(**SMALL)
    for split in Split:
        rows = dataset.load(split, None)
        assert len(rows) == SMALL[f"{split}_rows"]
        assert {type(row) for row in rows} == {kind.rows}
        if kind.rows is Observation:
            assert {len(row.values) for row in rows} == {len(kind.channels)}
        else:
            texts = [text for row in rows for text in row]
            assert all(text == " ".join(text.split()) != "" for text in texts)


@every
def test_options_have_defaults_and_cannot_be_changed(kind):
    dataset = kind()
    with pytest.raises(dataclasses.FrozenInstanceError):
        dataset.train_rows = 1
    assert kind.embedded
    assert kind.has_optimum


@every
def test_the_same_rows_come_again(kind):
    assert digest(kind(**SMALL)) == digest(kind(**SMALL))


def test_the_same_rows_come_in_another_process_with_another_hash_seed():
    code = "import sys; sys.path.insert(0, sys.argv[1]); import test_embedded_rows as t; print(t.digests())"
    seed = "1" if os.environ.get("PYTHONHASHSEED") != "1" else "2"
    answer = subprocess.run(
        [sys.executable, "-c", code, str(Path(__file__).parent)],
        env=os.environ | {"PYTHONHASHSEED": seed},
        capture_output=True,
        text=True,
        check=True,
    )
    assert answer.stdout.strip() == str(digests())


def test_rows_change_only_with_the_version():
    assert digests() == GOLDEN


@every_text
def test_a_split_does_not_depend_on_the_size_of_another(kind):
    longer = kind(**SMALL | {"train_rows": 500})
    assert longer.load(Split.TEST, None) == kind(**SMALL).load(Split.TEST, None)
    assert longer.load(Split.TRAIN, None)[:400] == kind(**SMALL).load(Split.TRAIN, None)


@pytest.mark.parametrize("kind", SERIES, ids=lambda kind: kind.name)
def test_a_series_continues_from_split_to_split(kind):
    dataset = kind(**SMALL)
    rows = [row for split in Split for row in dataset.load(split, None)]
    assert [row.values for row in rows] == [tuple(values) for values in dataset.series().tolist()]
    assert [int(row.time) for row in rows] == list(range(len(rows)))


@every
def test_no_stream_serves_twice(kind, monkeypatch):
    """Splits of a text, and the data and its pilot, are drawn from streams of different names."""
    seeds = []
    random = Generated.random

    def listen(self, *purpose):
        generator = random(self, *purpose)
        seeds.append(generator.bit_generator.state["state"]["state"])
        return generator

    monkeypatch.setattr(Generated, "random", listen)
    for pilot in (False, True):
        dataset = kind(**SMALL, pilot=pilot)
        for split in Split if kind in TEXTS else (Split.TRAIN,):
            dataset.load(split, None)
    assert len(seeds) == len(set(seeds)) > 1


@every_text
def test_few_test_rows_occur_in_training(kind, record_property):
    """Short sentences recur by chance, as in any text; how many is reported."""
    most = {"grammar-text": 0.1, "reviews": 0.05, "synchronous-grammar": 0.01}[kind.name]
    dataset = kind()
    training = {row[0] for row in dataset.load(Split.TRAIN, None)}
    test = [row[0] for row in dataset.load(Split.TEST, None)]
    share = sum(text in training for text in test) / len(test)
    record_property("duplicate share", share)
    assert share < most


@every_text
def test_pilot_rows_are_others(kind):
    data, pilot = (kind(**SMALL, pilot=pilot).load(Split.TEST, None) for pilot in (False, True))
    assert len({row[0] for row in data} & {row[0] for row in pilot}) < 0.1 * len(data)


@every_text
def test_every_test_word_is_known_from_training(kind):
    dataset = kind()
    for side in range(2 if kind.rows is SentencePair else 1):
        known = {word for row in dataset.load(Split.TRAIN, None) for word in row[side].split()}
        unknown = {word for row in dataset.load(Split.TEST, None) for word in row[side].split()} - known
        assert not unknown
        assert 200 < len(known) < 600


@pytest.mark.parametrize(
    ("name", "field", "value"),
    [
        ("grammar-text", "train_rows", 0),
        ("grammar-text", "depth", 5),
        ("grammar-text", "embedding", 1.0),
        ("reviews", "noise", 0.5),
        ("reviews", "negation", -0.1),
        ("reviews", "distance", 9),
        ("synchronous-grammar", "depth", -1),
        ("synchronous-grammar", "modifiers", 1.5),
        ("state-space", "persistence", 1.0),
        ("state-space", "noise", 0.0),
        ("state-space", "periods", (1.0, 26.0)),
        ("regime-switching", "persistence", 1.0),
        ("chaotic", "delay", 1),
        ("chaotic", "noise", -1.0),
    ],
)
def test_an_impossible_dial_is_refused_by_name(name, field, value):
    kind = next(kind for kind in EMBEDDED if kind.name == name)
    with pytest.raises(ValueError, match=rf"^{field} .*: expected "):
        kind(**{field: value})


GOLDEN = {
    "grammar-text 1": "cd450083d1056ca9",
    "reviews 1": "84e725a15b5d8348",
    "synchronous-grammar 1": "d02c94fdb051cae3",
    "state-space 1": "6e6880cbdedae9bf",
    "regime-switching 1": "bbfe393f5292dcd9",
    "chaotic 1": "a4b72bb5511ca798",
}
