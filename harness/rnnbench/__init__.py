"""Is a recurrent network enough for my sequences, or do I need attention, at this budget, and how sure are we?

The public names for plugin authors are here and nothing else is promised. They load on first use, so that
``import rnnbench`` stays light.
"""

from __future__ import annotations

import importlib
import os
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from rnnbench.contract.batches import Arrays, Batch, Columns, Encoding
    from rnnbench.contract.datasets import (
        DataMissing,
        Dataset,
        LabelledText,
        Observation,
        PianoRoll,
        Row,
        SentencePair,
        Split,
        TaggedSentence,
        TextLine,
    )
    from rnnbench.contract.ends import InputType, OutputEnd, OutputType
    from rnnbench.contract.fields import ADDED
    from rnnbench.contract.hooks import hookimpl
    from rnnbench.contract.metrics import Metric
    from rnnbench.contract.models import Family, Knob, Model, Role
    from rnnbench.contract.tasks import Baseline, Task
    from rnnbench.discovery import find_model
    from rnnbench.formulas import SOLVED_MSE, Formula, find_formula
    from rnnbench.metrics import ItemMetric
    from rnnbench.network.bits_per_step import BitsPerStep
    from rnnbench.network.horizon import Horizon
    from rnnbench.network.inputs import Reals, Tokens
    from rnnbench.network.label import Label
    from rnnbench.network.label_per_step import LabelPerStep
    from rnnbench.network.next_token import NextToken
    from rnnbench.network.target_sequence import TargetSequence
    from rnnbench.network.value import Value
    from rnnbench.streams import stream
    from rnnbench.submission.frame import load_results

_HOME = {
    "rnnbench.contract.datasets": (
        "DataMissing",
        "Dataset",
        "LabelledText",
        "Observation",
        "PianoRoll",
        "Row",
        "SentencePair",
        "Split",
        "TaggedSentence",
        "TextLine",
    ),
    "rnnbench.contract.ends": ("InputType", "OutputEnd", "OutputType"),
    "rnnbench.contract.fields": ("ADDED",),
    "rnnbench.contract.hooks": ("hookimpl",),
    "rnnbench.contract.metrics": ("Metric",),
    "rnnbench.contract.models": ("Family", "Knob", "Model", "Role"),
    "rnnbench.contract.batches": ("Arrays", "Batch", "Columns", "Encoding"),
    "rnnbench.contract.tasks": ("Baseline", "Task"),
    "rnnbench.discovery": ("find_model",),
    "rnnbench.formulas": ("SOLVED_MSE", "Formula", "find_formula"),
    "rnnbench.metrics": ("ItemMetric",),
    "rnnbench.network.bits_per_step": ("BitsPerStep",),
    "rnnbench.network.horizon": ("Horizon",),
    "rnnbench.network.inputs": ("Reals", "Tokens"),
    "rnnbench.network.label": ("Label",),
    "rnnbench.network.label_per_step": ("LabelPerStep",),
    "rnnbench.network.next_token": ("NextToken",),
    "rnnbench.network.target_sequence": ("TargetSequence",),
    "rnnbench.network.value": ("Value",),
    "rnnbench.streams": ("stream",),
    "rnnbench.submission.frame": ("load_results",),
}
_MODULE_OF = {name: module for module, names in _HOME.items() for name in names}

__all__ = [
    "ADDED",
    "SOLVED_MSE",
    "Arrays",
    "Baseline",
    "Batch",
    "BitsPerStep",
    "Columns",
    "DataMissing",
    "Dataset",
    "Encoding",
    "Family",
    "Formula",
    "Horizon",
    "InputType",
    "ItemMetric",
    "Knob",
    "Label",
    "LabelPerStep",
    "LabelledText",
    "Metric",
    "Model",
    "NextToken",
    "Observation",
    "OutputEnd",
    "OutputType",
    "PianoRoll",
    "Reals",
    "Role",
    "Row",
    "SentencePair",
    "Split",
    "TaggedSentence",
    "TargetSequence",
    "Task",
    "TextLine",
    "Tokens",
    "Value",
    "__version__",
    "find_formula",
    "find_model",
    "hookimpl",
    "load_results",
    "stream",
]

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


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        version = importlib.import_module("rnnbench.contract.version")
        if name in version.MOVED:
            return __getattr__(version.warn_moved(name))
        raise AttributeError(f"module 'rnnbench' has no attribute {name!r}")
    return getattr(importlib.import_module(_MODULE_OF[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
