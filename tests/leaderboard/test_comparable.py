"""Only comparable rows share a table."""

import pytest

from leaderboard.factory import make_model, make_plan, make_record, make_run, make_task, rendered
from rnnbench.leaderboard import Results, make_board
from rnnbench.records.schema import Kind

TASK = make_task(fingerprint="f0", task_version=2)
TERMS = {
    "numerics": 1,
    "device": "cpu",
    "precision": "float32",
    "budget": {"core_params": 30000, "steps": 300},
    "recipe": {"batch": 32, "dropout": 0.0},
    "task": {"name": "sentiment", "version": 2, "fields": {}},
    "dataset": {"name": "reviews", "fingerprint": "f0"},
}


def run_of(model, seed=0, **changes):
    return make_run(TASK.label, model, seed, resolved=TERMS | changes)


def record_of(run, score=80.0, **changes):
    return make_record(run, score, **({"resolved": run.resolved} | changes))


def made(runs, models=None, records=None):
    changes = {"models": models} if models else {}
    return make_board(make_plan(runs, [TASK], **changes), records or {run.id: record_of(run) for run in runs})


def marks(found):
    return {row.model: row.marks for row in found.tables[0].rows}


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (
            {"dataset": {"name": "reviews", "fingerprint": "f1"}},
            'resolved.dataset.fingerprint: the plan says "f0", the record "f1"',
        ),
        (
            {"task": {"name": "sentiment", "version": 1, "fields": {}}},
            "resolved.task.version: the plan says 2, the record 1",
        ),
        ({"budget": {"core_params": 30000, "steps": 600}}, "resolved.budget.steps: the plan says 300, the record 600"),
        ({"budget": {"core_params": 30000, "epochs": 2}}, "resolved.budget.epochs: the plan says none, the record 2"),
        (
            {"recipe": {"batch": 64, "dropout": 0.0}},
            "resolved.recipe.batch: the plan says 32, the record 64",
        ),
        ({"device": "cuda"}, 'resolved.device: the plan says "cpu", the record "cuda"'),
    ],
)
def test_a_record_made_under_other_terms_than_planned_is_listed_and_not_ranked(change, complaint):
    run, other = run_of("lstm"), run_of("gru")
    records = {run.id: record_of(run), other.id: record_of(other, 99.0, resolved=TERMS | change)}
    found = made([run, other], records=records)
    assert [problem.cause for problem in found.problems] == [complaint]
    (gru,) = (row for row in found.tables[0].rows if row.model == "gru")
    assert (gru.values, gru.rank, gru.status) == ((), None, "incomplete 0/1")
    for text in (rendered("md", found), rendered("html", Results(make_plan([run, other], [TASK]), records, found))):
        assert "Not counted" in text
        assert "99.0" not in text


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"dataset": {"fingerprint": "f1"}}, 'resolved.dataset.fingerprint: the table\'s is "f0", the record\'s "f1"'),
        ({"task": {"version": 3}}, "resolved.task.version: the table's is 2, the record's 3"),
    ],
)
@pytest.mark.parametrize("kind", [Kind.TRAIN, Kind.BASELINE])
def test_a_run_planned_on_other_data_than_its_tables_does_not_count_even_if_its_record_agrees(change, complaint, kind):
    stray = make_run(TASK.label, "stray", 0, kind, resolved=TERMS | change)
    found = made([run_of("lstm"), stray])
    assert [problem.cause for problem in found.problems] == [complaint]
    assert [row.model for row in found.tables[0].rows if row.values] == ["lstm"]


@pytest.mark.parametrize(
    ("change", "mark"),
    [
        ({"budget": {"core_params": 30000, "steps": 600}}, "other terms: budget.steps 600, the others' 300"),
        ({"recipe": {"batch": 64, "dropout": 0.0}}, "other terms: recipe.batch 64, the others' 32"),
        ({"device": "cuda"}, 'other terms: device "cuda", the others\' "cpu"'),
        ({"numerics": 2}, "other terms: numerics 2, the others' 1"),
        ({"tune": {"share": 0.5}}, "other terms: tune.share 0.5, the others' none"),
    ],
)
def test_a_row_planned_under_other_terms_than_the_rest_is_marked(change, mark):
    found = made([run_of("lstm"), run_of("gru"), run_of("odd", **change)])
    assert marks(found) == {"gru": (), "lstm": (), "odd": (mark,)}
    assert mark.split(",")[0] in rendered("md", found).replace("\\", "")


def test_one_seed_under_other_terms_marks_its_row():
    runs = [run_of("lstm", seed) for seed in range(3)]
    runs[2] = run_of("lstm", 2, budget={"core_params": 30000, "steps": 30})
    assert marks(made(runs)) == {"lstm": ("other terms: budget.steps 30, the others' 300",)}


def test_a_recipe_of_its_own_that_the_suite_declares_is_marked_as_that_alone():
    own = run_of("own", recipe={"batch": 64, "dropout": 0.0})
    models = [make_model("lstm"), make_model("gru"), make_model("own", overrides={"batch": 64})]
    found = made([run_of("lstm"), run_of("gru"), own], models)
    assert marks(found)["own"] == ("own recipe: batch=64",)


def test_recipes_of_their_own_are_not_what_the_others_are_held_to():
    runs = [run_of(model, recipe={"batch": 64, "dropout": 0.0}) for model in ("own", "another")]
    models = [make_model("lstm"), *(make_model(run.model, overrides={"batch": 64}) for run in runs)]
    assert marks(made([run_of("lstm"), *runs], models))["lstm"] == ()


def test_equal_terms_leave_no_mark_whatever_the_order():
    runs = [run_of(model, seed) for model in ("a", "b") for seed in range(2)]
    assert marks(made(runs)) == marks(made(runs[::-1])) == {"a": (), "b": ()}


def test_of_two_terms_as_common_the_same_one_is_always_the_others():
    runs = [run_of("a"), run_of("b", numerics=2)]
    assert marks(made(runs)) == marks(made(runs[::-1])) == {"a": (), "b": ("other terms: numerics 2, the others' 1",)}
