"""What stands for references that may not be passed on gives the same scores."""

from __future__ import annotations

import numpy as np
import pytest

from rnnbench.metrics import find_metric
from rnnbench.metrics.translation import COUNTS, REFERENCE_SUM, without_references


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


@pytest.mark.parametrize("metric", ["bleu", "chrf"])
def test_what_stands_for_references_gives_the_same_score_and_not_their_text(metric: str) -> None:
    given = {**items({"hypothesis": "string", "reference": "string"}), "nll": [0.5] * 40}
    given["reference"] = [f"{text} secret" for text in given["reference"]]
    kept = without_references(given)
    assert kept.keys() == {"hypothesis", "nll", REFERENCE_SUM, *COUNTS}
    assert "secret" not in str(kept)
    of_text, counted = find_metric(metric, given), find_metric(metric, kept)
    np.testing.assert_array_equal(counted.per_item(kept), of_text.per_item(given))
    assert counted.value(kept) == of_text.value(given) > 0
    assert counted.signature() == of_text.signature()
    assert all(type(cell) is int for name in COUNTS for cell in kept[name])


@pytest.mark.parametrize("given", [{"label": ["a"]}, {"nll": [1.5], "words": [3]}])
def test_items_without_references_stay_as_they_are(given: dict[str, list]) -> None:
    assert without_references(given) == given


def test_references_of_another_kind_are_hashed_and_not_counted() -> None:
    assert without_references({"reference": [3], "hypothesis": [4]}).keys() == {"hypothesis", REFERENCE_SUM}
