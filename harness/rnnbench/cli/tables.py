"""``rnnbench leaderboard``, and the table that ends a run."""

from __future__ import annotations

from pathlib import Path

import rich_click as click

from rnnbench.leaderboard import FORMATS, read_board, write_all
from rnnbench.leaderboard.terminal import show


def print_table(folder: Path) -> None:
    """The board on stdout, and where its files are."""
    show(read_board(folder))
    names = [f"leaderboard.{ending}" for ending in FORMATS]
    click.echo(f"\n{folder}: {', '.join([*names, 'efficiency.csv', 'plan.json', 'runs/', 'items/'])}")


def show_tables(folders: tuple[Path, ...], form: str | None, output: Path | None) -> None:
    """The boards of several folders, one after the other, in one format or on the terminal.

    Raises:
        StorageError: a folder has no plan, or a file cannot be written.
        DamagedFile: a plan is not one.
    """
    if form is None and output is not None:
        form = output.suffix.removeprefix(".")
        if form not in FORMATS:
            raise click.BadParameter(f"give --format: {output} ends in none of {', '.join(sorted(FORMATS))}")
    if form is None:
        for folder in folders:
            write_all(folder)
            print_table(folder)
        return
    text = "\n".join(FORMATS[form](read_board(folder)) for folder in folders)
    if output is None:
        click.echo(text, nl=False)
    else:
        output.write_text(text, encoding="utf-8")
