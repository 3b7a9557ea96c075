"""Statistics of scores as pure functions over arrays: intervals, tests, ranks."""
