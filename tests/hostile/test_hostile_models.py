"""Models that misbehave: what affects results fails by name, other side effects are undone, other runs are unaffected.

What no test here shows, because nothing in one process can detect it:

* code that ends the process while it is imported or planned (``os._exit``, a segfault): rnnbench ends with it;
* a model whose equations are not what it says, that draws from random numbers of its own, reads the clock or the
  network, or that looks at the stack to learn whether it is being tested;
* a replaced attribute of a class or module that is not watched (see ``rnnbench.base.containment``), or of compiled
  code;
* a task that leaves out the same rows for every model, or a dataset that gives other rows on another day (which has
  another fingerprint);
* files: plugins run with the user's rights, and may delete what the user may.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from tests.hostile.conftest import Run, suite

IN = r"hostile-lab\[lab\] in"
BUILD, TRAIN, EVALUATE = (f"{IN} {phase}: " for phase in ("build", "train", "evaluate"))
FLUX = "RuntimeError: the flux capacitor is empty"
ENDED = "the worker was ended with exit code 0"

FAILED = {
    "build:raise": BUILD + FLUX,
    "build:exit": BUILD + "SystemExit: 0",
    "build:interrupt": BUILD + "KeyboardInterrupt: no message",
    "build:torch-seed": BUILD + "sets torch's seed, expected to draw from the stream as it is",
    "build:dtype": BUILD + "changes torch's default type, which is not a plugin's to set",
    "build:threads": BUILD + "changes torch's threads",
    "build:no-gradients": BUILD + "changes whether torch keeps gradients",
    "build:precision": BUILD + "changes torch's precision of matrix products",
    "before-build:patched-function": BUILD + "changes torch.nn.functional.cross_entropy, which",
    "build:patched-method": BUILD + "changes torch.nn.modules.linear.Linear.forward, which",
    "train:raise": TRAIN + FLUX,
    "train:raise-much": TRAIN + "RuntimeError: .*much to say",
    "train:raise-unprintable": TRAIN + "Unprintable: no message",
    "train:recurse": TRAIN + "RecursionError: maximum recursion depth exceeded",
    "train:exit": TRAIN + "SystemExit: 0",
    "train:torch-seed": TRAIN + "sets torch's seed",
    "train:dtype": TRAIN + ".*torch's default type",
    "train:threads": TRAIN + "changes torch's threads",
    "train:no-gradients": TRAIN
    + "RuntimeError: .* does not require grad .*, after it changed whether torch keeps grad",
    "train:patched-function": TRAIN + ".*torch.nn.functional.cross_entropy",
    "validate:raise": TRAIN + FLUX,
    "validate:patched-method": TRAIN + ".*torch.nn.modules.linear.Linear.forward",
    "backward": TRAIN + "RuntimeError: no way back",
    "fewer-steps": TRAIN + r"the core's y is 8 x \d+ x 12, expected 8 x \d+ x 12",
    "fewer-rows": TRAIN + r"the core's y is 7 x \d+ x 12, expected 8 x \d+ x 12",
    "more-rows": TRAIN + r"the core's y is 16 x \d+ x 12, expected 8 x \d+ x 12",
    "narrow": TRAIN + r"the core's y is 8 x \d+ x 1, expected 8 x \d+ x 12",
    "double": TRAIN + "the core's y is of torch.float64, expected torch.float32",
    "elsewhere": TRAIN + "the core's y is on meta, expected cpu",
    "array": TRAIN + "the core's y is a ndarray, expected a tensor",
    "nothing": TRAIN + "the core's y is a NoneType, expected a tensor",
    "lone": TRAIN + r"the core gives a Tensor, expected \(y, state\)",
    "three": TRAIN + r"the core gives a tuple of 3, expected \(y, state\)",
    "list-state": TRAIN + "the core's state holds a list of 1, expected a tensor or nested tuples of tensors",
    "count-state": TRAIN + "the core's state holds a int, expected a tensor",
    "evaluate:raise": EVALUATE + FLUX,
    "evaluate:exit": EVALUATE + "SystemExit: 0",
    "evaluate:threads": EVALUATE + "changes torch's threads",
    "evaluate:patched-method": EVALUATE + ".*torch.nn.modules.linear.Linear.forward",
}
FAILED_ENCODERS = {
    "long-summary": TRAIN + r"the core's summary is 8 x \d+ x 12, expected 8 x 12",
    "one-summary": TRAIN + "the core's summary is 1 x 12, expected 8 x 12",
}
FAILED_SEQ2SEQ = {
    "list-memory": TRAIN + "the core's memory holds a list of 1, expected a tensor",
    "narrow-z": TRAIN + "the core's z is 8 x 1 x 11, expected 8 x 1 x 12",
}
CRASHED = {
    "build:die": BUILD + ENDED,
    "train:die": TRAIN + ENDED,
    "evaluate:die": EVALUATE + ENDED,
    "train:segfault": ".*killed by SIGSEGV",
    "train:abort": ".*killed by SIGABRT",
}
DIVERGED = {
    "nan": "the training loss is not finite at step 1",
    "infinite": "the training loss is not finite at step 1",
    "late-nan": "the validation loss is not finite at step 2",
    "last-nan": "items, column 'nll', item 0: nan is not finite",
}
CONTAINED = (
    "before-build:folder",
    "before-build:environment",
    "before-build:other-seeds",
    "train:folder",
    "train:environment",
    "train:other-seeds",
    "train:print",
    "train:escape-codes",
    "train:no-utf-8",
    "train:no-output",
    "train:signals",
    "validate:folder",
    "evaluate:other-seeds",
    "own-input",
    "global",
    "plan:folder",
    "plan:torch-seed",
    "plan:dtype",
    "plan:print",
)
CONTAINED_ENCODERS = ("own-lengths",)
CONTAINED_SEQ2SEQ = ("own-source-lengths",)

NEIGHBOURS = ("{model: lstm, fields: {width: 12}}", "{model: hostile, label: clean}")


def entry(model: str, label: str, case: str) -> str:
    return f'{{model: {model}, label: "{label}", fields: {{case: "{case}"}}}}'


def hostile_suite() -> str:
    entries = [entry("hostile", case, case) for case in (*FAILED, *CRASHED, *DIVERGED, *CONTAINED)]
    entries += [entry("hostile-encoder", case, case) for case in (*FAILED_ENCODERS, *CONTAINED_ENCODERS)]
    entries += [entry("hostile-seq2seq", case, case) for case in (*FAILED_SEQ2SEQ, *CONTAINED_SEQ2SEQ)]
    return suite([NEIGHBOURS[0], *entries, NEIGHBOURS[1]])


def clean_suite() -> str:
    """The same labels, and so the same weights, without the misdeeds."""
    entries = [entry("hostile", case, "clean") for case in CONTAINED]
    entries += [entry("hostile-encoder", case, "clean") for case in CONTAINED_ENCODERS]
    entries += [entry("hostile-seq2seq", case, "clean") for case in CONTAINED_SEQ2SEQ]
    return suite([NEIGHBOURS[0], *entries, NEIGHBOURS[1]])


Records = dict[str, dict[str, Any]]


def records_of(folder: Path) -> Records:
    found = [json.loads(path.read_text(encoding="utf-8")) for path in (folder / "runs").iterdir()]
    return {record["model"]: record for record in found}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, call: Run) -> Path:
    """Where the hostile suite was run, and the clean one."""
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "hostile.yaml").write_text(hostile_suite(), encoding="utf-8")
    (folder / "clean.yaml").write_text(clean_suite(), encoding="utf-8")
    for name, code in (("hostile", 1), ("clean", 0)):
        done = call(folder, "run", f"{name}.yaml", "--out", name, "--jobs", "2")
        (folder / f"{name}.out").write_text(done.stdout, encoding="utf-8")
        (folder / f"{name}.err").write_text(done.stderr, encoding="utf-8")
        assert done.returncode == code, done.stderr[-3000:]
    return folder


@pytest.fixture(scope="module")
def hostile(folder: Path) -> Records:
    return records_of(folder / "hostile")


@pytest.fixture(scope="module")
def clean(folder: Path) -> Records:
    return records_of(folder / "clean")


def test_there_are_forty_cases_and_more() -> None:
    cases = (*FAILED, *FAILED_ENCODERS, *FAILED_SEQ2SEQ, *CRASHED, *DIVERGED)
    assert len({*cases, *CONTAINED, *CONTAINED_ENCODERS, *CONTAINED_SEQ2SEQ}) >= 40


@pytest.mark.parametrize(
    ("case", "reason"),
    [(case, reason) for cases in (FAILED, FAILED_ENCODERS, FAILED_SEQ2SEQ) for case, reason in cases.items()],
)
def test_what_affects_results_fails_by_name_and_phase_in_one_line(case: str, reason: str, hostile: Records) -> None:
    record = hostile[case]
    assert record["status"] == "failed", record
    assert re.match(reason, record["reason"]), record["reason"]
    assert record["reason"].isprintable()
    assert len(record["reason"]) <= 500
    assert not record["metrics"]
    assert record["provenance"]["plugins"]["model " + record["resolved"]["model"]["name"]] == "hostile-lab[lab] 1.0"


@pytest.mark.parametrize("case", CRASHED)
def test_a_worker_that_dies_is_a_record_after_its_tries(case: str, hostile: Records) -> None:
    assert (hostile[case]["status"], hostile[case]["attempts"]) == ("crashed", 3)
    assert re.match(CRASHED[case], hostile[case]["reason"]), hostile[case]["reason"]


@pytest.mark.parametrize("case", DIVERGED)
def test_numbers_that_are_none_are_a_divergence(case: str, hostile: Records) -> None:
    assert (hostile[case]["status"], hostile[case]["reason"]) == ("diverged", DIVERGED[case])
    assert not hostile[case]["metrics"]


@pytest.mark.parametrize("case", [*CONTAINED, *CONTAINED_ENCODERS, *CONTAINED_SEQ2SEQ])
def test_side_effects_that_affect_no_result_are_undone(case: str, hostile: Records, clean: Records) -> None:
    assert numbers(hostile[case]) == numbers(clean[case])
    assert hostile[case]["status"] == "done", hostile[case]["reason"]


def test_other_runs_are_byte_identical(folder: Path, hostile: Records, clean: Records) -> None:
    for name in ("lstm", "clean", "baseline:majority", "baseline:naive-bayes", "baseline:logistic-regression"):
        assert hostile[name]["id"] == clean[name]["id"]
        assert numbers(hostile[name]) == numbers(clean[name])
        one, other = (
            [path.read_bytes() for path in (folder / kind / "items").glob(f"{hostile[name]['id']}*")]
            for kind in ("hostile", "clean")
        )
        assert one == other


def test_nothing_that_plugins_print_reaches_the_display(folder: Path) -> None:
    said = (folder / "hostile.out").read_text() + (folder / "hostile.err").read_text()
    assert "Traceback" not in said
    assert "\x1b]0;owned" not in said
    assert "xxxx" not in (folder / "hostile.out").read_text()


def test_everything_that_failed_is_reported(folder: Path) -> None:
    said = (folder / "hostile.err").read_text()
    assert f"{len({**FAILED, **FAILED_ENCODERS, **FAILED_SEQ2SEQ, **CRASHED})} runs have no outcome" in said


def numbers(record: dict[str, Any]) -> dict[str, Any]:
    """The fields of a record that must be reproduced."""
    names = ("status", "metrics", "test_error", "history", "best_step", "items_sha256", "steps", "state_bytes")
    return {name: record[name] for name in names}
