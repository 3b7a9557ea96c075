"""Boards between people: checking a stranger's, running a record again, merging several, handing them on."""
