"""The integer that is raised whenever the harness's own numbers change: a part of every run id."""

NUMERICS = 1
