"""The base class of errors that the user can correct."""

from __future__ import annotations


class UserError(Exception):
    """The input, an option or the environment is wrong.

    ``str`` says what is wrong and what is accepted. The command line prints it without a traceback and exits with 2.
    """
