"""The page as a parser sees it. What a browser makes of it is in ``test_browser``."""

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest

from leaderboard.factory import (
    ACCURACY,
    PERPLEXITY,
    make_plan,
    make_record,
    make_results,
    make_run,
    make_skip,
    make_task,
    rendered,
)
from leaderboard.test_across import drawn, made
from rnnbench.leaderboard import Results, make_board, read_results, write_all
from rnnbench.leaderboard.formats.charts.axes import axis
from rnnbench.leaderboard.formats.charts.table_charts import pareto
from rnnbench.leaderboard.formatting import clean
from rnnbench.leaderboard.site import NoBoards, write_site
from rnnbench.records.schema import Point, Status

PAYLOADS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</style></title></svg><script>x</script>",
    "{{ 7 * 7 }}{% raw %}",
    "<!--",
    "javascript:alert(1)",
    "a\u202eb\x00\x1b[31m",
    "&lt;b&gt;",
    "]]><b>",
]
ELEMENTS = {
    "html", "head", "meta", "link", "title", "style", "body", "header", "h1", "h2", "h3", "p", "main", "section", "ul",
    "li", "a", "strong", "span", "svg", "path", "circle", "text", "label", "input", "output", "div", "table", "thead",
    "tbody", "tr", "th", "td", "button", "details", "summary", "pre", "code", "figure", "script",
}  # fmt: skip


