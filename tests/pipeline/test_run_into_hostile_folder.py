"""``rnnbench run`` into a folder that somebody else prepared: nothing outside is touched, and it says what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.pipeline.conftest import Rnnbench, tiny_suite, write
from tests.submission.hostile_things import make_outside, put, tree


@pytest.mark.parametrize(
    ("place", "thing"),
    [
        (".lock", "link-to-file"),
        (".lock", "pipe"),
        *(
            pytest.param(place, "link-to-folder", marks=pytest.mark.slow)
            for place in ("runs", "items", "logs", "checkpoints")
        ),
    ],
)
def test_a_run_stops_at_what_is_no_plain_file(place: str, thing: str, rnnbench: Rnnbench, tmp_path: Path) -> None:
    suite = write(tmp_path, tiny_suite(models=("elman",), tasks=("forecasting",)))
    folder, outside = tmp_path / "out", tmp_path / "outside"
    make_outside(outside, Path("0.json"))
    put(thing, folder / place, outside)
    before = tree(outside)
    done = rnnbench("run", suite, "--out", "out", "--jobs", "1")
    assert done.returncode == 4, done.stderr
    assert "Traceback" not in done.stderr
    expected = {"pipe": "is no plain file", "link-to-file": "is a link, expected a plain file"}
    assert f"out/{place}: {expected.get(thing, 'is a link, expected a folder')}" in done.stderr.splitlines()[-1]
    assert tree(outside) == before
