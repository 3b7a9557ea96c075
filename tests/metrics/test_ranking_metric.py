"""A suite may say which of a task's metrics ranks; ids, chance and every table follow."""

from __future__ import annotations

import pytest

from rnnbench.leaderboard import FORMATS, read_results
from rnnbench.leaderboard.formats.terminal import render
from rnnbench.plan import Unplannable
from rnnbench.submission.validate.against_data import check_against_data
from rnnbench.submission.validate.validate import validate
from rnnbench.suite import SuiteError


def test_another_metric_ranks_and_moves_the_ids(planned):
    usual, other, same = planned(""), planned("rank_by: macro-f1"), planned("rank_by: accuracy")
    assert [metric.name for metric in other.plan.tasks[0].metrics] == ["macro-f1", "accuracy"]
    assert not set(usual.assignments) & set(other.assignments)
    assert set(usual.assignments) == set(same.assignments)
    assert all(run.resolved["rank_by"] == "macro-f1" for run in other.plan.runs)


def test_a_board_ranked_by_another_metric_is_valid_and_its_chance_is_that_metrics(board):
    folder = board("rank_by: macro-f1")
    assert not validate(folder).problems
    assert check_against_data(folder, None) == []
    (table,) = read_results(folder).board.tables
    assert table.metric.name == "macro-f1"
    assert 30 < table.chance < 45  # one class of two: half of its F1 of about 2/3
    assert all(row.other_metrics for row in table.rows)


def test_an_unknown_ranking_metric_is_a_mistake_with_its_place(planned):
    with pytest.raises(SuiteError) as caught:
        planned("rank_by: macrof1")
    assert "small.yaml:9:14: tasks[0].rank_by: 'macrof1' is not scored here (did you mean 'macro-f1'?)" in str(
        caught.value
    )
    assert "expected one of accuracy, macro-f1" in str(caught.value)


def test_a_metric_whose_columns_the_items_lack_is_refused_with_its_line(planned):
    with pytest.raises(SuiteError) as caught:
        planned("metrics: [perplexity]")
    assert str(caught.value).endswith(
        "small.yaml:9:15: tasks[0].metrics[0]: metric 'perplexity' cannot be asked: items of 'sentiment' have no "
        "column words, only label, predicted, nll"
    )


def test_a_task_that_declares_no_columns_is_looked_at_when_planned(planned, monkeypatch):
    from rnnbench_tasks.sentiment import Sentiment

    monkeypatch.setattr(Sentiment, "columns", {})
    with pytest.raises(Unplannable, match="metric 'perplexity' cannot be asked: items of 'sentiment' have no column"):
        planned("metrics: [perplexity]")


def test_an_asked_metric_shows_in_every_format(board, module):
    folder = board(f"metrics: [{{evaluate: {module}, value: agreement, name: equal, low: 0, high: 1}}]")
    results = read_results(folder)
    found = results.board
    assert "equal" in render(found, width=120)
    for name, made in FORMATS.items():
        assert "equal" in made.render(results), name
    assert "macro" not in render(found, width=120).replace("macro-f1:", "")
