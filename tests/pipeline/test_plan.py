"""A plan says what runs and what does not, and a run's id changes exactly when what moves its number does."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.pipeline.conftest import MODELS, tiny_suite

from rnnbench.plan import Draft
from rnnbench.records.schema import Kind, Plan

Drafts = Callable[[str], Draft]


def ids(draft: Draft) -> set[str]:
    return {run.id for run in draft.plan.runs}


def test_26_of_28_pairs_run_and_the_two_others_say_why(draft_of: Drafts) -> None:
    plan = draft_of(tiny_suite(models=MODELS)).plan
    assert len({(run.task, run.model) for run in plan.runs if run.kind is Kind.TRAIN}) == 26
    assert {(skip.task, skip.model): skip.reason for skip in plan.skips} == {
        ("language-modelling", "bidirectional"): "sees the future",
        ("language-modelling", "attention-seq2seq"): "there is no source",
    }


def test_all_core_parameters_are_within_2_percent_of_the_budget(draft_of: Drafts) -> None:
    plan = draft_of(tiny_suite(models=MODELS)).plan
    sizes = [run.core_params for run in plan.runs if run.kind is Kind.TRAIN]
    assert all(size is not None and abs(size - 8600) <= 172 for size in sizes)


def test_every_task_brings_its_baselines_and_its_optimum_where_that_is_known(draft_of: Drafts) -> None:
    plan = draft_of(tiny_suite()).plan
    references = {(run.task, run.model) for run in plan.runs if run.kind in (Kind.BASELINE, Kind.OPTIMUM)}
    assert {
        ("language-modelling", "baseline:unigram"),
        ("sentiment", "baseline:majority"),
        ("translation", "baseline:constant"),
        ("translation", "baseline:copy"),
        ("forecasting", "baseline:repeat-last"),
    } <= references
    assert {
        (task, "optimum") for task in ("language-modelling", "sentiment", "translation", "forecasting")
    } <= references


def test_a_plan_survives_the_round_trip_through_json(draft_of: Drafts) -> None:
    plan = draft_of(tiny_suite()).plan
    assert Plan.model_validate_json(plan.model_dump_json()) == plan


def test_adding_a_model_or_a_seed_changes_no_existing_run_id(draft_of: Drafts) -> None:
    before = ids(draft_of(tiny_suite(models=("lstm",))))
    assert before < ids(draft_of(tiny_suite(models=("gru", "lstm"))))
    assert before < ids(draft_of(tiny_suite(models=("lstm",), seeds=3)))


def test_the_order_of_a_suite_changes_no_run_id(draft_of: Drafts) -> None:
    forwards = draft_of(tiny_suite())
    backwards = draft_of(
        tiny_suite(
            models=("transformer", "lstm"), tasks=("forecasting", "translation", "sentiment", "language-modelling")
        )
    )
    assert ids(forwards) == ids(backwards)


@pytest.mark.parametrize(
    "change",
    [
        {"budget": "{core_params: 8600, steps: 13}"},
        {"budget": "{core_params: 9000, steps: 12}"},
        {"recipe": "{embedding: 12, batch: 8, evaluations: 3, learning_rate: 0.02}"},
        {"recipe": "{embedding: 12, batch: 9, evaluations: 3, learning_rate: 0.01}"},
        {"tune": "{learning_rate: [0.01, 0.02]}"},
    ],
)
def test_what_moves_a_number_changes_the_id(draft_of: Drafts, change: dict[str, str]) -> None:
    def trained(**options: str) -> set[str]:
        draft = draft_of(tiny_suite(models=("lstm",), tasks=("sentiment",), **options))  # type: ignore[arg-type]
        return {run.id for run in draft.plan.runs if run.kind is Kind.TRAIN}

    assert not trained() & trained(**change)


def test_what_moves_no_number_is_not_in_the_id(draft_of: Drafts) -> None:
    usual = tiny_suite(models=("lstm",), tasks=("sentiment",))
    other = usual.replace("evaluations: 3", "evaluations: 3, evaluation_batch: 5")
    assert other != usual
    assert ids(draft_of(usual)) == ids(draft_of(other.replace("suite: tiny", "suite: other")))


def test_tuning_plans_a_run_for_each_value_at_its_share_of_the_budget(draft_of: Drafts) -> None:
    draft = draft_of(
        tiny_suite(models=("lstm",), tasks=("sentiment",), seeds=2, tune="{learning_rate: [0.003, 0.01, 0.03]}")
    )
    tuning = [run for run in draft.plan.runs if run.kind is Kind.TUNE]
    trained = [run for run in draft.plan.runs if run.kind is Kind.TRAIN]
    assert [run.resolved["recipe"]["learning_rate"] for run in tuning] == [0.003, 0.01, 0.03]
    assert {run.resolved["budget"]["steps"] for run in tuning} == {4}
    assert {run.seed for run in tuning}.isdisjoint({run.seed for run in trained})
    assert all(draft.assignments[run.id].tune == tuple(one.id for one in tuning) for run in trained)
    assert all("learning_rate" not in run.resolved["recipe"] for run in trained)