class Reader(HTMLParser):
    """Elements, attributes and text of a page."""

    def __init__(self, source):
        super().__init__()
        self.elements, self.attributes, self.texts, self.open = [], [], [], []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append(tag)
        self.attributes += [(tag, *pair) for pair in attrs]
        if tag not in ("meta", "link", "input"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open[-1:] not in (["style"], ["script"]):
            self.texts.append(data)


def results_of(plan, records):
    return Results(plan, records, make_board(plan, records))


def hostile(payload):
    """A page in which every text from outside the harness is the payload."""
    task = make_task("sentiment/reviews", notes=(payload,), block=payload)
    run, lost = make_run(task.label, payload), make_run(task.label, "lstm", 1)
    record = make_record(
        run,
        80.0,
        notes=(payload,),
        signatures={payload: payload},
        kernel=payload,
        adapter=payload,
        resolved={payload: payload},
        provenance={payload: [payload], "cpu": payload},
        history=[Point(step=1, positions=5, train_loss=1.0, validation_loss=2.0, learning_rate=0.1)],
    )
    failure = make_record(lost, status=Status.FAILED, reason=payload)
    plan = make_plan([run, lost], [task], suite=payload, description=payload, skips=[make_skip(reason=payload)])
    return rendered("html", results_of(plan, {run.id: record, lost.id: failure, "x" + payload: record}))


@pytest.mark.parametrize("payload", PAYLOADS)
def test_hostile_text_is_text_wherever_it_stands(payload):
    source = hostile(payload)
    found = Reader(source)
    assert set(found.elements) <= ELEMENTS
    assert found.elements.count("script") == found.elements.count("style") == 1
    assert not [name for _, name, _ in found.attributes if name.startswith("on") or name in ("style", "src", "action")]
    assert {value for tag, name, value in found.attributes if name == "href"} == {"data:,", "#task-1"}
    assert sum(clean(payload) in text for text in found.texts) >= 12
    assert not found.open
    assert all(character == "\n" or character.isprintable() for character in source)


def test_the_policy_lets_pass_what_the_page_brings_and_nothing_else(results):
    source = rendered("html", results_of(*results))
    policy = re.search(r'Policy" content="([^"]+)"', source).group(1)
    for tag in ("style", "script"):
        content = re.search(f"<{tag}>(.*?)</{tag}>", source, re.DOTALL).group(1)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    assert not re.search(r"https?:|@import|url\(", source)


def test_each_row_opens_to_where_it_comes_from(results):
    plan, records = results
    source = rendered("html", results_of(plan, records))
    found = Reader(source)
    table = [row for each in make_board(plan, records).tables for row in each.rows]
    assert found.elements.count("details") == len(table)
    assert "rnnbench run made-up.yaml --only sentiment/reviews/lstm" in found.texts
    assert source.count('class="model best"') == sum(row.rank == 1 for row in table)
    for run in plan.runs:
        assert f"runs/{run.id}.json" in found.texts


def test_a_row_has_a_cell_for_each_heading(results):
    source = rendered("html", results_of(*results))
    for table in re.findall("<table.*?</table>", source, re.DOTALL):
        counts = {len(re.findall("<t[hd][ >]", row)) for row in re.findall("<tr>.*?</tr>", table, re.DOTALL)}
        assert len(counts) == 1
        assert set(re.findall('colspan="([0-9]+)"', table)) == {str(*counts)}


def test_the_same_records_in_any_order_give_the_same_page(results):
    plan, records = results
    shuffled = dict(reversed(records.items()))
    mixed = plan.model_copy(update={"runs": plan.runs[::-1], "tasks": plan.tasks[::-1]})
    assert rendered("html", results_of(mixed, shuffled)) == rendered("html", results_of(plan, records))


def test_every_drawing_says_what_it_shows(results):
    plan, records = results
    history = [Point(step=s, positions=9 * s, train_loss=1, validation_loss=2 / s, learning_rate=0) for s in (1, 2, 3)]
    changed = {key: record.model_copy(update={"history": tuple(history)}) for key, record in records.items()}
    found = Reader(rendered("html", results_of(plan, changed)))
    drawings = found.elements.count("svg")
    labels = [value for tag, name, value in found.attributes if (tag, name) == ("svg", "aria-label")]
    assert drawings == len(labels)
    assert (
        "Learning curves of sentiment/reviews; validation loss at the end: gru 0.6667, lstm 0.6667, elman 0.6667"
        in labels
    )


def test_extreme_records_are_drawn_all_the_same():
    plan, records = make_results({"lstm": [1e99, 1e-300], "gru": [0.0, -1e99]})
    point = {"train_loss": 0.0, "learning_rate": 0.0, "positions": 10**300, "step": 1}
    for loss in (1e308, -1e308, 5e-324, 0.0):
        changed = {
            key: record.model_copy(
                update={"history": (Point(validation_loss=loss, **point),), "params": 10**200, "train_s": 1e300}
            )
            for key, record in records.items()
        }
        drawn = [
            value
            for _, name, value in Reader(rendered("html", results_of(plan, changed))).attributes
            if name in ("d", "cx")
        ]
        assert len(drawn) >= 6
        assert not any(word in value for value in drawn for word in ("nan", "inf"))


@pytest.mark.parametrize(
    ("values", "ticks"),
    [
        ((0.0, 1.0), [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]),
        ((5.0, 5.0), [4.8, 4.9, 5.0, 5.1, 5.2]),
        ((1.0, 1000.0), [1, 10, 100, 1000]),
        ((1.0, 30.0), [1, 2, 5, 10, 20]),
        ((1e-3, 1e9), [0.01, 1.0, 100.0, 1e4, 1e6, 1e8]),
    ],
)
def test_axes_carry_round_numbers_within_their_ends(values, ticks):
    made = axis(values, 10.0, 110.0)
    assert made.ticks() == pytest.approx(ticks)
    assert all(10.0 <= made.place(tick) <= 110.0 for tick in made.ticks())


def test_the_front_is_what_none_beats_in_both():
    points = [(1.0, 5.0, "a"), (2.0, 7.0, "b"), (2.0, 6.0, "c"), (3.0, 4.0, "d"), (1.0, 3.0, "e")]

    def beaten(point, sign):
        return any(
            other[0] <= point[0] and sign * other[1] <= sign * point[1] and other[:2] != point[:2] for other in points
        )

    for metric, sign in ((ACCURACY, -1), (PERPLEXITY, 1)):
        assert pareto(points, metric) == sorted(point for point in points if not beaten(point, sign))


def test_a_page_is_written_beside_the_tables_and_repeats_to_the_byte(folder):
    first = {path: path.read_bytes() for path in write_all(folder, on_request=True)}
    assert folder / "leaderboard.html" in first
    assert {path: path.read_bytes() for path in write_all(folder, read_results(folder), on_request=True)} == first


def test_a_site_holds_every_board_and_links_to_it(folder, tmp_path_factory):
    source, out = tmp_path_factory.mktemp("published"), tmp_path_factory.mktemp("site")
    for name in ("nlp", "odd #1"):
        (source / name).symlink_to(folder)
    written = write_site(source, out)
    assert written[-1] == out / "index.html"
    links = [value for _, name, value in Reader(written[-1].read_text()).attributes if name == "href"]
    assert links == ["data:,", "nlp/index.html", "odd%20%231/index.html"]
    assert (out / "odd #1" / "leaderboard.csv").exists()
    with pytest.raises(NoBoards, match=r"no folder in it holds a plan\.json"):
        write_site(out, out)


@pytest.mark.parametrize(("tasks", "pictures"), [(3, 0), (5, 2)])
def test_all_tasks_together_are_a_table_and_from_five_on_two_drawings_that_say_what_they_show(tasks, pictures):
    plan_board = made(drawn(tasks))
    plan, records = make_results(drawn(1)[0])
    source = rendered("html", Results(plan, records, plan_board))
    section = re.search('<section aria-labelledby="together">.*?</section>', source, re.DOTALL).group()
    found = Reader(section)
    assert found.elements.count("figure") == pictures
    cells = [re.findall("<t[hd][ >]", line) for line in re.findall("<tr>.*?</tr>", section, re.DOTALL)]
    assert {len(line) for line in cells} == {2 + tasks + (3 if pictures else 0)}
    labels = [value for tag, name, value in found.attributes if (tag, name) == ("svg", "aria-label")]
    assert any(label.startswith("Critical-difference diagram over 5 tasks") for label in labels) == bool(pictures)
    assert any(label.startswith("Performance profiles; runs that get past") for label in labels) == bool(pictures)


def test_one_task_has_no_section_of_all_together():
    assert "together" not in rendered("html", results_of(*make_results({"lstm": [80.0], "gru": [81.0]})))


def test_from_ten_seeds_on_a_page_has_the_interquartile_mean_and_its_rows_keep_their_columns():
    ten = [80.0 + seed for seed in range(10)]
    source = rendered("html", results_of(*make_results({"lstm": ten, "gru": ten[::-1]})))
    assert "95 %, IQM" in source
    (table,) = re.findall("<table.*?</table>", source, re.DOTALL)
    counts = {len(re.findall("<t[hd][ >]", line)) for line in re.findall("<tr>.*?</tr>", table, re.DOTALL)}
    assert set(re.findall('colspan="([0-9]+)"', table)) == {str(*counts)}


@pytest.mark.parametrize(("machines", "shown"), [(("a", "a"), True), (("a", "b"), False)])
def test_times_are_shown_beside_each_other_only_where_they_were_taken_on_one_machine(machines, shown):
    plan, records = make_results({"lstm": [80.0], "gru": [81.0]})
    for record, machine, seconds in zip(list(records.values()), machines, (71.5, 93.5), strict=True):
        records[record.id] = record.model_copy(update={"train_s": seconds, "provenance": {"cpu": machine}})
    source = rendered("html", results_of(plan, records))
    assert (">71.5</td>" in source) == (">93.5</td>" in source) == ("against seconds of training" in source) == shown


def test_times_are_drawn_against_scores_within_one_kernel_class():
    plan, records = make_results({"lstm": [80.0], "gru": [81.0], "jordan": [79.0], "elman": [78.0]})
    kernels = {"lstm": "torch.nn.LSTM", "elman": "torch.nn.RNN", "gru": "one-buffer loop", "jordan": "one-buffer loop"}
    for seconds, record in enumerate(list(records.values()), 1):
        changes = {"train_s": float(seconds), "kernel": kernels[record.model], "provenance": {"cpu": "a"}}
        records[record.id] = record.model_copy(update=changes)
    source = rendered("html", results_of(plan, records))
    assert "against seconds of training, library kernels" in source
    assert "against seconds of training, own loops" in source
    words = " ".join(source.split())
    assert "within kernels of one class: library kernels (elman, lstm); own loops (gru, jordan). </li>" in words
