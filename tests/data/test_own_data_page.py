"""The examples of ``docs/own-data.md`` do what the page says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rnnbench import DataMissing, Split
from rnnbench.discovery import discover
from rnnbench.prepare import prepare
from rnnbench.suite import read_suite
from rnnbench_tasks.own import OWN

PAGE = (Path(__file__).parents[2] / "docs" / "own-data.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## ([a-z-]+)\n(.*?)(?=^## |\Z)", PAGE, flags=re.MULTILINE | re.DOTALL))
MISTAKES = re.search(r"```mistakes\n(.*?)```", PAGE, re.DOTALL)[1].splitlines()
HARMS = {
    "sales.csv": lambda text: text.replace("121,3,", "121,,"),
    "notes.txt": lambda text: text.replace("dog", "d\udce9g", 1),
    "train.de": lambda text: text.rpartition("das")[0],
}


@pytest.fixture
def registry():
    return discover()


def written(section: str, folder: Path) -> Path:
    """The files of a section in a folder; the path of its suite."""
    for name, content in re.findall(r"^`([\w.-]+)`:\n\n```\w+\n(.*?)```", SECTIONS[section], re.MULTILINE | re.DOTALL):
        (folder / name).write_text(content, encoding="utf-8")
    (suite,) = re.findall(r"```yaml\n(.*?)```", SECTIONS[section], re.DOTALL)
    (folder / "own.yaml").write_text(suite, encoding="utf-8")
    return folder / "own.yaml"


def test_every_dataset_of_the_users_own_has_an_example():
    assert set(SECTIONS) == {cls.name for cls in OWN}


@pytest.mark.parametrize("section", SECTIONS)
def test_an_example_is_read_and_encoded_with_the_rows_it_states(section, registry, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (task,) = read_suite(written(section, tmp_path), registry).tasks
    before = sorted(path.name for path in tmp_path.rglob("*"))
    prepared = prepare(task.task, task.dataset, None, tmp_path / "cache")
    stated = re.search(r"Gives (\d+), (\d+) and (\d+) rows", SECTIONS[section]).groups()
    assert [len(task.dataset.load(split, None)) for split in Split] == list(map(int, stated))
    assert prepared.arrays(Split.TEST)
    assert sorted(path.name for path in tmp_path.iterdir() if path.name != "cache") == before


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistakes_are_named_as_the_page_says(mistake, registry, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    name = mistake.partition(":")[0]
    section = next(section for section, text in SECTIONS.items() if f"`{name}`:" in text)
    suite, path = written(section, tmp_path), tmp_path / name
    if "solt" in mistake:
        suite.write_text(suite.read_text().replace("[sold,", "[solt,"))
    else:
        path.write_bytes(HARMS[name](path.read_text()).encode(errors="surrogateescape").replace(b"\n\n", b"\n"))
    (task,) = read_suite(suite, registry).tasks
    with pytest.raises(DataMissing) as caught:
        task.dataset.load(Split.TRAIN, None)
    assert str(caught.value).replace(f"{tmp_path}/", "") == mistake
