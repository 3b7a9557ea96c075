"""axe-core over the pages, in a real browser: wide and narrow, light and dark, with a row open."""

from __future__ import annotations

import importlib.resources
import importlib.util
import time
from pathlib import Path

import pytest

from leaderboard.browser import CHROMIUM, DRIVER, browser
from leaderboard.factory import rendered
from leaderboard.test_browser import several
from leaderboard.test_page import results_of
from rnnbench.leaderboard.site import write_site

PUBLISHED = Path(__file__).parents[2] / "results" / "published"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="needs chromium and chromedriver"),
    pytest.mark.skipif(not importlib.util.find_spec("axe_core_python"), reason="needs axe-core-python"),
]


@pytest.fixture(scope="module")
def window(tmp_path_factory):
    with browser(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """A published board's page, the front of the site of all, and a board of six tasks with all of its drawings."""
    folder = tmp_path_factory.mktemp("pages")
    write_site(PUBLISHED, folder / "site")
    (folder / "six.html").write_text(rendered("html", results_of(*several())), encoding="utf-8")
    return {
        "board": folder / "site" / "nlp" / "index.html",
        "site": folder / "site" / "index.html",
        "six": folder / "six.html",
    }


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [375, 1280])
@pytest.mark.parametrize("name", ["board", "site", "six"])
def test_axe_finds_no_violation(window, pages, name, width, scheme):
    window.open(pages[name])
    window.size(width, 900)
    window.scheme(scheme)
    window.run("document.querySelectorAll('details').forEach((row, index) => { row.open = index === 1 })")
    assert violations(window) == []


def test_axe_would_find_one(window, pages):
    window.open(pages["board"])
    window.run("document.querySelector('html').removeAttribute('lang')")
    assert [rule for rule, _ in violations(window)] == ["html-has-lang"]


def violations(window):
    """(rule, the first element that breaks it) of each rule that is broken."""
    axe = importlib.resources.files("axe_core_python").joinpath("axe.min.js").read_text(encoding="utf-8")
    window.run(f"{axe}; window.found = null; axe.run().then((found) => {{ window.found = found }})")
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        found = window.run(
            "return window.found && {passes: window.found.passes.length, "
            "violations: window.found.violations.map((each) => [each.id, each.nodes[0].html])}"
        )
        if found:
            assert found["passes"] > 10
            return [tuple(each) for each in found["violations"]]
        time.sleep(0.2)
    raise TimeoutError("axe did not end")
