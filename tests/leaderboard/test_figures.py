"""``rnnbench plot``: what the pictures show, that they repeat, and that third-party names are text in them."""

import io
import sys
import xml.etree.ElementTree as ET

import pytest
from click.testing import CliRunner

from leaderboard.factory import ACCURACY, make_results, make_task
from leaderboard.payloads import PAYLOADS
from leaderboard.test_across import drawn, made
from rnnbench.cli.main import commands
from rnnbench.leaderboard import Results, make_board
from rnnbench.leaderboard.formats.charts.board_charts import board_charts
from rnnbench.leaderboard.formats.charts.svg import Picture
from rnnbench.leaderboard.formats.charts.svg_files import named, standalone, svg_files
from rnnbench.leaderboard.formatting import clean
from rnnbench.records.schema import Point
from rnnbench.records.storage import write_plan, write_record

SVG = "{http://www.w3.org/2000/svg}"


def learned(scores, label="sentiment/reviews", **changes):
    """Results whose runs have a history, and sizes of their own."""
    plan, records = make_results(scores, make_task(label, (ACCURACY,)), **changes)
    sizes = {model: 1000 * (index + 40) for index, model in enumerate(sorted(scores))}
    for run_id, record in records.items():
        points = [
            {"step": step, "positions": 100 * step, "validation_loss": (2 + record.seed) / step} for step in (1, 2, 4)
        ]
        history = tuple(Point(train_loss=1, learning_rate=0, **point) for point in points)
        change = {"history": history, "params": sizes[record.model], "core_params": sizes[record.model]}
        records[run_id] = record.model_copy(update=change)
    return Results(plan, records, make_board(plan, records))


@pytest.fixture
def results():
    return learned({"lstm": [80.0, 82.0, 81.0], "gru": [79.0, 83.0, 82.0]})


@pytest.fixture
def folder(results, tmp_path):
    write_plan(tmp_path, results.plan)
    for record in results.records.values():
        write_record(tmp_path, record)
    return tmp_path


def plot(*arguments):
    return CliRunner().invoke(commands, ["plot", *map(str, arguments)])


def test_a_band_reaches_from_the_best_seed_to_the_worst_around_their_mean(results):
    root = ET.fromstring(svg_files(results)["sentiment-reviews-learning-curves"])
    curves, bands = ([path for path in root.iter(f"{SVG}path") if path.get("class", "").startswith(kind)] for kind in
                     ("curve", "band"))  # fmt: skip
    assert len(curves) == len(bands) == 2

    def heights(path):
        return [float(point.split()[1]) for point in path.get("d")[1:].split("L")]

    for curve, band in zip(curves, bands, strict=True):
        low, high = heights(band)[:3], heights(band)[3:][::-1]
        assert all(bottom > middle > top for bottom, middle, top in zip(low, heights(curve), high, strict=True))
        # seeds 0, 1, 2 have losses 2, 3, 4 over the step: the mean lies in the middle of a linear axis
        assert heights(curve) == pytest.approx([(a + b) / 2 for a, b in zip(low, high, strict=True)], abs=0.02)


def test_scores_stand_over_parameters_with_their_intervals(results):
    root = ET.fromstring(svg_files(results)["sentiment-reviews-parameters"])
    titles = [title.text for title in root.iter(f"{SVG}title")]
    assert {"gru: 81.33 at 40k", "lstm: 81 at 41k"} <= set(titles)
    assert sum("interval" in path.get("class", "") for path in root.iter(f"{SVG}path")) == 2


def test_the_core_is_drawn_where_no_budget_makes_all_alike(results):
    free = learned({"lstm": [80.0, 82.0], "gru": [79.0, 83.0]}, core_params=None)
    assert "sentiment-reviews-core-parameters" in svg_files(free)
    assert "sentiment-reviews-core-parameters" not in svg_files(results)


def test_from_five_tasks_on_there_are_pictures_of_all_together():
    look = {"gru": 0, "lstm": 1, "transformer": 2}
    assert board_charts(made(drawn(3)).across, look) == {}
    found = board_charts(made(drawn(6)).across, look)
    assert set(found) == {"critical-difference", "profiles"}
    assert found["critical-difference"].title.startswith("Critical-difference diagram over 6 tasks; average ranks: ")


