"""The former name of :mod:`rnnbench.conformance`, kept for one release."""

import warnings

from rnnbench.conformance import *  # noqa: F403
from rnnbench.contract.version import PluginDeprecation

warnings.warn(
    "rnnbench.testing is rnnbench.conformance since 0.2.0; the old name will go", PluginDeprecation, stacklevel=2
)
