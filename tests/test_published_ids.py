"""No run id of a published plan moves: today's code makes each of them again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from rnnbench.discovery import discover
from rnnbench.plan import draft
from rnnbench.plan.resolved import resolved_run, resolved_task
from rnnbench.plan.sizing import Sized
from rnnbench.prepare import Prepared, prepare
from rnnbench.records.run_id import run_id
from rnnbench.records.schema import Kind, Plan, PlannedRun, PlannedTask
from rnnbench.records.storage import read_plan, scan_records
from rnnbench.suite import Budget, Recipe, SuiteModel, SuiteTask, Tune, read_suite
from rnnbench.suite.plugins import create
from rnnbench.suite.yaml_positions import Document

ROOT = Path(__file__).parents[1]
BOARDS = sorted(path.parent for path in (ROOT / "results" / "published").glob("**/plan.json"))
named = pytest.mark.parametrize("folder", BOARDS, ids=lambda folder: folder.name)


def created(kind: str, name: str, fields: dict[str, Any]) -> Any:
    document = Document("plan.json")
    thing = create(getattr(discover(), f"{kind}s")[name], fields, (kind,), document)
    assert not document.problems, document.problems
    return thing


def resolved_again(run: PlannedRun, task: PlannedTask, plan: Plan) -> dict[str, Any]:
    """What the run resolves to, from its fields alone: its data's fingerprint is taken from the plan."""
    asked = created("task", task.task, task.fields)
    assert "metrics" not in run.resolved, "no published suite asks for metrics beside its tasks' own"
    suite_task = SuiteTask(
        label=task.label,
        task=asked,
        dataset=created("dataset", task.dataset, task.dataset_fields),
        budget=Budget(**run.resolved.get("budget", {"steps": 1})),
        recipe=Recipe(**run.resolved.get("recipe", {})),
    )
    data = Prepared(Path(), asked, task.fingerprint, {}, {}, 0.0, 0.0, ())
    if run.kind in (Kind.BASELINE, Kind.OPTIMUM):
        who = {"label": run.model, "table": task.label}
        return {"numerics": plan.numerics, "kind": run.kind, "model": who, **resolved_task(suite_task, data)}
    of_model = run.resolved["model"]
    model = created("model", of_model["name"], run.fields)
    row = SuiteModel(label=of_model["label"], model=model, recipe_overrides={})
    assert run.seed is not None
    found = resolved_run(
        run.kind, suite_task, data, row, Sized(model), suite_task.recipe, suite_task.budget, run.seed, plan.device
    )
    if plan.tune and run.kind is Kind.TRAIN:
        found["recipe"].pop("learning_rate")
        found["tune"] = Tune.model_validate(plan.tune).resolved()
    return found


@named
def test_today_s_code_gives_every_run_of_a_published_plan_its_id(folder: Path) -> None:
    plan = read_plan(folder)
    tasks = {task.label: task for task in plan.tasks}
    moved = {run.id for run in plan.runs if run_id(resolved_again(run, tasks[run.task], plan)) != run.id}
    assert not moved


@named
def test_every_published_record_has_the_id_of_its_inputs(folder: Path) -> None:
    assert all(run_id(record.resolved) == name for name, record in scan_records(folder).records.items())


@pytest.mark.parametrize(
    "name",
    ["forecasting", "nlp", *(pytest.param(name, marks=pytest.mark.slow) for name in ("memory", "modern"))],
)
def test_a_published_suite_planned_again_plans_the_same_runs(name: str, tmp_path: Path) -> None:
    """Sizes and fingerprints too: the data of these suites is generated here."""
    suite = read_suite(ROOT / "suites" / f"{name}.yaml", discover())
    prepared = {task.label: prepare(task.task, task.dataset, None, tmp_path) for task in suite.tasks}
    ours = {run.id: run.resolved["model"]["label"] for run in draft(suite, prepared, discover(), "cpu").plan.runs}
    skipped = {model.label for model in suite.models if model.model.missing()}
    published = read_plan(ROOT / "results" / "published" / name).runs
    assert ours == {run.id: run.model for run in published if run.model not in skipped}
