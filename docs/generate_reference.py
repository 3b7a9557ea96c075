"""Writes ``docs/reference.md`` from the code: ``python docs/generate_reference.py``.

Hooks, public names, the kit and the records, each with its docstring. A test calls :func:`reference` and compares, so
that the page cannot fall behind the code.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import rnnbench
import rnnbench.conformance
from rnnbench.contract import hooks
from rnnbench.records import schema

PAGE = Path(__file__).parent / "reference.md"
_INTRODUCTION = """\
# Reference for plugin authors

Made from the code by `python docs/generate_reference.py`. [plugins/README.md](../plugins/README.md) is the guide; what
is not on this page may change at any release.

B batch, T steps, S source steps, E embedding width, D core width, V vocabulary, H horizon, C channels.
"""


class Undocumented(Exception):
    """Public names without a docstring."""


def reference() -> str:
    """The page.

    Raises:
        Undocumented: a name has no docstring.
    """
    missing: list[str] = []
    lines = [_INTRODUCTION]
    for title, about, entries in _sections():
        lines += [f"## {title}", "", about, ""]
        for name, heading, text, members in entries:
            if not text:
                missing.append(name)
            lines += [f"### {heading}", "", text, ""]
            if members:
                lines += [*members, ""]
    if missing:
        raise Undocumented(f"no docstring: {', '.join(missing)}")
    return "\n".join(lines).rstrip() + "\n"


Entry = tuple[str, str, str, list[str]]
"""(name, heading, text, members)."""


def _sections() -> Iterator[tuple[str, str, list[Entry]]]:
    entry_point = (
        "Functions marked with `rnnbench.hookimpl`, in a module that an entry point of the group `rnnbench` names."
    )
    found = [name for name in vars(hooks) if name.startswith("rnnbench_")]
    yield "Hooks", entry_point, [_entry(name, getattr(hooks, name), hooks) for name in found]
    yield "Public names", "`from rnnbench import ...`", [_public(name) for name in rnnbench.__all__ if name[0] != "_"]
    kit = [_entry(name, getattr(rnnbench.conformance, name), None) for name in rnnbench.conformance.__all__]
    yield "The conformance kit", "`import rnnbench.conformance`", kit
    classes = [
        thing for thing in vars(schema).values() if inspect.isclass(thing) and thing.__module__ == schema.__name__
    ]
    public = [thing for thing in classes if not thing.__name__.startswith("_")]
    yield (
        "Records",
        "What `plan.json` and `runs/<run id>.json` hold, and hooks are given. Strict JSON, versioned.",
        [_entry(thing.__name__, thing, schema) for thing in public],
    )


def _public(name: str) -> Entry:
    module = importlib.import_module(_modules()[name])
    return _entry(name, getattr(module, name), module)


def _modules() -> dict[str, str]:
    """The module of each public name, from the stub that lists them."""
    stub = ast.parse(Path(rnnbench.__file__).with_suffix(".pyi").read_text(encoding="utf-8"))
    imports = [node for node in stub.body if isinstance(node, ast.ImportFrom)]
    return {alias.name: f"rnnbench.{node.module}" for node in imports for alias in node.names}


def _entry(name: str, thing: Any, module: ModuleType | None) -> Entry:
    if inspect.isfunction(thing):
        called = str(inspect.signature(thing)).replace("'", "")
        return name, f"`{name}{called}`", _text(thing.__doc__), []
    if inspect.isclass(thing):
        module = inspect.getmodule(thing) or module
        made_up = (thing.__doc__ or "").startswith(f"{name}(")  # as dataclass and NamedTuple do
        return name, f"`{name}`", "" if made_up else _text(thing.__doc__), list(_members(thing))
    home = module or importlib.import_module(type(thing).__module__)
    return name, f"`{name}`", _text(_assigned(home).get(name) or (thing.__doc__ if callable(thing) else "")), []


def _members(cls: type) -> Iterator[str]:
    """Fields and class attributes with their types and docstrings, then methods."""
    body = _body(cls)
    notes = _documented(body)
    for node in body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id[0] != "_":
            name, hint = node.target.id, ast.unparse(node.annotation)
            value = f" = {ast.unparse(node.value)}" if node.value else ""
            text = f": {_text(notes[name])}" if name in notes else ""
            yield f"- `{name}: {hint}{value}`{_flat(text)}"
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id[0] != "_":
            if node.targets[0].id != "model_config":
                yield f"- `{ast.unparse(node)}`"
        elif isinstance(node, ast.FunctionDef) and node.name[0] != "_":
            says = _flat(_text((ast.get_docstring(node) or "").partition("\n\n")[0]))
            yield f"- `{node.name}({', '.join(argument.arg for argument in node.args.args[1:])})`: {says}"


def _body(cls: type) -> list[ast.stmt]:
    (tree,) = ast.parse(inspect.cleandoc("\n" + inspect.getsource(cls))).body
    assert isinstance(tree, ast.ClassDef)
    return tree.body


def _assigned(module: ModuleType) -> dict[str, str]:
    return _documented(ast.parse(inspect.getsource(module)).body)


def _documented(body: list[ast.stmt]) -> dict[str, str]:
    """The strings that stand behind assignments."""
    found: dict[str, str] = {}
    for node, following in itertools.pairwise(body):
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        is_text = isinstance(following, ast.Expr) and isinstance(following.value, ast.Constant)
        if isinstance(target, ast.Name) and is_text and isinstance(following.value.value, str):  # type: ignore[attr-defined]
            found[target.id] = following.value.value  # type: ignore[attr-defined]
    return found


def _text(docstring: str | None) -> str:
    """A docstring as Markdown: code in single backticks, sections of arguments as lists."""
    text = inspect.cleandoc(docstring or "")
    text = re.sub(r":\w+:`[~]?([^`]*)`", r"`\1`", text).replace("``", "`")
    text = re.sub(r"^(Args|Returns|Raises|Attributes):\n", r"\n\1:\n\n", text, flags=re.MULTILINE)
    text = re.sub(r"^    (\w[\w, ]*): ", r"- `\1`: ", text, flags=re.MULTILINE)
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"^ {8}", "  ", text, flags=re.MULTILINE))


def _flat(text: str) -> str:
    return " ".join(text.split()) if not text.startswith(": ") else ": " + " ".join(text[2:].split())


if __name__ == "__main__":
    PAGE.write_text(reference(), encoding="utf-8")
