"""A YAML file as plain values that know their place: YAML 1.2, no tags, no surprises."""

from __future__ import annotations

import math
import re
import warnings
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML, MappingNode, ScalarNode, SequenceNode
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.reader import ReaderError

from rnnbench.base.messages import did_you_mean, shown
from rnnbench.suite.problems import Problem, SuiteError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LARGEST = 2**17  # bytes: a hundred models' worth, and read in a second
MOST_VALUES = 100_000  # after aliases are expanded: a file of a few lines can stand for billions
DEEPEST = 30

Location = tuple[str | int, ...]
"""The way from the top of a document to a value: keys and indices."""

Place = tuple[int, int]
"""Line and column, from 1."""

_CORE = "tag:yaml.org,2002:"
_SCALARS = {_CORE + name for name in ("null", "bool", "int", "float", "str")}


@dataclass
class Document:
    """The values of a file, the places of values and keys, and the mistakes found so far."""

    path: str
    data: Any = None
    places: dict[Location, Place] = field(default_factory=dict)
    keys: dict[Location, Place] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    unreadable: set[Location] = field(default_factory=set)
    """Values that stand for nothing: what else is wrong with them would only be noise."""

    def report(self, location: Location, message: str, *, key: bool = False) -> None:
        """Note a mistake at a value, or at its key; at the nearest value around it where it is not in the file."""
        if any(location[:length] in self.unreadable for length in range(len(location) + 1)):
            return
        places = self.keys if key and location in self.keys else self.places
        near = location
        while near not in places and near:
            near = near[:-1]
        line, column = places.get(near, (1, 1))
        self.problems.append(Problem(self.path, line, column, _name(location), message))


