"""A hundred hostile texts in each of six fields, in each of five formats, as a reader of that format sees them."""

import csv
import io
import json
import re
from html.parser import HTMLParser

import pytest
from markdown_it import MarkdownIt

from leaderboard.factory import make_plan, make_record, make_run, make_skip, make_task, rendered
from leaderboard.payloads import PAYLOADS
from rnnbench.leaderboard import Results, make_board
from rnnbench.leaderboard.formatting import clean
from rnnbench.records.schema import Status

MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
LETTERS = {
    r"\textbackslash{}": "\\", r"\textasciicircum{}": "^", r"\textasciitilde{}": "~", r"\textless{}": "<",
    r"\textgreater{}": ">", r"\textbar{}": "|", r"\textquotedbl{}": '"', r"\textquotesingle{}": "'",
    r"\textasciigrave{}": "`", r"{-}": "-", r"\ldots{}": "…", **{rf"\{each}": each for each in "#$%&_{}"},
}  # fmt: skip
LATEX = re.compile("|".join(map(re.escape, LETTERS)) + r"|\$[^$]*\$|\\\\$|\\[a-z]+|.")


def test_there_are_a_hundred_and_no_two_alike():
    assert len(PAYLOADS) == len(set(PAYLOADS)) == 100


def results_of(payload):
    """A board whose suite, description, model label, task label, reason and note are the payload."""
    task = make_task(payload, task="sentiment", dataset="reviews")
    run, lost = make_run(task.label, payload), make_run(task.label, "lstm", 1)
    records = {
        run.id: make_record(run, 80.0, notes=(payload,)),
        lost.id: make_record(lost, status=Status.FAILED, reason=payload),
    }
    skips = [make_skip(task.label, "gru", payload)]
    plan = make_plan([run, lost], [task], suite=payload, description=payload, skips=skips)
    return Results(plan, records, make_board(plan, records))


@pytest.fixture(scope="module")
def boards():
    return {payload: results_of(payload) for payload in PAYLOADS}


def test_in_csv_every_cell_is_a_cell_and_none_a_formula(boards):
    for payload, results in boards.items():
        text = rendered("csv", results.board)
        header, *rows = csv.reader(io.StringIO(text))
        assert {len(row) for row in rows} == {len(header)}, payload
        assert len(rows) == 2
        assert all(character == "\n" or character.isprintable() for character in text)
        first = next(
            dict(zip(header, row, strict=True)) for row in rows if dict(zip(header, row, strict=True))["n"] == "1"
        )
        for column in ("model", "label", "marks"):
            assert first[column].removeprefix("'" * (first[column][1:] == clean(payload))) == clean(payload), payload
        for row in rows:
            assert not any(re.match("[=+@\t\r\uff1d\uff0b\uff0d\uff20]|-(?!\\d+\\.?\\d*$)", cell) for cell in row), (
                payload
            )


def test_in_json_the_text_comes_back_and_nothing_in_the_file_acts(boards):
    for payload, results in boards.items():
        text = rendered("json", results.board)
        assert all(character == "\n" or character.isprintable() for character in text), payload
        found = json.loads(text)
        (table,) = found["tables"]
        first = next(row for row in table["rows"] if row["n"])
        shown = [found["suite"], found["description"], first["model"], table["label"], *first["marks"]]
        assert [*shown, table["failures"][0]["reason"], table["skips"][0][1]] == [payload] * 7


class Html(HTMLParser):
    """The elements of a page, and the text within each, in the order in which they end."""

    def __init__(self, source):
        super().__init__()
        self.open, self.texts = [], []
        self.feed(source)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attrs):
        assert not [name for name, _ in attrs if name.startswith("on") or name in ("src", "action")]
        assert not [value for name, value in attrs if name == "href" and value not in ("data:,", "#task-1")]
        assert not [value for name, value in attrs if name == "style" and not value.startswith("text-align:")]
        if tag not in ("meta", "link", "input"):
            self.open.append([tag, ""])

    def handle_endtag(self, tag):
        opened, text = self.open.pop()
        assert opened == tag
        self.texts.append((tag, " ".join(text.split())))

    def handle_data(self, data):
        for each in self.open:
            each[1] += data

    def all(self, tag):
        return [text for name, text in self.texts if name == tag]


