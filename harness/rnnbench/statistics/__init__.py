"""Statistics of scores as pure functions over numbers and arrays: intervals, tests, ranks. It knows no table."""
