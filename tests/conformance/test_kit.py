"""The kit as authors meet it: the command, the pytest classes, and what a finding says."""

from __future__ import annotations

import pytest
import torch
from mutants import Sound, core, sees_the_next_step

import rnnbench.conformance
from rnnbench.cli import checking
from rnnbench.cli.main import commands
from rnnbench.conformance.differences import same
from rnnbench.conformance.findings import Broken, NotApplicable, Outcome, law
from rnnbench.conformance.subjects import UnknownSubject, find_subjects
from rnnbench.discovery import discover

pytest_plugins = ["pytester"]


class TestSound(rnnbench.conformance.ModelLaws):
    model = Sound()


class TestMean(rnnbench.conformance.MetricLaws):
    metric = rnnbench.mean_metric("mean", "max", "value", high=1.0)
    items = {"value": [0.1, 0.7, 0.4]}  # noqa: RUF012


def checked(name: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """Exit code and output of the command."""
    with pytest.raises(SystemExit) as left:
        commands(["check", name], standalone_mode=False)
    return left.value.code, capsys.readouterr().out


def test_check_prints_a_line_for_each_law_and_exits_with_0(capsys):
    code, shown = checked("accuracy", capsys)
    assert code == 0
    assert shown.startswith("accuracy:\n  passed  declared        A metric has a name")
    assert shown.splitlines()[-1] == "6 laws: 6 passed, 0 failed, 0 n/a"


def test_check_says_what_was_tried_and_what_went_wrong_and_exits_with_1(capsys, monkeypatch):
    cases = [
        case for case in rnnbench.conformance.model_cases(core(sees_the_next_step)) if case.law.name == "causality"
    ]

    class Subjects:
        def cases(self, folder):
            return cases

    monkeypatch.setattr(checking, "find_subjects", lambda name, registry: Subjects())
    code, shown = checked("leaky", capsys)
    assert code == 1
    subject, failed, tried, found, total = shown.splitlines()
    assert subject == "sound as causal:"
    assert failed == "  FAILED  causality       No output depends on an input of a later step"
    assert tried.startswith("          tried: the gradient of each of 7 steps' outputs")
    assert found.startswith("          found: the output at step 0 depends on the input at step 1: gradient ")
    assert total == "1 laws: 0 passed, 1 failed, 0 n/a"


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("lstn", "no plugin and no module is named 'lstn' (did you mean 'lstm'?); `rnnbench list` shows all"),
        (
            "torchrec-peephole",
            "no plugin and no module is named 'torchrec-peephole' (did you mean 'torchrec_",
        ),
        ("json", "module 'json': implements no hook; expected one or more of rnnbench_models, rnnbench_tasks, "),
        (
            "only_tracks",
            "module 'only_tracks' implements only rnnbench_run_finished and yields none of the models, ",
        ),
        ("not_decorated", "module 'not_decorated': rnnbench_models is not decorated: add @hookimpl from rnnbench"),
        ("imports_nothing", "module 'imports_nothing' cannot be imported: No module named 'nowhere_at_all'"),
        ("is_no_python", "module 'is_no_python' cannot be imported: SyntaxError: "),
    ],
)
def test_a_name_that_is_nothing_is_named_with_the_nearest(name, wrong, tmp_path, monkeypatch):
    (tmp_path / "imports_nothing.py").write_text("import nowhere_at_all\n")
    (tmp_path / "is_no_python.py").write_text("def\n")
    (tmp_path / "torchrec_peephole.py").write_text("")
    hook = "def rnnbench_run_finished(record):\n    pass\n"
    (tmp_path / "only_tracks.py").write_text(f"from rnnbench import hookimpl\n\n@hookimpl\n{hook}")
    (tmp_path / "not_decorated.py").write_text("def rnnbench_models():\n    return []\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(UnknownSubject) as caught:
        find_subjects(name, discover())
    assert str(caught.value).startswith(wrong)


def test_a_broken_law_is_a_failed_test_that_says_why(pytester):
    pytester.makepyfile(
        """
        import rnnbench.conformance
        from rnnbench.conformance.reference import Reference

        class Deaf(Reference):
            def build(self, role):
                core = super().build(role)
                core.weight_ih_l0.requires_grad_(False)
                return core

        class TestDeaf(rnnbench.conformance.ModelLaws):
            model = Deaf()
        """
    )
    result = pytester.runpytest_inprocess("-p", "no:cacheprovider", "-k", "learned or padding")
    result.assert_outcomes(failed=1, skipped=1)
    result.stdout.fnmatch_lines(["found: weight_ih_l0: a frozen nn.Parameter never learns: make it a buffer, *"])


def test_what_a_law_raises_decides_its_finding():
    def finding(error):
        @law("nothing")
        def strange_law(subject):
            """It holds.

            More.
            """
            raise error

        return strange_law.examine(None, "this")

    found = finding(Broken("here"))
    assert (found.law, found.says, found.outcome, found.detail) == ("strange-law", "It holds", Outcome.FAILED, "here")
    assert finding(NotApplicable("no state")).outcome is Outcome.NOT_APPLICABLE
    raised = finding(ZeroDivisionError("by a plugin"))
    assert raised.outcome is Outcome.FAILED
    assert raised.detail.startswith("ZeroDivisionError: by a plugin (test_kit.py:")


def test_laws_leave_the_random_stream_of_others_alone():
    torch.manual_seed(3)
    before = torch.random.get_rng_state()
    rnnbench.conformance.model_cases(Sound())[1].examine()
    assert torch.equal(torch.random.get_rng_state(), before)


@pytest.mark.parametrize(
    ("found", "message"),
    [
        (torch.zeros(2, 3), r"y: shape expected \(2, 3, 1\), got \(2, 3\)"),
        (torch.full((2, 3, 1), torch.nan), "y: not a finite number"),
        (torch.tensor([[0, 0, 5], [0, 4, 0]]).unsqueeze(2) * 1.0, "y differs at row 1, step 1: expected 0, got 4"),
    ],
)
def test_a_difference_is_named_by_its_first_step(found, message):
    with pytest.raises(Broken, match=message):
        same("y", found, torch.zeros(2, 3, 1))
