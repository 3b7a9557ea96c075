"""The laws as pytest classes: inherit from one, set its subject, and each law is a test."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from rnnbench.conformance.cases import Case, dataset_cases, executor_cases, metric_cases, model_cases, task_cases
from rnnbench.conformance.findings import Outcome
from rnnbench.conformance.subjects import find_subjects
from rnnbench.discovery import discover

if TYPE_CHECKING:
    from rnnbench.contract.batches import Columns
    from rnnbench.contract.datasets import Dataset
    from rnnbench.contract.metrics import Metric
    from rnnbench.contract.models import Model
    from rnnbench.contract.tasks import Task


class Laws:
    """Base class: a test for each case, skipped where a law does not apply."""

    def cases(self) -> list[Case]:
        """The cases to test."""
        raise NotImplementedError

    def pytest_generate_tests(self, metafunc: Any) -> None:
        """Parametrise :meth:`test_law` with the cases; called by pytest."""
        if "case" in metafunc.fixturenames:
            found = self.cases()
            metafunc.parametrize("case", found, ids=[f"{case.law.name}-{case.named}" for case in found])

    def test_law(self, case: Case) -> None:
        """The law holds."""
        import pytest  # noqa: PLC0415  the authors' tool: the harness itself does not need it

        finding = case.examine()
        if finding.outcome is Outcome.NOT_APPLICABLE:
            pytest.skip(finding.detail)
        if finding.outcome is Outcome.FAILED:
            pytest.fail(f"{finding.says}.\ntried: {finding.tried}\nfound: {finding.detail}", pytrace=False)


class PluginLaws(Laws):
    """All that ``module`` provides by its hooks, at small sizes, as ``rnnbench check MODULE`` tests it.

    ``folder`` holds the data of a dataset that is not embedded.
    """

    module: ClassVar[str]
    folder: ClassVar[Path | None] = None

    def cases(self) -> list[Case]:
        """Every law over every model, task, dataset and metric of ``module``."""
        return list(find_subjects(self.module, discover()).cases(self.folder))


class ModelLaws(Laws):
    """``class TestMine(rnnbench.conformance.ModelLaws): model = Mine(width=8)``."""

    model: ClassVar[Model]

    def cases(self) -> list[Case]:
        """Every law in every role of ``model``."""
        return model_cases(self.model)


class TaskLaws(Laws):
    """``task`` on a small ``dataset``; ``folder`` holds the data of a dataset that is not embedded."""

    task: ClassVar[Task]
    dataset: ClassVar[Dataset]
    folder: ClassVar[Path | None] = None

    def cases(self) -> list[Case]:
        """Every law over ``task`` on ``dataset``."""
        return task_cases(self.task, self.dataset, self.folder)


class DatasetLaws(Laws):
    """``dataset``; ``folder`` holds its data unless it is embedded."""

    dataset: ClassVar[Dataset]
    folder: ClassVar[Path | None] = None

    def cases(self) -> list[Case]:
        """Every law over ``dataset``."""
        return dataset_cases(self.dataset, self.folder)


class MetricLaws(Laws):
    """``metric`` on ``items``, the columns that it reads; without them, on generated columns."""

    metric: ClassVar[Metric]
    items: ClassVar[Columns | None] = None

    def cases(self) -> list[Case]:
        """Every law over ``metric``."""
        return metric_cases(self.metric, self.items)


class ExecutorLaws(Laws):
    """``executor``, a subclass of :class:`rnnbench.Executor`; another factory is given as a ``staticmethod``."""

    executor: ClassVar[Any]

    def cases(self) -> list[Case]:
        """Every law over ``executor``."""
        return executor_cases(type(self).__name__, self.executor)
