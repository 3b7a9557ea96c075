"""Sixty mistakes as users make them, through the command line: exit code 2, all of them at once, each in its lines."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from rnnbench.cli.main import commands
from rnnbench.discovery import Registry
from rnnbench.pipeline import run as pipeline

GOLDEN = Path(__file__).with_name("golden_mistakes.json")

SOUND = """\
budget: {steps: 10}
tune: none
models: [elman]
tasks:
  - {task: sentiment, dataset: reviews}
"""


def edited(old: str, new: str) -> str:
    assert old in SOUND
    return SOUND.replace(old, new, 1)


def models(text: str) -> str:
    return edited("[elman]", text)


def task(text: str) -> str:
    return edited("{task: sentiment, dataset: reviews}", text)


BOMB = "\n".join(["l0: &l0 [x]", *(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]" for n in range(1, 12))])

MISTAKES: dict[str, str | bytes] = {
    "empty": "",
    "only a comment": "# my suite\n",
    "only blanks": "   \n \n",
    "null": "null\n",
    "a word": "lstm\n",
    "a number": "42\n",
    "a list": "- elman\n- lstm\n",
    "JSON cut off": '{"models": ["elman"], "tasks": [',
    "tab for blanks": SOUND.replace("  - {", "\t- {"),
    "colon forgotten": edited("tune: none", "tune none"),
    "bracket forgotten": models("[elman"),
    "quote forgotten": models('["elman]'),
    "wrong indentation": edited("tune: none", " tune: none"),
    "two documents": SOUND + "---\n" + SOUND,
    "key twice": SOUND + "tune: none\n",
    "key twice inside": task("{task: sentiment, dataset: reviews, task: sentiment}"),
    "key is a number": SOUND + "7: x\n",
    "key is a list": SOUND + "? [a, b]\n: x\n",
    "key is null": SOUND + "~: x\n",
    "python object": SOUND + "description: !!python/object/apply:os.system [ls]\n",
    "python name": models("!!python/name:os.system"),
    "own tag": models("!include models.yaml"),
    "binary": SOUND + "description: !!binary aGVsbG8=\n",
    "alias unknown": models("*mine"),
    "alias bomb": BOMB,
    "alias of itself": models("&x [*x]"),
    "nested deeply": models("[" * 60 + "]" * 60),
    "nested absurdly": "[" * 20_000,
    "huge": b"# " + b"x" * 2**21,
    "many models": models("[" + ", ".join(f"m{n}" for n in range(500)) + "]"),
    "UTF-16": SOUND.encode("utf-16"),
    "UTF-16 without mark": SOUND.encode("utf-16-le"),
    "UTF-32": SOUND.encode("utf-32"),
    "Latin-1": (SOUND + "description: naïve\n").encode("latin-1"),
    "NUL": SOUND.encode() + b"description: \x00\n",
    "bell": SOUND.encode() + b"description: \x07\n",
    "escape code": SOUND + 'description: "\\e[2J"\n',
    "surrogate": SOUND + 'description: "\\ud800"\n',
    "a ZIP": b"PK\x03\x04" + bytes(range(256)),
    "a PNG": b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
    "unknown key": SOUND + "sedes: 3\n",
    "unknown key, far": SOUND + "optimizer: adam\n",
    "steps as a float": edited("10", "1e3"),
    "steps as text": edited("10", "'10'"),
    "steps negative": edited("10", "-10"),
    "steps null": edited("10", "null"),
    "steps too many": edited("10", "9" * 30),
    "learning rate as text": SOUND + "recipe: {learning_rate: 1e-3 # fast\n}\n".replace("1e-3", "'1e-3'"),
    "learning rate nan": SOUND + "recipe: {learning_rate: .nan}\n",
    "learning rate zero": SOUND + "recipe: {learning_rate: 0}\n",
    "batch of true": SOUND + "recipe: {batch: yes}\n",
    "optimizer misspelt": SOUND + "recipe: {optimizer: Adam}\n",
    "seeds as text": SOUND + "seeds: five\n",
    "seed beyond all": SOUND + "seeds: [9999999999]\n",
    "model misspelt": models("[elmann]"),
    "model capitalised": models("[LSTM]"),
    "model as a path": models("[../../etc/passwd]"),
    "model's field misspelt": models("[{model: elman, fields: {layer: 2}}]"),
    "model's field of the wrong type": models("[{model: elman, fields: {layers: two}}]"),
    "model without a name": models("[{label: mine}]"),
    "task misspelt": task("{task: sentimnet, dataset: reviews}"),
    "task as a word": task("sentiment"),
    "dataset misspelt": task("{task: sentiment, dataset: review}"),
    "dataset of other rows": task("{task: sentiment, dataset: series}"),
    "dataset without a name": task("{task: sentiment, dataset: {fields: {}}}"),
    "dataset forgotten": task("{task: sentiment}"),
    "models as a mapping": models("{elman: {}}"),
    "budget forgotten": edited("budget: {steps: 10}\n", ""),
    "budget endless": edited("steps: 10", "core_params: 5"),
    "budget of two kinds": edited("steps: 10", "steps: 10, epochs: 2"),
    "one rate": edited("none", "{learning_rate: [1e-3]}"),
    "label of the table's own": models("[{model: elman, label: optimum}]"),
    "one label twice": models("[elman, elman]"),
    "name with a slash": SOUND + "suite: ../elsewhere\n",
    "everything": (
        "siute: x\nbudget: {stesp: 1}\nmodels: [elmann, {model: lstm, fields: {layer: 1}}]\ntasks: [sentiment]\n"
    ),
}


@pytest.fixture(autouse=True)
def _in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, registry: Registry) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(pipeline, "discover", lambda: registry)


def refusal(content: str | bytes) -> list[str]:
    """The lines that the command line answers a suite of this content with."""
    Path("small.yaml").write_bytes(content.encode() if isinstance(content, str) else content)
    return answer("small.yaml")


def answer(path: str) -> list[str]:
    done = CliRunner().invoke(commands, ["run", path, "--device", "cpu"])
    assert done.exit_code == 2, done.output
    assert done.exception is None or isinstance(done.exception, SystemExit)
    assert not done.stdout
    assert not Path("results").exists()
    lines = done.stderr.splitlines()
    assert 1 <= len(lines) <= 24
    assert all(line.isprintable() and len(line) <= 500 for line in lines)
    return [re.sub(r"expected one of [^(]*(?= \(|$)", "expected one of ...", line) for line in lines]


def test_each_mistake_is_told_as_agreed() -> None:
    """Where wording changes on purpose: remove the file, run this test once, and read what it wrote."""
    found = {name: refusal(content) for name, content in MISTAKES.items()}
    if not GOLDEN.exists():
        GOLDEN.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        pytest.fail(f"wrote {GOLDEN.name}: read it, commit it, run again")
    assert found == json.loads(GOLDEN.read_text(encoding="utf-8"))
    assert len(found) >= 60


def test_every_mistake_names_the_file_and_where_it_can_the_line_and_column() -> None:
    whole = {"empty", "only a comment", "only blanks", "nested absurdly", "huge", "Latin-1", "a ZIP", "a PNG"}
    for name, lines in json.loads(GOLDEN.read_text(encoding="utf-8")).items():
        placed = re.compile(r"(and \d+ more$|small\.yaml:\d+:\d+: )")
        if name not in whole and name not in ("UTF-16", "UTF-32"):
            assert all(placed.match(line) for line in lines), name
        assert all(line.startswith(("small.yaml", "and ")) for line in lines), name


@pytest.mark.parametrize(
    ("make", "path", "line"),
    [
        (None, "smal.yaml", "smal.yaml: cannot be read: No such file or directory (did you mean 'small.yaml'?)"),
        (lambda path: path.mkdir(), "folder", "folder: is not a file, expected a suite in YAML"),
        (os.mkfifo, "pipe.yaml", "pipe.yaml: is not a file, expected a suite in YAML"),
        (lambda path: path.symlink_to(path), "loop.yaml", "loop.yaml: cannot be read: Too many levels of symbolic"),
        (lambda path: path.symlink_to("gone"), "link.yaml", "link.yaml: cannot be read: No such file or directory"),
        (None, "small.yaml/x.yaml", "small.yaml/x.yaml: cannot be read: Not a directory"),
        (None, "x" * 300, "x" * 200),
        (None, "/dev/full", "/dev/full: is not a file, expected a suite in YAML"),
    ],
)
def test_what_is_no_file_is_told_in_a_line(make: object, path: str, line: str) -> None:
    Path("small.yaml").write_text(SOUND, encoding="utf-8")
    if callable(make):
        make(Path(path))
    (found,) = answer(path)
    assert found.startswith(line)
