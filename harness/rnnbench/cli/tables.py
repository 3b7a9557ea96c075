"""``rnnbench leaderboard``, and the table that ends a run."""

from __future__ import annotations

import contextlib
from pathlib import Path

import rich_click as click

from rnnbench.leaderboard import FORMATS, Board, read_board, write_all
from rnnbench.leaderboard.terminal import show
from rnnbench.records.storage import FolderInUse, StorageError, results_lock, write_atomically


def print_table(folder: Path) -> None:
    """The board on stdout, and where its files are."""
    _print(folder, read_board(folder))


def show_tables(folders: tuple[Path, ...], form: str | None, output: Path | None) -> None:
    """The boards of several folders, one after the other, in one format or on the terminal.

    Raises:
        StorageError: a folder has no plan, or a file cannot be written.
        DamagedFile: a plan is not one.
        BadParameter: the format cannot be told from the file's name, or cannot hold several boards.
    """
    if form is None and output is not None:
        form = output.suffix.removeprefix(".")
        if form not in FORMATS:
            raise click.BadParameter(f"give --format: {output} ends in none of {', '.join(sorted(FORMATS))}")
    if form is None:
        for folder in folders:
            board = read_board(folder)
            # tables of a board that is being run, or that cannot be written to, are shown all the same
            with contextlib.suppress(StorageError, FolderInUse), results_lock(folder):
                write_all(folder)
            _print(folder, board)
        return
    if len(folders) > 1 and form != "md":
        raise click.BadParameter(f"one {form} file holds one board: give one folder")
    text = "\n".join(FORMATS[form](read_board(folder)) for folder in folders)
    if output is None:
        click.echo(text, nl=False)
    else:
        write_atomically(output, text.encode())


def _print(folder: Path, board: Board) -> None:
    show(board)
    names = [f"leaderboard.{ending}" for ending in FORMATS]
    click.echo(f"\n{folder}: {', '.join([*names, 'efficiency.csv', 'plan.json', 'runs/', 'items/'])}")
