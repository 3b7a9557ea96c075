"""The commands of ``rnnbench``. A :class:`UserError` is printed as its message, with exit code 2."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import rich_click as click

from rnnbench import __version__
from rnnbench.base.errors import UserError
from rnnbench.cli import codes
from rnnbench.cli.format_name import FormatName
from rnnbench.discovery import KINDS

_FOLDER = click.Path(path_type=Path, file_okay=False)
_FILE = click.Path(path_type=Path)


def main() -> None:
    """The console script's entry."""
    try:
        commands(standalone_mode=True)
    except BrokenPipeError:  # the reader of our output left, as `| head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(codes.DONE)


class Commands(click.RichGroup):
    """A group of commands that prints a :class:`UserError` as its message, with exit code 2."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that the context names."""
        try:
            return super().invoke(ctx)
        except UserError as error:
            click.echo(str(error), err=True)
            ctx.exit(codes.BAD_INPUT)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="rnnbench")
def commands() -> None:
    """Is a recurrent network enough for my sequences, or do I need attention, at this budget, and how sure are we?"""


@commands.command()
@click.argument("suites", metavar="SUITE...", nargs=-1, required=True, type=_FILE)
@click.option("--out", type=_FOLDER, help="Results folder.  [default: results/<suite name>]")
@click.option("--device", default="auto", show_default=True, help="auto, cpu, cuda or cuda:N.")
@click.option("--jobs", default="auto", show_default=True, help="Runs at once: a number, or auto for one a core.")
@click.option("--executor", default="local", show_default=True, help="How runs are carried out.")
@click.option("--data-dir", type=_FOLDER, help="Folder of public data.  [default: $RNNBENCH_DATA]")
@click.option(
    "--only", metavar="PATTERN", help="Runs whose model, task or task/model matches, * standing for anything."
)
@click.option("--seeds", type=click.IntRange(1, 1000), help="Seeds 0 to N-1 in place of the suite's.")
@click.option("--dry-run", is_flag=True, help="Show the plan and stop.")
@click.option("--fresh", is_flag=True, help="Move the results folder aside and start again.")
def run(suites: tuple[Path, ...], **options: Any) -> None:
    """Train every model on every task of a suite, and print its leaderboard. Resumes where it was stopped."""
    from rnnbench.cli.running import run_suites

    sys.exit(run_suites(suites, **options))


@commands.command("list")
@click.argument("kind", required=False, type=click.Choice([*KINDS, "plugins"]))
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def list_(kind: str | None, as_json: bool) -> None:
    """What is installed, and why something failed to load."""
    from rnnbench.cli.listing import listing

    click.echo(listing(kind, as_json))


@commands.command()
@click.argument("name")
@click.option("--width", type=click.IntRange(1), help="Costs of a model at this width.  [default: its own]")
def show(name: str, width: int | None) -> None:
    """One plugin: paper, equations, fields, defaults, roles, costs, columns of items, where it comes from."""
    from rnnbench.cli.listing import description

    click.echo(description(name, width))


@commands.command()
@click.argument("folders", metavar="DIR...", nargs=-1, required=True, type=_FOLDER)
@click.option("--format", "form", type=FormatName(), help="Print this; without it the files are written too.")
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write to a file instead.")
def leaderboard(folders: tuple[Path, ...], form: str | None, output: Path | None) -> None:
    """Tables from the plan and the records of results folders."""
    from rnnbench.cli.tables import show_tables

    show_tables(folders, form, output)


@commands.command()
@click.argument("source", metavar="DIR", type=_FOLDER)
@click.option("-o", "--output", type=_FOLDER, default="site", show_default=True, help="Output folder.")
def site(source: Path, output: Path) -> None:
    """A static site over all results folders within DIR, for any host."""
    from rnnbench.cli.tables import make_site

    make_site(source, output)


@commands.command()
@click.argument("source", metavar="DIR", type=_FOLDER)
@click.option("-o", "--output", type=_FOLDER, help="Output folder.  [default: DIR/plots]")
@click.option("--format", "form", type=click.Choice(["svg", "png"]), default="svg", show_default=True)
def plot(source: Path, output: Path | None, form: str) -> None:
    """Learning curves, and scores against parameters and other costs, as pictures."""
    from rnnbench.cli.plotting import write_plots

    for path in write_plots(source, output, form):
        click.echo(path)


@commands.command()
@click.argument("first", metavar="DIR_A", type=_FOLDER)
@click.argument("second", metavar="DIR_B", type=_FOLDER)
def compare(first: Path, second: Path) -> None:
    """What changed from one board to another, and whether the seeds support it."""
    from rnnbench.cli.tables import compare_folders

    compare_folders(first, second)


