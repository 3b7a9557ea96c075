"""The conformance kit: tests any plugin, built-in or third-party, against the laws of the contract.

From the command line, ``rnnbench check NAME|MODULE``. In an author's tests, pytest classes::

    import rnnbench.conformance
    from my_package import Mine


    class TestMine(rnnbench.conformance.ModelLaws):
        model = Mine(width=8)

Each law is one function whose docstring says what must hold; ``model_time`` is a good one to read first. A case is a
law and its subject; examining it gives a finding: passed, failed or not applicable, with what was tried and found.
"""

from rnnbench.conformance.cases import Case, dataset_cases, executor_cases, metric_cases, model_cases, task_cases
from rnnbench.conformance.classes import DatasetLaws, ExecutorLaws, MetricLaws, ModelLaws, PluginLaws, TaskLaws
from rnnbench.conformance.findings import Broken, Finding, Law, NotApplicable, Outcome, law

__all__ = [
    "Broken",
    "Case",
    "DatasetLaws",
    "ExecutorLaws",
    "Finding",
    "Law",
    "MetricLaws",
    "ModelLaws",
    "NotApplicable",
    "Outcome",
    "PluginLaws",
    "TaskLaws",
    "dataset_cases",
    "executor_cases",
    "law",
    "metric_cases",
    "model_cases",
    "task_cases",
]
