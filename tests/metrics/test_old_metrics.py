"""Metrics that are written for rnnbench 0.1 work for one more release, with a warning."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

import rnnbench
from rnnbench.conformance import metric_cases
from rnnbench.contract.version import PluginDeprecation, warn_moved
from rnnbench.metrics.scoring import score

OLD = '''
import numpy as np
from rnnbench import ItemMetric, Metric, find_formula


class Right(ItemMetric):
    """Share of right answers, in per cent."""

    columns = {"right": "int64"}

    @staticmethod
    def statistics(columns):
        right = np.asarray(columns["right"], dtype=np.float64)
        return np.stack([right, np.ones_like(right)], axis=1)

    @staticmethod
    def values(totals_NK):
        return 100 * totals_NK[:, 0] / totals_NK[:, 1]


class Error(ItemMetric, formula=find_formula("mse", ("squared_error", "count"))):
    """Mean squared error."""


RIGHT = Metric("right", "max", "old_metrics:Right", unit="%", high=100.0)
ERROR = Metric("error", "min", "old_metrics:Error")
'''


@pytest.fixture
def old(tmp_path, monkeypatch):
    """A plugin module in the old form, imported."""
    (tmp_path / "old_metrics.py").write_text(OLD, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(__import__("sys").modules, "old_metrics", raising=False)
    warn_moved.cache_clear()
    with pytest.warns(PluginDeprecation) as told:
        import old_metrics
    yield old_metrics, [str(warning.message) for warning in told]
    warn_moved.cache_clear()


def test_a_plugin_in_the_old_form_scores_and_is_told_of_the_new_one(old):
    module, told = old
    assert score(module.RIGHT, {"right": [1, 0, 1, 1]}) == 75.0
    assert score(module.ERROR, {"squared_error": [1.5, 2.0], "count": [3, 5]}) == 3.5 / 8
    assert "rnnbench.ItemMetric is rnnbench.Metric since 0.2; the old name will go" in told
    assert any(line.startswith("metric 'right': Metric(implementation='old_metrics:Right') is ") for line in told)


def test_it_keeps_the_laws(old):
    for metric in old[0].RIGHT, old[0].ERROR:
        items = {"right": [1, 0, 1, 1], "squared_error": [0.5, 0.25, 1.0, 2.0], "count": [1, 2, 3, 1]}
        assert [case.examine().outcome for case in metric_cases(metric, items)] == ["passed"] * 6


def test_the_old_names_are_what_they_were():
    warn_moved.cache_clear()
    with pytest.warns(PluginDeprecation):
        formula = rnnbench.find_formula("perplexity", ("nll", "words", "bytes"))
    items = {"nll": [3.0, 5.5], "words": [2, 3]}
    assert formula(items) == np.exp(8.5 / 5)
    assert formula.asked == "words"
    with pytest.warns(PluginDeprecation):
        assert rnnbench.SOLVED_MSE == 0.01
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert isinstance(formula, rnnbench.Formula)
        with pytest.raises(LookupError):
            rnnbench.find_formula("house-score", ["score"])


@pytest.mark.parametrize(
    ("named", "error", "message"),
    [
        ("nowhere:Thing", ValueError, "metric 'odd': cannot import 'nowhere:Thing'"),
        ("math:nothing", ValueError, "cannot import 'math:nothing'"),
        ("math:pi", TypeError, "'math:pi' is not a subclass of ItemMetric"),
    ],
)
def test_an_implementation_that_is_none_is_refused(named, error, message):
    with pytest.warns(PluginDeprecation):
        metric = rnnbench.Metric("odd", "min", named)
    with pytest.raises(error, match=message):
        metric.signature()
