"""Is a recurrent network enough for my sequences, or do I need attention, at this budget, and how sure are we?

The public names for plugin authors are listed in ``__init__.pyi``; nothing else is stable. Each is loaded on first use,
so that ``import rnnbench`` stays fast.
"""

from __future__ import annotations

import importlib
import os
from typing import Any

import lazy_loader

__version__ = "0.1.0"

# Libraries read these when they are imported: no telemetry, no progress bars, no thread pools that a fork would break.
for _variable, _value in {
    "DO_NOT_TRACK": "1",
    "HF_DATASETS_DISABLE_PROGRESS_BARS": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_UPDATE_CHECK": "1",
    "HF_UPDATE_DOWNLOAD_COUNTS": "0",
    "TOKENIZERS_PARALLELISM": "false",
}.items():
    os.environ.setdefault(_variable, _value)


_load, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)


def __getattr__(name: str) -> Any:
    if name in __all__:
        return _load(name)
    version = importlib.import_module("rnnbench.contract.version")
    if name in version.MOVED:
        moved = version.warn_moved(name)
        return _load(moved.to) if moved.home is None else getattr(importlib.import_module(moved.home), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
