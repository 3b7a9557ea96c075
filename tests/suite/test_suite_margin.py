"""The margin of a suite: from the file to the plan, and no run's business."""

from __future__ import annotations

from pathlib import Path

import pytest

from rnnbench.discovery import discover
from rnnbench.records import schema
from rnnbench.suite import Margin, SuiteError, read_suite

NLP = Path(__file__).parents[2] / "suites" / "nlp.yaml"


def suite_with(tmp_path: Path, margin: str) -> Path:
    path = tmp_path / "nlp.yaml"
    path.write_text(f"{NLP.read_text(encoding='utf-8')}\nmargin: {margin}\n", encoding="utf-8")
    return path


def test_left_out_it_is_one_per_cent_or_half_a_point_in_suites_and_in_plans() -> None:
    assert read_suite(NLP, discover()).margin == Margin() == Margin(relative=0.01, points=0.5)
    assert schema.Margin().model_dump() == Margin().model_dump()


def test_a_suite_sets_either_or_both(tmp_path: Path) -> None:
    assert read_suite(suite_with(tmp_path, "{points: 2}"), discover()).margin == Margin(points=2.0)
    both = read_suite(suite_with(tmp_path, "{relative: 0.05, points: 0}"), discover()).margin
    assert both == Margin(relative=0.05, points=0.0)


@pytest.mark.parametrize(
    ("margin", "message"),
    [
        ("{relative: -0.1}", "margin.relative: got -0.1, expected a number greater than or equal to 0"),
        ("{relative: 2}", "margin.relative: got 2, expected a number less than or equal to 1"),
        ("{points: half}", "margin.points: got 'half', expected a number"),
        ("{pionts: 1}", "margin.pionts: unknown field (did you mean 'points'?), expected one of relative, points"),
    ],
)
def test_a_mistake_is_named_with_its_line(tmp_path: Path, margin: str, message: str) -> None:
    path = suite_with(tmp_path, margin)
    with pytest.raises(SuiteError) as error:
        read_suite(path, discover())
    line = len(path.read_text(encoding="utf-8").splitlines())
    assert str(error.value).startswith(f"{path}:{line}:")
    assert message in str(error.value)
