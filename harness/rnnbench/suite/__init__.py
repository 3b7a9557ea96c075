"""Suite files: YAML in, a typed and resolved :class:`Suite` out, or every mistake by line and column."""

from rnnbench.suite.budget import Budget
from rnnbench.suite.limits import Limits
from rnnbench.suite.margin import Margin
from rnnbench.suite.problems import Problem, SuiteError
from rnnbench.suite.reading import read_suite
from rnnbench.suite.recipe import Recipe
from rnnbench.suite.schema import json_schema
from rnnbench.suite.suite import Suite, SuiteModel, SuiteTask
from rnnbench.suite.tuning import Tune

__all__ = [
    "Budget",
    "Limits",
    "Margin",
    "Problem",
    "Recipe",
    "Suite",
    "SuiteError",
    "SuiteModel",
    "SuiteTask",
    "Tune",
    "json_schema",
    "read_suite",
]
