import csv
import io
import json
import re
import subprocess
import sys
from html import unescape

import pytest
from markdown_it import MarkdownIt

from leaderboard.factory import (
    make_plan,
    make_record,
    make_results,
    make_run,
    make_skip,
    make_task,
    rendered,
    results_of,
)
from rnnbench.leaderboard import FORMATS, make_board, read_board, read_results, write_all
from rnnbench.leaderboard.formats import terminal
from rnnbench.leaderboard.formats.csv_table import COLUMNS
from rnnbench.leaderboard.formatting import clean
from rnnbench.records.schema import Kind, Status
from rnnbench.records.storage import DamagedFile, StorageError, read_records, write_record

DOCUMENTED = (
    "task,dataset,split,model,family,metric,unit,direction,n,planned,mean,std,ci_low,ci_high,rank,core_params,params,"
    "state_bytes,status"
)
TAGS = {"p", "strong", "em", "h3", "table", "thead", "tbody", "tr", "th", "td", "ul", "li", "code"}
NASTY = "a|b\n# c <script>`x` [red]loud[/red] \x1b[31m\u202e =1+1"


def parse(text):
    return list(csv.DictReader(io.StringIO(text)))


@pytest.fixture
def nasty():
    """A board in which every text from outside the harness is hostile."""
    run = make_run("sentiment/reviews", NASTY)
    lost = make_run("sentiment/reviews", "=cmd()", 1)
    record = make_record(run, 80.0, notes=(NASTY,), signatures={"accuracy": NASTY})
    failure = make_record(lost, status=Status.FAILED, reason=NASTY)
    task = make_task(notes=(NASTY,))
    plan = make_plan([run, lost], [task], suite=NASTY, description=NASTY, skips=[make_skip(reason=NASTY)])
    return make_board(plan, {run.id: record, lost.id: failure, "x" + NASTY: record})


def test_the_csv_has_the_documented_columns_and_a_row_a_model(results):
    found = parse(rendered("csv", make_board(*results)))
    assert ",".join(found[0]).startswith(DOCUMENTED)
    assert tuple(found[0]) == COLUMNS
    keys = [(row["task"], row["dataset"], row["model"]) for row in found]
    assert len(keys) == len(set(keys)) == 9
    lstm = next(row for row in found if row["model"] == "lstm" and row["task"] == "sentiment")
    assert (lstm["n"], lstm["planned"], lstm["mean"], lstm["rank"], lstm["status"]) == ("3", "3", "84.5", "1", "done")
    assert lstm["values"] == "0=84 1=85 2=84.5"
    assert lstm["other_metrics"] == "f1=0.845"


def test_numbers_are_written_with_ten_digits():
    found = parse(rendered("csv", make_board(*make_results({"lstm": [1.0, 1.0, 2.0]}))))
    assert (found[0]["mean"], found[0]["std"]) == ("1.333333333", "0.5773502692")


def test_no_csv_cell_is_taken_for_a_formula_and_no_negative_number_for_text(nasty):
    cells = [cell for row in csv.reader(io.StringIO(rendered("csv", nasty))) for cell in row]
    assert "'=cmd()" in cells
    for cell in cells:
        assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
    plain = parse(rendered("csv", make_board(*make_results({"lstm": [80.0, 81.0]}, baselines={"majority": 50.0}))))
    assert plain[0]["to_baseline"] == "-30.5"


def test_a_markdown_reader_sees_hostile_text_as_it_is(nasty):
    text = rendered("md", nasty)
    assert all(character == "\n" or character.isprintable() for character in text)
    page = MarkdownIt("commonmark", {"html": True}).enable("table").render(text)
    assert set(re.findall(r"</?([a-z0-9]+)", page)) <= TAGS
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL)]
    assert {len(row) for row in cells} == {11}
    assert [unescape(re.sub(r"</?strong>", "", row[1])) for row in cells] == ["model", clean(NASTY), "=cmd()"]
    assert len(re.findall("<h3>", page)) == 3


