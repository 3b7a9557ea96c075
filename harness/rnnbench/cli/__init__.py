"""The command line: parse, call one function, print. Imports of what is heavy stay inside the commands."""

from rnnbench.cli.main import main

__all__ = ["main"]
