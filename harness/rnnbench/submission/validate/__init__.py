"""The checks of a submitted results folder, offline."""
