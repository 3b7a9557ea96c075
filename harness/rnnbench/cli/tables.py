"""``rnnbench leaderboard``, ``site`` and ``compare``, and the table that ends a run."""

from __future__ import annotations

from pathlib import Path

import rich_click as click

from rnnbench.leaderboard import FORMATS, Board, read_board, read_results, write_all
from rnnbench.leaderboard.formats import table_files
from rnnbench.leaderboard.formats.terminal import show
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
            results = read_results(folder)
            try:
                with results_lock(folder):
                    write_all(folder, results, on_request=True)
            except (StorageError, FolderInUse) as error:  # the tables are shown all the same
                click.echo(f"tables are not written: {error}", err=True)
            _print(folder, results.board, on_request=True)
        return
    if len(folders) > 1 and not FORMATS[form].joinable:
        raise click.BadParameter(f"one {form} file holds one board: give one folder")
    text = "\n".join(FORMATS[form].render(read_results(folder)) for folder in folders)
    if output is None:
        click.echo(text, nl=False)
    else:
        write_atomically(output, text.encode())


def make_site(source: Path, output: Path) -> None:
    """A static site over all boards within a folder.

    Raises:
        NoBoards: there are none.
        StorageError: a plan cannot be read, or a file cannot be written.
        DamagedFile: a plan is not one.
    """
    from rnnbench.leaderboard.site import write_site

    *_, first = write_site(source, output)
    click.echo(first)


def compare_folders(first: Path, second: Path) -> None:
    """What changed from one board to another.

    Raises:
        StorageError: a folder has no plan.
        DamagedFile: a plan is not one.
    """
    from rnnbench.leaderboard.compare import compare

    lines = compare(read_board(first), read_board(second)).lines
    click.echo("\n".join(lines) or "the two boards hold nothing to compare")


def _print(folder: Path, board: Board, *, on_request: bool = False) -> None:
    show(board)
    names = [name for name, form in table_files().items() if on_request or not form.on_request]
    click.echo(f"\n{folder}: {', '.join([*names, 'plan.json', 'runs/', 'items/'])}")
