"""``rnnbench new-plugin``: a project to start from, and what to do with it."""

from __future__ import annotations

from pathlib import Path

import click

from rnnbench.template import render_plugin, write


def write_plugin(kind: str, name: str, folder: Path) -> None:
    """Write the project into a folder of its name, and say what comes next.

    Raises:
        Unwritable: the name cannot be used, or the folder is there already.
    """
    target = folder / name
    files = render_plugin(kind, name)
    write(files, target)
    for path in sorted(files):
        click.echo(f"{target / path}")
    click.echo(f"next: cd {target} && pip install -e '.[test]' && rnnbench check {name} && rnnbench run suite.yaml")