def test_no_address_becomes_a_link():
    plan, records = make_results({"lstm": [80.0]}, description="see https://example.org [here](https://example.org)")
    text = rendered("md", make_board(plan, records))
    assert "https://" not in text
    shown = unescape(MarkdownIt("commonmark").render(text))
    assert "see https://example.org [here](https://example.org)" in shown
    assert "href" not in shown


def test_the_markdown_opens_with_what_it_was_made_under(results):
    plan, records = results
    first = rendered("md", make_board(plan, records)).splitlines()[0]
    assert first == (
        "**made-up**: 3 seeds; 30,000 core parameters, 300 steps; untuned; device cpu; numerics 1; rnnbench 0.1.0."
    )
    tuned = make_board(plan.model_copy(update={"tune": {"learning_rate": [0.001, 0.01]}}), records)
    assert "tuned over learning\\_rate \\[0.001, 0.01\\]" in rendered("md", tuned).splitlines()[0]


@pytest.mark.parametrize(
    ("budget", "words"),
    [
        ({"epochs": 6.0}, "6 epochs"),
        ({"epochs": 1.0}, "1 epoch"),
        ({"epochs": 0.5}, "0.5 epochs"),
        ({"tokens": 10**6}, "1,000,000 tokens"),
        ({"steps": "many"}, "steps many"),
    ],
)
def test_a_budget_reads_as_words(results, budget, words):
    plan, records = results
    text = rendered("md", make_board(plan.model_copy(update={"budget": budget}), records))
    assert f"30,000 core parameters, {words}; untuned" in text.splitlines()[0]


def test_everything_that_was_planned_stands_under_its_table(results):
    text = rendered("md", make_board(*results))
    assert "- bidirectional n/a: cannot see the future" in text
    assert "- gru, train seed 2: failed (made up)" in text
    assert "diverged: 1 of 3, scored as chance" in text
    assert "incomplete 2/3" in text
    assert "| ? | gru | 12.20 |" in text
    assert "provisional: fewer than five seeds" in text
    assert "3 seeds can detect a gap of" in text
    assert "Chance level: 300." in text


def test_problems_and_unplanned_records_are_listed(folder):
    (folder / "runs" / "torn.json").write_text('{"schema_version"')
    unplanned = make_run("sentiment/reviews", "other")
    write_record(folder, make_record(unplanned, 99.0))
    text = rendered("md", read_board(folder))
    assert "### Not counted" in text
    assert "`runs/torn.json`: invalid JSON" in text
    assert f"`{unplanned.id}`: its record is outside the plan" in text
    assert "99.0" not in text


def test_the_terminal_reads_no_markup_and_no_control_sequence(nasty):
    text = terminal.render(nasty, width=200)
    assert "[red]loud[/red]" in text
    assert "\x1b" not in text
    assert "\u202e" not in text


@pytest.mark.parametrize("width", [80, 120])
def test_the_terminal_keeps_to_its_width_and_shows_every_row(results, width):
    text = terminal.render(make_board(*results), width)
    assert max(map(len, text.splitlines())) <= width
    for expected in ("84.50", "(majority)", "optimum", "[83.26, 85.74]", "provisional", "bidirectional n/a"):
        assert expected in text


def test_one_seed_is_said_to_tell_no_difference():
    text = rendered("md", make_board(*make_results({"lstm": [80.0], "gru": [70.0]})))
    assert "no difference between two of them can be told from chance" in text
    assert "can detect a gap" not in text


def test_the_json_is_strict_and_holds_every_row(results):
    document = json.loads(rendered("json", make_board(*results)), parse_constant=pytest.fail)
    assert [table["label"] for table in document["tables"]] == ["language-modelling/grammar-text", "sentiment/reviews"]
    lstm = document["tables"][1]["rows"][0]
    assert (lstm["model"], lstm["n"], lstm["status"], lstm["provisional"]) == ("gru", 3, "done", True)
    assert lstm["metric"] == {"name": "accuracy", "direction": "max", "unit": "%", "ratio": False}