@pytest.mark.parametrize("form", ["html", "md"])
def test_in_a_page_and_in_markdown_each_field_stands_where_it_should(boards, form):
    for payload, results in boards.items():
        shown = clean(payload)
        if form == "html":
            found = Html(rendered("html", results))
            places = {"h1": [shown], "h2": ["Is a recurrent model enough?", shown], "img": [], "b": [], "iframe": []}
            assert set(found.all("th")[-2:]) == {shown, "lstm"}, payload
            assert f"done, 1 run; {shown}" in found.all("summary"), payload
            assert found.all("p")[0] == shown
        else:
            found = Html(MARKDOWN.render(rendered("md", results.board)))
            places = {"h3": ["Is a recurrent model enough?", shown], "a": [], "hr": [], "ol": [], "pre": [], "h1": []}
            assert found.all("strong")[:2] == [shown, shown], payload
            assert found.all("p")[1] == shown, payload
            rows = [row for row in found.all("td") if row in (shown, "lstm")]
            assert rows == [shown, "lstm"], payload
            assert f"a: {shown}" in found.all("li"), payload
        for tag, wanted in places.items():
            assert found.all(tag) == wanted, (payload, tag)
        lines = found.all("li")
        assert f"gru n/a: {shown}" in lines, payload
        assert clean(f"lstm, train seed 1: failed ({payload})") in lines, payload


def read_latex(line):
    """What a line of LaTeX sets, cells apart by tabs; a character that would act and is none of ours fails."""
    text = ""
    for token in LATEX.findall(line):
        assert token not in "#%^~<>|\"`'", line
        text += LETTERS.get(token, "" if token[0] in "\\${}" else "\t" if token == "&" else token)
    return text


def test_in_latex_each_field_is_set_as_it_is(boards):
    for payload, results in boards.items():
        shown = clean(payload)
        head, body = rendered("tex", results.board).split("\n\n", 1)
        assert all(line.startswith("% ") and "^" not in line for line in head.split("\n"))
        lines = [read_latex(line) for line in body.splitlines()]
        assert any(line.startswith(f"{shown}. no verdict") for line in lines), payload
        cells = [line.split("\t")[1].strip() for line in lines if line.count("\t") == 9]
        assert cells == ["model", shown, "lstm"], payload
        for wanted in (f"a: {shown}", f"gru n/a: {shown}", clean(f"lstm, train seed 1: failed ({payload})")):
            assert wanted in lines, payload


def together(payload):
    """A board whose two tasks, and one of whose models, go by the payload."""
    tasks = [make_task(label, task="sentiment", dataset="reviews") for label in (payload, f"{payload}2")]
    runs = [make_run(task.label, model) for task in tasks for model in (payload, "lstm")]
    plan = make_plan(runs, tasks)
    records = {run.id: make_record(run, 80.0) for run in runs}
    return Results(plan, records, make_board(plan, records))


def test_all_tasks_together_are_a_table_in_every_format_too():
    for payload in PAYLOADS:
        results, shown = together(payload), clean(payload)
        header = ["model", "average rank", *sorted((shown, clean(f"{payload}2")))]
        for source in (rendered("html", results), MARKDOWN.render(rendered("md", results.board))):
            start = source.index("All tasks together")
            cells = Html(source[source.index("<table>", start) : source.index("</table>", start) + 8])
            names = cells.all("th") + [text for text in cells.all("td") if text in (shown, "lstm")]
            assert sorted(names) == sorted([*header, shown, "lstm"]), payload
        lines = [read_latex(line) for line in rendered("tex", results.board).split("\n\n")[1].splitlines()]
        cells = [line.split("\t")[1].strip() for line in lines if line.count("\t") == 1]
        assert sorted(cells) == sorted(["model", shown, "lstm"]), payload
