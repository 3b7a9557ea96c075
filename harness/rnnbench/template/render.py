"""Renders the files of a small, installable plugin project from a kind and a name."""

from __future__ import annotations

import importlib.util
import keyword
import re
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from rnnbench import __version__
from rnnbench.base.errors import UserError
from rnnbench.contract.version import API

KINDS = ("model", "task")
FILES = Path(__file__).parent / "files"
_SUFFIX = ".jinja"


class Unwritable(UserError):
    """The project cannot be written. The message says why, and what is accepted."""


def render_plugin(kind: str, name: str) -> dict[str, str]:
    """The text of the project's files, by path.

    Args:
        kind: one of :data:`KINDS`.
        name: what ``rnnbench list`` and suites call it, and the distribution's name.

    Raises:
        Unwritable: no package can have this name.
    """
    module = name.replace("-", "_")
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", name) or keyword.iskeyword(module):
        raise Unwritable(f"name: got {name!r}, expected a-z and 0-9 in words joined by single hyphens")
    if importlib.util.find_spec(module) is not None:
        raise Unwritable(f"name: {name!r} would hide the installed module {module!r}, expected another name")
    values = {
        "name": name,
        "module": module,
        "cls": "".join(word.capitalize() for word in name.split("-")),
        "harness": __version__,
        "api": API,
    }
    environment = Environment(  # noqa: S701  the files are Python, TOML and Markdown
        loader=FileSystemLoader(FILES), undefined=StrictUndefined, keep_trailing_newline=True, trim_blocks=True
    )
    found: dict[str, str] = {}
    for folder in ("common", kind):
        for path in sorted((FILES / folder).rglob(f"*{_SUFFIX}")):
            inside = path.relative_to(FILES / folder).as_posix().removesuffix(_SUFFIX).replace("MODULE", module)
            found[inside] = environment.get_template(path.relative_to(FILES).as_posix()).render(values, kind=kind)
    return found


def write(files: dict[str, str], folder: Path) -> None:
    """Write the files into a new folder.

    Raises:
        Unwritable: it exists already, or cannot be created.
    """
    if folder.exists():
        raise Unwritable(f"{folder} is there already, expected a new folder")
    try:
        for path, text in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, encoding="utf-8")
    except OSError as error:
        raise Unwritable(f"{folder} cannot be written: {error.strerror}") from error
