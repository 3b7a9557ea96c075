"""From a task and a dataset to encoded arrays on disk: fingerprints, vocabularies, sizes; cached."""

from rnnbench.prepare.prepare import Prepared, cache_folder, data_folder, open_prepared, prepare

__all__ = ["Prepared", "cache_folder", "data_folder", "open_prepared", "prepare"]
