"""Tasks and datasets that misbehave: refused before anything runs, or failed by name; never a wrong table."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from tests.hostile.conftest import SITE, suite
from tests.hostile.inline import carried_out

from rnnbench.base.errors import UserError
from rnnbench.discovery import discover

CLEAN = "{model: hostile, label: clean}"
FLUX = "RuntimeError: the flux capacitor is empty"
LAB = "hostile-lab[lab] in"

FAILED = {
    "row-twice": f"{LAB} evaluate: the evaluation has row ",
    "rows-of-another": f"{LAB} evaluate: a batch has ",
    "row-missing": f"{LAB} evaluate: ValueError: ",
    "no-items": f"{LAB} evaluate: items are a NoneType, expected columns by name",
    "item-missing": f"{LAB} evaluate: items have columns of different lengths: ",
    "evaluate:raise": f"{LAB} evaluate: {FLUX}",
    "evaluate:threads": f"{LAB} evaluate: changes torch's threads, which",
    "evaluate:patched-function": f"{LAB} evaluate: TypeError: ",
}


@pytest.fixture(autouse=True)
def _installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The hostile plugins are installed in this process, for the length of a test."""
    monkeypatch.syspath_prepend(str(SITE))
    monkeypatch.setenv("RNNBENCH_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    discover.cache_clear()
    yield
    discover.cache_clear()
    for name in [name for name in sys.modules if name.partition(".")[0] == "hostile_lab"]:
        del sys.modules[name]


def run(folder: Path, monkeypatch: pytest.MonkeyPatch, *tasks: str) -> dict[str, Any]:
    """The records of the clean model by task."""
    path = folder / "small.yaml"
    path.write_text(suite([CLEAN], list(tasks)), encoding="utf-8")
    records = carried_out(path, monkeypatch, out=folder / "out").records
    return {record.task: record for record in records if record.model == "clean"}


def test_a_task_that_goes_wrong_fails_its_own_runs_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cases = [*FAILED, "item-nan", "clean"]
    records = run(
        tmp_path,
        monkeypatch,
        *(
            f'{{task: hostile-task, dataset: hostile-data, label: "{case}", fields: {{case: "{case}"}}}}'
            for case in cases
        ),
    )
    for case, reason in FAILED.items():
        assert records[case].status == "failed", case
        assert records[case].reason is not None
        assert records[case].reason.startswith(reason), records[case].reason
        assert not records[case].metrics
    assert records["item-nan"].status == "diverged"
    assert records["item-nan"].reason == "items, column 'nll', item 0: nan is not finite"
    assert records["clean"].status == "done"


@pytest.mark.parametrize(
    ("case", "message"),
    [
        ("load:raise", "reviews: its rows cannot be read and encoded: " + FLUX),
        ("load:exit", "reviews: its rows cannot be read and encoded: SystemExit: 0"),
        ("other-rows", "reviews: expected rows of type LabelledText, got TextLine"),
        ("no-rows", "dataset 'hostile-data' has no test rows"),
    ],
)
def test_a_dataset_that_goes_wrong_is_refused_before_anything_runs(
    case: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = f'{{name: hostile-data, fields: {{case: "{case}"}}}}'
    with pytest.raises(UserError) as error:
        run(tmp_path, monkeypatch, f"{{task: sentiment, dataset: {data}, label: reviews}}")
    assert message in str(error.value)
    assert not (tmp_path / "out" / "runs").exists()


@pytest.mark.parametrize(
    ("deed", "cause"), [("raise", FLUX), ("exit", "SystemExit: 0"), ("raise-unprintable", "Unprintable")]
)
def test_a_task_that_cannot_be_batched_is_refused_before_anything_runs(
    deed: str, cause: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UserError, match=rf"bad cannot be planned: hostile-lab\[lab\]: {cause}"):
        run(
            tmp_path,
            monkeypatch,
            f'{{task: hostile-task, dataset: hostile-data, label: bad, fields: {{case: "train:{deed}"}}}}',
        )
    assert not (tmp_path / "out" / "runs").exists()


@pytest.mark.parametrize(
    ("model", "message"),
    [
        ('{model: hostile, fields: {case: "plan:raise"}}', f"cannot be built: hostile-lab[lab]: {FLUX}"),
        ('{model: hostile, fields: {case: "plan:exit"}}', "cannot be built: hostile-lab[lab]: SystemExit: 0"),
        ("{model: hostile, fields: {case: no-module}}", "build(causal) gives int, expected an nn.Module"),
        ("{model: hostile-seq2seq, fields: {case: no-methods}}", "the core has no method encode, which seq2seq asks"),
    ],
)
def test_a_model_that_cannot_be_planned_is_refused_before_anything_runs(
    model: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "small.yaml"
    path.write_text(suite([CLEAN, model]), encoding="utf-8")
    with pytest.raises(UserError) as error:
        carried_out(path, monkeypatch, out=tmp_path / "out")
    assert message in str(error.value)
    assert "\n" not in str(error.value)
    assert not (tmp_path / "out" / "runs").exists()