@commands.command()
@click.argument("path", type=_FILE)
@click.option("--data-dir", type=_FOLDER, help="Check records against this data too (loads the plugins installed).")
@click.option("--plugins", is_flag=True, help="Compute plugins' metrics again too (loads the plugins installed).")
def validate(path: Path, data_dir: Path | None, plugins: bool) -> None:
    """Check a suite file without running it, or a folder of records, offline and without any code of theirs."""
    if path.is_dir():
        from rnnbench.cli.submitting import validate_folder

        sys.exit(validate_folder(path, data_dir, plugins))
    from rnnbench.discovery import discover
    from rnnbench.suite import read_suite

    suite = read_suite(path, discover())
    pairs = len(suite.models) * len(suite.tasks)
    click.echo(f"{path}: suite {suite.name!r} is valid: {pairs} pairs of model and task, {len(suite.seeds)} seeds")


@commands.command()
@click.argument("name", metavar="NAME|MODULE")
def check(name: str) -> None:
    """Run the conformance checks on a plugin, or on all plugins of a module. Exit code 1 if one fails."""
    from rnnbench.cli.checking import check_plugins

    sys.exit(check_plugins(name))


@commands.command("new-plugin")
@click.argument("kind", type=click.Choice(["model", "task"]))
@click.argument("name")
@click.option("-o", "--output", type=_FOLDER, default=".", show_default=True, help="Parent folder.")
def new_plugin(kind: str, name: str, output: Path) -> None:
    """Write a small project of your own: a model or a task, its tests and its entry point."""
    from rnnbench.cli.authoring import write_plugin

    write_plugin(kind, name, output)


@commands.command()
@click.argument("record", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--data-dir", type=_FOLDER, help="Folder of public data.  [default: $RNNBENCH_DATA]")
@click.option("--device", default="auto", show_default=True, help="auto, cpu, cuda or cuda:N.")
@click.option("--yes", is_flag=True, help="Rerun it without asking.")
@click.option("--sign", "sign_as", metavar="NAME", help="If they agree, record this name in the board's verified.json.")
def verify(record: Path, data_dir: Path | None, device: str, yes: bool, sign_as: str | None) -> None:
    """Rerun one published record from the record alone, and compare the results."""
    from rnnbench.cli.submitting import verify_record

    sys.exit(verify_record(record, data_dir, device, yes, sign_as))


@commands.command()
@click.argument("folders", metavar="DIR...", nargs=-1, required=True, type=_FOLDER)
@click.option("-o", "--output", required=True, type=_FOLDER, help="A new folder.")
def merge(folders: tuple[Path, ...], output: Path) -> None:
    """Merge the records of several people or machines into one board; the order of the folders does not count."""
    from rnnbench.cli.submitting import merge_folders

    sys.exit(merge_folders(folders, output))


@commands.command()
@click.argument("folder", metavar="DIR", type=_FOLDER)
@click.option("--format", "form", required=True, type=click.Choice(["eval-results", "ro-crate"]))
@click.option("-o", "--output", required=True, type=_FOLDER, help="Output folder.")
@click.option("--dataset", "hub_ids", metavar="NAME=HUB_ID", multiple=True, help="A data set's id on the hub.")
def export(folder: Path, form: str, output: Path, hub_ids: tuple[str, ...]) -> None:
    """Write a board as Hugging Face evaluation results, or as an RO-Crate."""
    from rnnbench.cli.submitting import export_folder

    export_folder(folder, form, output, hub_ids)


@commands.group()
def data() -> None:
    """The data of suites: where it is, and fetching it before a run."""


@data.command("list")
@click.argument("suites", metavar="[SUITE]...", nargs=-1, type=_FILE)
@click.option("--data-dir", type=_FOLDER, help="Folder of data.  [default: $RNNBENCH_DATA]")
def data_list(suites: tuple[Path, ...], data_dir: Path | None) -> None:
    """Location, size, licence, citation and fingerprint of suites' data; without a suite, of all data sets."""
    from rnnbench.cli.data import list_data

    click.echo(list_data(suites, data_dir))


@data.command("fetch")
@click.argument("suites", metavar="SUITE...", nargs=-1, required=True, type=_FILE)
@click.option("--data-dir", type=_FOLDER, help="Folder of data: what is there is not fetched.")
def data_fetch(suites: tuple[Path, ...], data_dir: Path | None) -> None:
    """Fetch the data of suites from the Hugging Face hub: the only command that uses the network."""
    from rnnbench.cli.data import fetch_data

    sys.exit(fetch_data(suites, data_dir))