def test_files_are_written_and_repeat_to_the_byte(folder):
    written = write_all(folder)
    assert {path.name for path in written} == {
        "leaderboard.csv", "leaderboard.md", "leaderboard.json", "leaderboard.tex", "efficiency.csv"
    }  # fmt: skip
    before = {path: path.read_bytes() for path in written}
    assert write_all(folder) == written
    assert {path: path.read_bytes() for path in written} == before


@pytest.mark.parametrize("ending", FORMATS)
def test_a_board_from_files_is_the_board_from_memory(results, folder, ending):
    assert rendered(ending, read_results(folder)) == rendered(ending, results_of(*results))


def test_a_table_without_a_baseline_says_so(results):
    bare = rendered("md", make_board(*make_results({"lstm": [80.0]})))
    assert "No baseline has a score yet" in bare
    assert "No baseline has a score yet" not in rendered("md", make_board(*results))


def test_times_change_efficiency_alone(folder):
    before = {path.name: path.read_bytes() for path in write_all(folder)}
    for record in read_records(folder).values():
        changed = {"wall_s": 3.0, "cpu_s": 4.0, "train_s": 2.0, "positions_per_s": 5e3, "peak_bytes": 10**8}
        write_record(folder, record.model_copy(update=changed | {"attempts": 2, "resumed": 1}))
    changed = {path.name for path in write_all(folder) if path.read_bytes() != before[path.name]}
    assert changed == {"efficiency.csv"}


def test_efficiency_is_the_median_over_seeds_beside_kernel_machine_and_tuning(tmp_path):
    from rnnbench.leaderboard.formats import EFFICIENCY

    runs = [make_run("sentiment/reviews", "lstm", seed) for seed in range(4)]
    tuning = make_run("sentiment/reviews", "lstm", 9, Kind.TUNE)
    records = {
        run.id: make_record(run, 80.0, wall_s=wall, cpu_s=2 * wall, positions_per_s=speed, kernel="cudnn",
                            provenance={"cpu": "a processor"})
        for run, wall, speed in zip(runs, (1.0, 2.0, 4.0, 100.0), (10.0, None, 30.0, 20.0), strict=True)
    }  # fmt: skip
    records[tuning.id] = make_record(tuning, cpu_s=7.0)
    (found,) = parse(EFFICIENCY.render(results_of(make_plan([*runs, tuning]), records)))
    assert (found["n"], found["wall_s"], found["cpu_s"], found["positions_per_s"]) == ("4", "3", "6", "20")
    assert (found["tune_runs"], found["tune_cpu_s"]) == ("1", "7")
    assert (found["kernel"], found["machine"]) == ("cudnn", "a processor")


def test_a_folder_without_a_plan_says_so(tmp_path):
    with pytest.raises(StorageError, match=r"plan\.json: No such file"):
        write_all(tmp_path)


def test_a_plan_that_is_none_says_what_is_wrong(tmp_path):
    (tmp_path / "plan.json").write_text('{"suite": 3}')
    with pytest.raises(DamagedFile, match=r"plan\.json: suite: expected a valid string, got"):
        read_board(tmp_path)


def test_a_leaderboard_needs_no_training_code(folder):
    """No torch, pandas or SciPy, and without a page no templates: it has to start fast."""
    code = (
        "import sys, pathlib\n"
        "from rnnbench.leaderboard import read_board, write_all\nfrom rnnbench.leaderboard.formats import terminal\n"
        "folder = pathlib.Path(sys.argv[1])\n"
        "write_all(folder); terminal.render(read_board(folder))\n"
        "print({'torch', 'pandas', 'scipy', 'jinja2', 'datasets', 'rnnbench_models'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(folder)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
