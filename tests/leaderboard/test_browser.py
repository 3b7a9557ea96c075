"""The page in a real browser, by keyboard: sorting, filtering, opening a row, and that it asks nobody for anything."""

import json

import pytest

from leaderboard.browser import CHROMIUM, DRIVER, browser
from leaderboard.factory import make_results, make_task
from leaderboard.payloads import PAYLOADS
from leaderboard.test_across import drawn
from leaderboard.test_page import hostile, results_of
from rnnbench.leaderboard import write_all
from rnnbench.leaderboard.formats.charts.svg_files import svg_files
from rnnbench.leaderboard.formatting import clean
from rnnbench.records.schema import Point

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="needs chromium and chromedriver"),
]
ENTER, SPACE = "\ue007", " "
MODELS = """
    const shown = [...document.querySelectorAll('#table-2 tbody')].filter((body) => !body.hidden);
    return shown.map((body) => body.rows[0].cells[1].innerText);
"""
HEADING = "document.querySelectorAll('#table-2 thead th')[{}]"


@pytest.fixture(scope="module")
def window(tmp_path_factory):
    with browser(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


@pytest.fixture
def page(window, folder):
    write_all(folder, on_request=True)
    window.log("performance")
    window.log("browser")
    window.open(folder / "leaderboard.html")
    return window


def sort_by(page, column):
    page.run(HEADING.format(column) + ".querySelector('button').focus()")
    page.press(ENTER)
    return page.run(f"return {HEADING.format(column)}.ariaSort"), page.run(MODELS)


def test_headings_sort_by_keyboard_and_tell_a_screen_reader(page):
    assert sort_by(page, 2) == ("ascending", ["baseline:majority", "elman", "lstm", "gru", "optimum"])
    assert sort_by(page, 2) == ("descending", ["optimum", "gru", "lstm", "elman", "baseline:majority"])
    order, models = sort_by(page, 1)
    assert (order, models) == ("ascending", sorted(models))
    assert page.run("return document.querySelectorAll('#table-2 [aria-sort]').length") == 1
    assert sort_by(page, 0)[1][-2:] == ["baseline:majority", "optimum"]  # what has no rank stays below
    assert sort_by(page, 0)[1][-2:] == ["baseline:majority", "optimum"]


def test_a_filter_hides_the_other_rows_and_says_how_many_are_left(page):
    page.run("document.querySelector('[data-filter=table-2]').focus()")
    page.press(*"lst")
    assert page.run(MODELS) == ["lstm"]
    assert page.run("return document.querySelector('output[for=table-2]').innerText") == "1 of 5 rows"


def test_a_row_opens_by_keyboard(page):
    page.run("document.querySelector('#table-2 summary').focus()")
    page.press(SPACE)
    text = page.run("return document.querySelector('#table-2 details[open] .origin').innerText")
    assert "rnnbench run made-up.yaml --only sentiment/reviews/" in text


def test_no_error_and_no_request_leaves_the_page(page):
    sort_by(page, 2)
    assert page.log("browser") == []
    events = [json.loads(entry["message"])["message"] for entry in page.log("performance")]
    sent = [each["params"] for each in events if each["method"] == "Network.requestWillBeSent"]
    # a browser that has just started may still load its own first page
    asked = [each["request"]["url"] for each in sent if not each["documentURL"].startswith("chrome:")]
    assert [address for address in asked if not address.startswith(("file:", "data:"))] == []
    assert sum(address.startswith("file:") for address in asked) == 1


@pytest.mark.parametrize("payload", PAYLOADS)
def test_nothing_of_a_third_party_runs_and_its_name_is_shown_as_it_is(window, tmp_path, payload):
    path = tmp_path / "page.html"
    path.write_text(hostile(payload))
    window.log("browser")
    window.open(path)
    assert window.log("browser") == []
    assert window.run("return document.scripts.length") == 1
    assert window.run("return document.images.length") == 0
    assert window.run("return document.querySelector('h1').textContent") == clean(payload)


def test_pictures_of_their_own_are_drawn_without_an_error(window, tmp_path):
    for name, text in svg_files(results_of(*several())).items():
        path = tmp_path / f"{name}.svg"
        path.write_text(text)
        window.log("browser")
        window.open(path)
        assert window.log("browser") == []
        assert window.run("return document.querySelectorAll('path').length") > 4
        boxes = "return [...document.querySelectorAll('text')].map((text) => text.getBBox()).map((box) => box.x)"
        assert min(window.run(boxes)) >= 0  # no name leaves the paper on the left


def several():
    """(plan, records) of six tasks with histories."""
    built = [make_results(scores, make_task(f"task-{index}/data")) for index, scores in enumerate(drawn(6))]
    tasks, runs = ([thing for plan, _ in built for thing in getattr(plan, name)] for name in ("tasks", "runs"))
    point = {"train_loss": 1.0, "validation_loss": 2.0, "learning_rate": 0.1}
    history = tuple(Point(step=step, positions=10 * step, **point) for step in (1, 2))
    records = {
        run_id: record.model_copy(update={"history": history, "params": 40000 + 1000 * len(record.model)})
        for _, found in built
        for run_id, record in found.items()
    }
    return built[0][0].model_copy(update={"tasks": tuple(tasks), "runs": tuple(runs)}), records


@pytest.mark.parametrize("width", [360, 1280])
def test_only_tables_scroll_sideways(page, width):
    page.size(width, 800)
    assert page.run("return document.documentElement.scrollWidth") <= width


def test_dark_and_light_differ_and_both_can_be_read(page):
    papers = []
    for scheme in ("light", "dark"):
        page.scheme(scheme)
        colour = "return getComputedStyle(document.body).{}.match(/\\d+/g).map(Number)"
        paper, ink = (page.run(colour.format(name)) for name in ("backgroundColor", "color"))
        assert abs(sum(paper) - sum(ink)) > 450
        papers.append(paper)
    assert papers[0] != papers[1]
