"""What a checker recomputes is what scores: every built-in metric has a formula, and agrees with it."""

from __future__ import annotations

import numpy as np
import pytest

from rnnbench import Metric, find_formula
from rnnbench.discovery import discover
from rnnbench.metrics import implementation


def declared() -> list[Metric]:
    """Every metric of every built-in task."""
    registry = discover()
    tasks = [task for name, task in registry.tasks.items() if registry.origin["tasks", name].distribution == "rnnbench"]
    metrics = {(metric.name, metric.implementation): metric for task in tasks for metric in task.metrics}
    return [metrics[key] for key in sorted(metrics)]


def items(columns: dict[str, str]) -> dict[str, list]:
    chance = np.random.default_rng(1)
    words = ["a", "cat", "sat", "on", "the", "mat", "."]

    def column(name: str, kind: str) -> list:
        if kind == "string":
            longest = 12 if name in ("hypothesis", "reference") else 2
            return [" ".join(chance.choice(words, chance.integers(1, longest))) for _ in range(40)]
        if name == "right":
            return chance.integers(0, 5, 40).tolist()
        return chance.integers(5, 9, 40).tolist() if kind == "int64" else chance.gamma(2.0, size=40).tolist()

    return {name: column(name, kind) for name, kind in columns.items()}


@pytest.mark.parametrize("metric", declared(), ids=lambda metric: metric.implementation.partition(":")[2])
def test_a_built_in_metric_is_its_formula(metric: Metric) -> None:
    scorer = implementation(metric)
    given = items(dict(scorer.columns))
    formula = find_formula(metric.name, given)
    assert formula.columns == scorer.columns
    assert (formula.direction, formula.ratio) == (metric.direction, metric.ratio)
    assert formula.signature() == scorer.signature()
    statistics_IK = scorer.statistics(given)
    np.testing.assert_array_equal(formula.statistics(given), statistics_IK)
    totals_NK = np.stack([statistics_IK.sum(axis=0), statistics_IK[:20].sum(axis=0)])
    np.testing.assert_array_equal(formula.values(totals_NK), scorer.values(totals_NK))
    assert formula(given) == scorer.values(totals_NK)[0]


def test_a_plugins_own_metric_has_none() -> None:
    with pytest.raises(LookupError, match="no formula for 'house-score' of the columns label, score"):
        find_formula("house-score", ["score", "label"])