def test_a_picture_names_what_it_shows_and_whom_without_variables_or_scripts(results):
    for text in svg_files(results).values():
        root = ET.fromstring(text)
        assert root.get("role") == "img"
        assert root.get("aria-label") == root.find(f"{SVG}title").text
        words = {each.text for each in root.iter(f"{SVG}text")}
        assert {"gru", "lstm"} <= words
        assert "var(" not in text
        assert {each.tag.removeprefix(SVG) for each in root.iter()} <= {
            "svg", "title", "style", "rect", "path", "text", "g", "circle"
        }  # fmt: skip


@pytest.mark.parametrize("payload", PAYLOADS)
def test_hostile_names_are_text_in_a_picture_and_lead_no_file_elsewhere(payload):
    text = standalone(Picture(420, 270, payload, ()), {payload: 0})
    root = ET.fromstring(text)
    assert root.find(f"{SVG}title").text == clean(payload)
    assert root.find(f"{SVG}text").text == clean(payload)[:40]
    (name,) = named(make_board(*make_results({"lstm": [1.0]}, make_task(payload, task="t", dataset="d"))).tables)
    assert name.replace("-", "").replace("_", "").replace(".", "").isalnum()
    assert not name.startswith((".", "-"))


def test_tables_whose_names_would_be_one_get_files_of_their_own():
    tables = make_board(*make_results({"lstm": [1.0]})).tables * 2
    assert list(named(tables)) == ["sentiment-reviews", "sentiment-reviews-2"]


@pytest.mark.parametrize("form", ["svg", "png"])
def test_the_command_writes_the_same_bytes_again(folder, tmp_path_factory, form):
    first, second = (tmp_path_factory.mktemp("plots") for _ in range(2))
    for out in (first, second):
        done = plot(folder, "-o", out, "--format", form)
        assert done.exit_code == 0, done.output
        assert f"{out}/sentiment-reviews-learning-curves.{form}" in done.output.splitlines()
    contents = [{path.name: path.read_bytes() for path in out.iterdir()} for out in (first, second)]
    assert contents[0] == contents[1]
    assert f"sentiment-reviews-parameters.{form}" in contents[0]


def test_a_png_shows_hostile_names_and_extreme_numbers_without_a_word():
    from PIL import Image

    from rnnbench.leaderboard.formats.charts.png_files import png_files

    names = ["$x^2$", "_hidden", "a\u202e\x00b", "日本", "\\frac{"]
    found = png_files(learned({name: [1e99, -1e99, 5.0] for name in names}, "$a/b$"))
    assert set(found) == {"a-b-learning-curves", "a-b-parameters"}
    for content in found.values():
        image = Image.open(io.BytesIO(content))
        assert (image.format, image.size) == ("PNG", (960, 640))
        assert len(image.convert("RGB").getcolors(1 << 20)) > 50


def test_pictures_go_beside_the_tables_unless_told_otherwise(folder):
    assert plot(folder).exit_code == 0
    assert (folder / "plots" / "sentiment-reviews-learning-curves.svg").exists()


def test_mistakes_are_said_in_a_line(folder, tmp_path_factory, monkeypatch):
    empty = tmp_path_factory.mktemp("empty")
    done = plot(empty)
    assert (done.exit_code, done.output) == (2, f"{empty}/plan.json: No such file or directory\n")
    plan, _ = make_results({"lstm": [80.0]})
    write_plan(empty, plan)
    done = plot(empty)
    assert (done.exit_code, done.output) == (2, f"{empty}: nothing to draw, no run has an outcome yet\n")
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.delitem(sys.modules, "rnnbench.leaderboard.formats.charts.png_files", raising=False)
    done = plot(folder, "--format", "png")
    assert done.exit_code == 2
    assert done.output == "PNG needs Matplotlib: pip install 'rnnbench[plots]', or use --format svg\n"


def test_two_models_look_the_same_only_when_all_colours_and_shapes_are_spent():
    from rnnbench.leaderboard.formats.charts.svg import LOOKS, shape

    assert len({(look % LOOKS, shape(look)) for look in range(LOOKS**2)}) == LOOKS**2
