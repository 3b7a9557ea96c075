"""A suite that is done is recalled only while the files of its data, found again, are as they were."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.hostile.inline import carried_out

from rnnbench import DataMissing, Dataset, LabelledText
from rnnbench.contract.version import PluginDeprecation
from rnnbench.discovery import Plugin, discover
from rnnbench.discovery.loading import Component
from rnnbench.pipeline.request import Request
from rnnbench.pipeline.up_to_date import MARKER, up_to_date_folder
from rnnbench.prepare import data_folder

NOTES = "".join(f"word{n},{'yes' if n % 2 else 'no'}\n" for n in range(40))
SUITE = """\
budget: {{steps: 2}}
seeds: 1
tune: none
recipe: {{embedding: 8, batch: 8, evaluations: 1}}
models: [{{model: lstm, fields: {{width: 8}}}}]
tasks: [{{task: sentiment, dataset: {dataset}}}]
"""


@dataclass(frozen=True, kw_only=True)
class Unnamed(Dataset):
    """A third party's dataset that does not say which files it reads."""

    name, rows, description, licence = "unnamed-notes", LabelledText, "Notes.", "none"

    def path(self, folder):
        if folder is None or not (folder / "notes.csv").is_file():
            raise DataMissing("no notes.csv in the data folder")
        return folder / "notes.csv"

    def load(self, split, folder):
        lines = self.path(folder).read_text().splitlines()
        return [LabelledText(*line.split(",")) for line in lines[list(type(split)).index(split) :: 3]]


@dataclass(frozen=True, kw_only=True)
class Named(Unnamed):
    name = "named-notes"

    def files(self, folder):
        return [self.path(folder)]


class Project:
    """A folder with a suite, its data and its results, from which a command is called."""

    request = Request(suite=Path("mine.yaml"), out=Path("out"), data_dir=Path("data"), device="cpu")

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self.monkeypatch = folder, monkeypatch

    def make(self, dataset: str) -> None:
        (self.folder / "data").mkdir(parents=True)
        (self.folder / "data" / "notes.csv").write_text(NOTES)
        (self.folder / "mine.yaml").write_text(SUITE.format(dataset=dataset))

    def run(self) -> list[str]:
        """The ids of the runs that were left to do."""
        self.monkeypatch.chdir(self.folder)
        done = carried_out(Path("mine.yaml"), self.monkeypatch, out=Path("out"), data_dir=Path("data"))
        return sorted(record.id for record in done.records)

    def recalled(self) -> Path | None:
        self.monkeypatch.chdir(self.folder)
        return up_to_date_folder(self.request)

    def edit(self) -> None:
        """Other content of the same size and the same time."""
        path = self.folder / "data" / "notes.csv"
        before = path.stat()
        path.write_text(NOTES.replace("word7,", "word8,"))
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


@pytest.fixture
def project(tmp_path, monkeypatch) -> Project:
    monkeypatch.setenv("RNNBENCH_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("RNNBENCH_DATA", raising=False)
    registry = discover()
    other = Plugin("other", "1", "notes", __name__)
    provided = [Component("datasets", dataset.name, dataset, other) for dataset in (Unnamed, Named)]
    monkeypatch.setitem(vars(registry), "components", (*registry.components, *provided))
    monkeypatch.setitem(vars(registry), "datasets", {**registry.datasets, **{one.name: one.value for one in provided}})
    return Project(tmp_path / "one", monkeypatch)


@pytest.mark.parametrize("dataset", ["named-notes", "unnamed-notes"])
def test_an_edited_file_of_a_third_partys_dataset_makes_another_plan(project, dataset):
    project.make(dataset)
    first = project.run()
    assert (project.recalled() is not None) is (dataset == "named-notes")
    assert project.run() == [], "nothing is left to do, recalled or not"
    project.edit()
    assert project.recalled() is None
    assert not set(first) & set(project.run())


@pytest.mark.parametrize("edited", [False, True])
def test_a_copied_project_looks_at_its_own_files(project, edited, tmp_path, monkeypatch):
    project.make("named-notes")
    project.run()
    shutil.copytree(project.folder, tmp_path / "two")
    copy = Project(tmp_path / "two", monkeypatch)
    if edited:
        copy.edit()
    assert copy.recalled() == (None if edited else Path("out"))
    assert project.recalled() == Path("out")
    project.edit()
    assert copy.recalled() == (None if edited else Path("out"))


def test_a_file_that_now_comes_first_is_noticed(project):
    """``table`` takes a file of the data folder before one of the working folder."""
    project.make("{name: table, fields: {path: own.csv}}")
    (project.folder / "own.csv").write_text(f"text,label\n{NOTES}")
    project.run()
    assert project.recalled() == Path("out")
    (project.folder / "data" / "own.csv").write_text(f"text,label\n{NOTES}".replace("word7,", "word8,"))
    assert project.recalled() is None


def test_a_file_that_is_gone_is_noticed(project):
    project.make("named-notes")
    project.run()
    (project.folder / "data" / "notes.csv").unlink()
    assert project.recalled() is None


def test_a_damaged_note_is_none(project):
    project.make("named-notes")
    project.run()
    note = project.folder / "out" / MARKER
    for text in ("", "{", note.read_text().partition("\n")[0] + '\n[["data"]]', note.read_text()[:-40]):
        note.write_text(text)
        assert project.recalled() is None


def test_what_is_done_is_recalled_without_torch_and_plugins(project):
    project.make("named-notes")
    project.run()
    code = (
        "import sys; from pathlib import Path; from rnnbench.pipeline.request import Request\n"
        "from rnnbench.pipeline.up_to_date import up_to_date_folder\n"
        "request = Request(suite=Path('mine.yaml'), out=Path('out'), data_dir=Path('data'), device='cpu')\n"
        "assert up_to_date_folder(request) == Path('out')\n"
        "print(*({'torch', 'rnnbench_tasks', 'rnnbench_models', 'pandas', 'datasets'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=project.folder, capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.stderr) == ("", "")


def test_files_by_the_old_name_are_taken_with_a_warning(tmp_path):
    with pytest.warns(PluginDeprecation, match=r"Located: located\(folder\) is files\(folder\) since 0.2.0; the old "):

        class Located(Unnamed):
            def located(self, folder):
                return "in the folder", (self.path(folder),)

    (tmp_path / "notes.csv").write_text(NOTES)
    assert Located().files(data_folder(tmp_path)) == (tmp_path / "notes.csv",)
