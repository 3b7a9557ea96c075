"""What the fork server imports before any worker is forked from it: everything that runs need, and nothing is run."""

import numpy as np  # noqa: F401
import sacrebleu  # noqa: F401
import safetensors.torch  # noqa: F401
import tokenizers  # noqa: F401
import torch
import torch._dynamo  # noqa: F401  which the first optimiser of a process imports, for a second

import rnnbench.execute.carry_out  # noqa: F401
from rnnbench.discovery import discover

discover()