def read_document(path: Path) -> Document:
    """Read a YAML file. Duplicate keys, tags and keys that are no names are noted in the document's ``problems``.

    Raises:
        SuiteError: the file cannot be read, or is no YAML.
    """
    document = Document(str(path))
    text = _text(path)
    _check_depth(text, path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            root = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        what = "; ".join(str(part) for part in (error.context, error.problem) if part)
        line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        raise SuiteError([Problem(str(path), line, column, "", f"is not YAML: {what}{_hint(what)}")]) from None
    except ReaderError as error:
        before = text[: error.position]
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        what = f"is not YAML: character #x{ord(text[error.position]):04x}, expected text that can be printed"
        raise SuiteError([Problem(str(path), line, column, "", what)]) from None
    except YAMLError as error:
        raise SuiteError([Problem(str(path), 0, 0, "", f"is not YAML: {error}")]) from None
    except RecursionError:
        raise SuiteError([Problem(str(path), 0, 0, "", "is nested too deeply")]) from None
    if root is None:
        raise SuiteError([Problem(str(path), 0, 0, "", "is empty, expected a suite: models, tasks and a budget")])
    document.data = _Reader(document).value(root, ())
    return document


def _text(path: Path) -> str:
    """The file's text, whatever the path turns out to be."""
    try:
        if path.exists() and not path.is_file():
            raise SuiteError([Problem(str(path), 0, 0, "", "is not a file, expected a suite in YAML")])
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        cause = getattr(error, "strerror", None) or error
        near = did_you_mean(path.name, (other.name for other in _beside(path)))
        raise SuiteError([Problem(str(path), 0, 0, "", f"cannot be read: {cause}{near}")]) from None
    if len(content) > LARGEST:
        raise SuiteError(
            [Problem(str(path), 0, 0, "", f"is larger than {LARGEST // 2**10} KiB, too large for a suite")]
        )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        what = f"is not text in UTF-8 (byte {error.start}: {error.reason}), save it as UTF-8"
        raise SuiteError([Problem(str(path), 0, 0, "", what)]) from None


def _check_depth(text: str, path: Path) -> None:
    """Refuse what would take the parser seconds to run out of its stack. Quoted brackets count: few are that many."""
    depth = 0
    for bracket in re.finditer(r"[][{}]", text):
        depth += 1 if bracket[0] in "[{" else -1
        if depth > 10 * DEEPEST:
            raise SuiteError([Problem(str(path), 0, 0, "", "is nested too deeply")])


def _beside(path: Path) -> Iterator[Path]:
    try:
        yield from path.parent.glob("*.y*ml")
    except (OSError, ValueError):
        return


class _Reader:
    """Turns composed nodes into plain values, noting places and mistakes."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.constructor = YAML(typ="safe", pure=True).constructor
        self.values = 0

    def value(self, node: Any, location: Location) -> Any:
        place = (node.start_mark.line + 1, node.start_mark.column + 1)
        self.document.places[location] = place
        self.values += 1
        if self.values > MOST_VALUES or len(location) > DEEPEST:
            what = "is nested too deeply" if len(location) > DEEPEST else f"holds more than {MOST_VALUES:,} values"
            raise SuiteError([Problem(self.document.path, *place, "", f"{what} (does an alias repeat itself?)")])
        if isinstance(node, ScalarNode):
            return self.scalar(node, location)
        if node.tag not in (_CORE + "seq", _CORE + "map"):
            self.refuse(location, _tag(node))
        if isinstance(node, SequenceNode):
            return [self.value(child, (*location, index)) for index, child in enumerate(node.value)]
        return self.mapping(node, location)

    def mapping(self, node: MappingNode, location: Location) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, child in node.value:
            key = self.key(key_node, location)
            if key is None:
                continue
            here = (*location, key)
            place = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
            if key in result:
                message = f"given twice, first in line {self.document.keys[here][0]}"
                self.document.problems.append(Problem(self.document.path, *place, _name(here), message))
                continue
            self.document.keys[here] = place
            result[key] = self.value(child, here)
        return result

    def key(self, node: Any, location: Location) -> str | None:
        """A key's name; None, and a mistake noted, where it is not a plain word."""
        if isinstance(node, ScalarNode) and node.tag in {_CORE + "str", _CORE + "merge"} and node.value.isprintable():
            return str(node.value)
        place = (node.start_mark.line + 1, node.start_mark.column + 1)
        what = f"{node.value} as a key" if isinstance(node, ScalarNode) else "a list or mapping as a key"
        self.document.problems.append(Problem(self.document.path, *place, _name(location), f"{what}, expected a name"))
        return None

    def scalar(self, node: ScalarNode, location: Location) -> Any:
        if node.tag == _CORE + "timestamp":  # a date is a word like any other
            return node.value
        if node.tag not in _SCALARS:
            self.refuse(location, _tag(node))
            return node.value
        try:
            value = self.constructor.construct_object(node)
        except (YAMLError, ValueError, LookupError) as error:
            self.refuse(location, f"got {shown(node.value)}, which cannot be read: {error}")
            return None
        if isinstance(value, float) and not math.isfinite(value):
            self.refuse(location, f"got {node.value}, expected a finite number")
            return None
        if isinstance(value, int) and abs(value) >= 2**63:
            self.refuse(location, f"got {shown(node.value)}, expected a number of at most 64 bits")
            return None
        if isinstance(value, str) and not all(sign.isprintable() or sign in "\t\n" for sign in value):
            self.refuse(location, f"got {shown(value)}, expected text that can be printed")
        return value

    def refuse(self, location: Location, message: str) -> None:
        """Note that a value cannot be read."""
        self.document.report(location, message)
        self.document.unreadable.add(location)


def _tag(node: Any) -> str:
    return f"tag {shown(str(node.tag).replace(_CORE, '!!'))} is not read here, expected a plain value"


def _hint(what: str) -> str:
    return " (indent with blanks, not with tabs)" if r"'\t'" in what else ""


def _name(location: Location) -> str:
    """``tasks[0].fields.units``."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in location).lstrip(".")
