"""The values of ``--format``: the registry of leaderboard formats, imported only by the command that has the option."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import rich_click as click

if TYPE_CHECKING:
    _ParamType = click.ParamType[str]
else:  # older versions of click have no parameter here
    _ParamType = click.ParamType


class FormatName(_ParamType):
    """One of the leaderboard's formats, as :class:`click.Choice` would have it."""

    name = "format"

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str | None:
        """The formats, for the help text."""
        return _choice().get_metavar(param, ctx)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The format's name, or the mistake with all names."""
        return _choice().convert(value, param, ctx)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> Any:
        """The formats that start so."""
        return _choice().shell_complete(ctx, param, incomplete)


def _choice() -> click.Choice[str]:
    from rnnbench.leaderboard import FORMATS

    return click.Choice(list(FORMATS))
