"""Tasks written for the signatures of 0.1.0 keep all laws for one more release, and say what to write instead."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from rnnbench import Rows, Task
from rnnbench.conformance import Outcome, task_cases
from rnnbench.contract.version import PluginDeprecation
from rnnbench_tasks.embedded import GrammarText, StateSpace
from rnnbench_tasks.forecasting import Forecasting
from rnnbench_tasks.language_modelling import LanguageModelling

SIZES = {"train_rows": 200, "validation_rows": 60, "test_rows": 61}
TEXT, SERIES = LanguageModelling(bptt=8), Forecasting(lookback=8, horizon=2)


def handed_on(wrapped, name):
    return lambda self, *given: getattr(wrapped, name)(*given)


def of(wrapped, **methods):
    """The body of a class that hands on to a task of ours what is as it was."""
    names = ("input", "output", "batches", "items", "baselines", "chance", "trivial_loss", "counts")
    handed = {name: handed_on(wrapped, name) for name in names}
    declared = {name: getattr(wrapped, name) for name in ("role", "rows", "metrics", "block")}
    baselines = [one for one in wrapped.baselines() if one.trivial]
    moved = [
        type(one)(one.name, one.description, lambda task, *given, one=one: one.predict(wrapped, *given), True)
        for one in baselines
    ]
    return {**handed, **declared, "baselines": lambda self: tuple(moved), **methods}


def evaluation(self, data, size, window=None):
    return TEXT.evaluation(data, size) if window is None else TEXT.windowed(data, size, window)


def old_text():
    def fit(self, training, channels):
        assert channels == ()
        return TEXT.fit(training)

    def encode(self, encoding, rows, before):
        return TEXT.encode(encoding, rows)

    methods = {"fit": fit, "encode": encode, "evaluation": evaluation, "bptt": 8, "__annotations__": {"bptt": "int"}}
    made = type("OldText", (Task,), of(TEXT, name="old-text", **methods))
    return dataclass(frozen=True, kw_only=True)(made)


def old_series():
    def fit(self, training, channels):
        return SERIES.fit(Rows(training, channels))

    def encode(self, encoding, rows, before):
        return SERIES.encode(encoding, Rows(rows, before=before))

    def windows(self, data, size, window=None):
        return SERIES.evaluation(data, size)

    methods = {"fit": fit, "encode": encode, "evaluation": windows}
    return dataclass(frozen=True)(type("OldSeries", (Task,), of(SERIES, name="old-series", **methods)))


@pytest.mark.parametrize(
    ("make", "dataset", "advice"),
    [
        (
            old_text,
            GrammarText(**SIZES),
            [
                "fit(training, channels) is fit(rows)",
                "encode(encoding, rows, before) is encode(encoding, rows)",
                "evaluation(data, size, window=None) is evaluation(data, size), and windowed(data, size, window) where",
                "bptt is the property segment",
            ],
        ),
        (old_series, StateSpace(**SIZES), ["fit(training, channels) is fit(rows)"]),
    ],
)
def test_a_task_with_the_old_signatures_works_and_warns(make, dataset, advice, monkeypatch):
    with pytest.warns(PluginDeprecation) as shown:
        old = make()
    messages = [str(warning.message) for warning in shown]
    for expected in advice:
        assert any(f": {expected}" in message for message in messages), messages
    assert all(message.endswith(" since 0.2.0; the old form will go") for message in messages)
    monkeypatch.setitem(globals(), old.__name__, old)  # pickle finds a class by its module and name
    old.__module__, old.__qualname__ = __name__, old.__name__
    findings = [case.examine() for case in task_cases(old(), dataset)]
    assert [finding for finding in findings if finding.outcome is not Outcome.PASSED] == []


def test_a_window_reaches_the_old_signature():
    with pytest.warns(PluginDeprecation):
        task = old_text()()
    rows = Rows(GrammarText(**SIZES).load("test", None))
    data = task.encode(task.fit(rows), rows)
    assert task.segment == 8
    for one, other in zip(task.windowed(data, 4, 6), TEXT.windowed(data, 4, 6), strict=True):
        np.testing.assert_array_equal(one.inputs, other.inputs)


def test_a_subclass_of_an_adapted_task_is_not_adapted_again(recwarn):
    with pytest.warns(PluginDeprecation):
        old = old_text()
    recwarn.clear()
    again = type("Again", (old,), {"fit": old.fit, "evaluation": old.evaluation})()
    assert not recwarn
    assert again.segment == 8
