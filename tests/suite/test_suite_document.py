"""Files that are no suite end in one line that says where and why."""

from __future__ import annotations

from pathlib import Path

import pytest

from rnnbench.suite.problems import SuiteError
from rnnbench.suite.yaml_positions import LARGEST, read_document

BOMB = "\n".join(["l0: &l0 [x]", *(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]" for n in range(1, 10))])

NO_YAML = {
    "a: [1, 2\nb: 3\n": "s.yaml:2:2: is not YAML: while parsing a flow sequence; expected ',' or ']', but got ':'",
    "a:\n\t- 1\n": (
        "s.yaml:2:1: is not YAML: while scanning for the next token; found character '\\t' that cannot start any token "
        "(indent with blanks, not with tabs)"
    ),
    "a: b: c\n": "s.yaml:1:5: is not YAML: mapping values are not allowed here",
    "a: *x\n": "s.yaml:1:4: is not YAML: found undefined alias 'x'",
    "a: 1\n---\nb: 2\n": (
        "s.yaml:2:1: is not YAML: expected a single document in the stream; but found another document"
    ),
    "": "s.yaml: is empty, expected a suite: models, tasks and a budget",
    "# nothing but words\n": "s.yaml: is empty, expected a suite: models, tasks and a budget",
    "a: &x [*x]\n": "s.yaml:1:4: is nested too deeply (does an alias repeat itself?)",
    BOMB: "s.yaml:1:5: holds more than 100,000 values (does an alias repeat itself?)",
    "[" * 2000: "s.yaml: is nested too deeply",
    "a: " + "[" * 40 + "]" * 40: "s.yaml:1:34: is nested too deeply (does an alias repeat itself?)",
}


@pytest.fixture(autouse=True)
def _in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def refusal(content: bytes | str, name: str = "s.yaml") -> str:
    Path(name).write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(SuiteError) as error:
        read_document(Path(name))
    return str(error.value)


@pytest.mark.parametrize("text", NO_YAML, ids=lambda text: repr(text[:12]))
def test_text_that_is_no_document_is_refused_in_one_line(text: str) -> None:
    assert refusal(text) == NO_YAML[text]


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (
            "models: [lstm]".encode("utf-16"),
            "s.yaml: is not text in UTF-8 (byte 0: invalid start byte), save it as UTF-8",
        ),
        (b"a: \xff", "s.yaml: is not text in UTF-8 (byte 3: invalid start byte), save it as UTF-8"),
        (b"a" * (LARGEST + 1), "s.yaml: is larger than 128 KiB, too large for a suite"),
    ],
)
def test_bytes_that_are_no_text_are_refused(content: bytes, line: str) -> None:
    assert refusal(content) == line


def test_unprintable_text_is_refused() -> None:
    assert refusal(b"a: \x00") == "s.yaml:1:4: is not YAML: character #x0000, expected text that can be printed"


def test_a_missing_file_names_the_nearest_one() -> None:
    Path("quick.yaml").write_text("a: 1")
    with pytest.raises(SuiteError) as error:
        read_document(Path("quik.yaml"))
    assert str(error.value) == "quik.yaml: cannot be read: No such file or directory (did you mean 'quick.yaml'?)"


def test_a_folder_is_no_suite() -> None:
    Path("folder").mkdir()
    with pytest.raises(SuiteError, match=r"^folder: is not a file, expected a suite in YAML$"):
        read_document(Path("folder"))


def test_a_path_with_a_null_byte_cannot_be_read() -> None:
    with pytest.raises(SuiteError, match="null byte"):
        read_document(Path("a\0b"))


def test_values_are_those_of_yaml_1_2() -> None:
    Path("s.yaml").write_text(
        "rate: 1e-3\nmany: 1e6\nword: on\nday: 2024-01-01\nhex: 0x10\nnothing: ~\nyes: true\n<<: {a: 1}\n"
    )
    assert read_document(Path("s.yaml")).data == {
        "rate": 0.001,
        "many": 1e6,
        "word": "on",
        "day": "2024-01-01",
        "hex": 16,
        "nothing": None,
        "yes": True,
        "<<": {"a": 1},
    }


def test_a_byte_order_mark_is_skipped_and_an_alias_stands_for_its_value() -> None:
    Path("s.yaml").write_bytes(b"\xef\xbb\xbfa: &x [1]\nb: *x\nc: &x 2\n")
    assert read_document(Path("s.yaml")).data == {"a": [1], "b": [1], "c": 2}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: 1\nb: 2\na: 3\n", "s.yaml:3:1: a: given twice, first in line 1"),
        ("a: {b: 1, b: 2}\n", "s.yaml:1:11: a.b: given twice, first in line 1"),
        ("a: !!python/object:os.system ls\n", "s.yaml:1:4: a: tag '!!python/object:os.system' is not read here"),
        ("a: !!set {b, c}\n", "s.yaml:1:4: a: tag '!!set' is not read here"),
        ("a: !!binary aGk=\n", "s.yaml:1:4: a: tag '!!binary' is not read here"),
        ("a: !own [1]\n", "s.yaml:1:4: a: tag '!own' is not read here"),
        ("a: {1: x}\n", "s.yaml:1:5: a: 1 as a key, expected a name"),
        ("? [a]\n: x\n", "s.yaml:1:3: a list or mapping as a key, expected a name"),
        ('a: "\\ud800"\n', r"s.yaml:1:4: a: got '\ud800', expected text that can be printed"),
        ('a: "\\e[2J"\n', r"s.yaml:1:4: a: got '\x1b[2J', expected text that can be printed"),
        ("a: .nan\n", "s.yaml:1:4: a: got .nan, expected a finite number"),
        ("a: 0x" + "f" * 9000, "s.yaml:1:4: a: got '0xfff"),
        ("a: " + "9" * 9000, "s.yaml:1:4: a: got '9999"),
        ("a: !!int x\n", "s.yaml:1:4: a: got 'x', which cannot be read: invalid literal for int"),
    ],
)
def test_values_that_are_no_plain_values_are_noted_at_their_place(text: str, line: str) -> None:
    Path("s.yaml").write_text(text)
    (problem,) = read_document(Path("s.yaml")).problems
    assert str(problem).startswith(line)
    assert len(str(problem)) < 300


def test_places_are_those_of_keys_and_values() -> None:
    Path("s.yaml").write_text("a:\n  - b: 1\n    c: [2,\n      3]\n")
    document = read_document(Path("s.yaml"))
    assert document.keys == {("a",): (1, 1), ("a", 0, "b"): (2, 5), ("a", 0, "c"): (3, 5)}
    assert document.places[("a", 0, "b")] == (2, 8)
    assert document.places[("a", 0, "c", 1)] == (4, 7)
