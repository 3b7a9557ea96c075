"""Exit codes, the same for every command."""

DONE = 0
"""Every selected run has an outcome."""
SOME_FAILED = 1
BAD_INPUT = 2
"""Bad input or environment: nothing was started."""
IN_USE = 3
"""The results folder is in use by another process."""
CANNOT_STORE = 4
"""The records cannot be stored."""
INTERRUPTED = 130
TERMINATED = 143
