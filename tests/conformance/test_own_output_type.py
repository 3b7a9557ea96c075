"""A third party's output type brings its own stand-in answers, so that a task with it meets every law."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest
from torch import nn

from rnnbench import OutputEnd, OutputType, Role
from rnnbench.conformance import Outcome, task_cases
from rnnbench_tasks.memory import Adding, MarkedNumbers

ROWS = MarkedNumbers(train_rows=200, validation_rows=60, test_rows=61, length=6)


@dataclass(frozen=True)
class Absolute(OutputType):
    """A number for a sequence, trained by the absolute error."""

    roles = frozenset({Role.ENCODER})

    def build(self, width, inputs):
        return AbsoluteEnd(width)


class WithAnswers(Absolute):
    def perfect(self, batch):
        return {"prediction": batch.targets.numpy()}

    def blind(self, batch):
        return {"prediction": np.zeros(len(batch.rows))}


class AbsoluteEnd(OutputEnd):
    def __init__(self, width):
        super().__init__()
        self.map = nn.Linear(width, 1)

    def predicted(self, body, x, batch):
        lengths = batch.inputs.new_full((len(x),), x.shape[1]).long()
        return self.map(body(x, lengths)[1]).squeeze(1)

    def loss(self, body, x, batch, state, smoothing=0.0):
        return (self.predicted(body, x, batch) - batch.targets).abs().sum(), len(x), state

    def score(self, body, x, batch, state):
        return {"prediction": self.predicted(body, x, batch).numpy()}, state


@dataclass(frozen=True, kw_only=True)
class AbsoluteAdding(Adding):
    answers: bool = True

    def output(self, encoding):
        return WithAnswers() if self.answers else Absolute()


@pytest.mark.parametrize("answers", [True, False])
def test_the_laws_of_answers_hold_where_the_output_type_makes_them(answers):
    task = replace(AbsoluteAdding(), answers=answers)
    found = {case.law.name: case.examine() for case in task_cases(task, ROWS)}
    assert [finding for finding in found.values() if finding.outcome is Outcome.FAILED] == []
    expected = Outcome.PASSED if answers else Outcome.NOT_APPLICABLE
    assert found["perfect"].outcome is found["chance"].outcome is expected
    if not answers:
        assert found["perfect"].detail == "the output type Absolute makes no stand-in answer"
