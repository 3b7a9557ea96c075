"""What the fork server imports before any worker is forked from it: everything that runs need, and nothing is run."""

import evaluate  # noqa: F401
import numpy as np  # noqa: F401
import sacrebleu  # noqa: F401
import safetensors.torch  # noqa: F401
import tokenizers  # noqa: F401
import torch  # noqa: F401

import rnnbench.execute.worker  # noqa: F401
from rnnbench.discovery import discover

discover()
