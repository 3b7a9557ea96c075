"""Encodes the rows of a dataset for a task, and keeps the arrays, sizes and fingerprint in a cache on disk."""

from rnnbench.prepare.prepare import Prepared, cache_folder, data_folder, open_prepared, prepare
from rnnbench.prepare.suite_data import UnusableData, data_files, prepare_suite

__all__ = [
    "Prepared",
    "UnusableData",
    "cache_folder",
    "data_files",
    "data_folder",
    "open_prepared",
    "prepare",
    "prepare_suite",
]
