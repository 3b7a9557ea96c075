"""What a checker recomputes is what scores: every built-in metric has a formula, and agrees with it."""

from __future__ import annotations

import numpy as np
import pytest

from rnnbench import Metric, find_formula
from rnnbench.discovery import discover
from rnnbench.formulas import COUNTS, REFERENCE_SUM, without_references
from rnnbench.metrics import implementation


def declared() -> list[Metric]:
    """Every metric of every built-in task."""
    registry = discover()
    tasks = [
        task for name, task in registry.tasks.items() if registry.provider("tasks", name).distribution == "rnnbench"
    ]
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


@pytest.mark.parametrize("metric", ["bleu", "chrf"])
def test_what_stands_for_references_gives_the_same_score_and_not_their_text(metric: str) -> None:
    given = {**items({"hypothesis": "string", "reference": "string"}), "nll": [0.5] * 40}
    given["reference"] = [f"{text} secret" for text in given["reference"]]
    kept = without_references(given)
    assert kept.keys() == {"hypothesis", "nll", REFERENCE_SUM, *COUNTS}
    assert "secret" not in str(kept)
    of_text, counted = find_formula(metric, given), find_formula(metric, kept)
    np.testing.assert_array_equal(counted.statistics(kept), of_text.statistics(given))
    assert counted(kept) == of_text(given) > 0
    assert counted.signature() == of_text.signature()
    assert all(type(cell) is int for name in COUNTS for cell in kept[name])


@pytest.mark.parametrize("given", [{"label": ["a"]}, {"nll": [1.5], "words": [3]}])
def test_items_without_references_stay_as_they_are(given: dict[str, list]) -> None:
    assert without_references(given) == given


def test_references_of_another_kind_are_hashed_and_not_counted() -> None:
    assert without_references({"reference": [3], "hypothesis": [4]}).keys() == {"hypothesis", REFERENCE_SUM}
