"""Public data: how it is read, from made-up files, and the published counts, from the real ones."""

import gzip

import pytest

from rnnbench import DataMissing, LabelledText, Rows, SentencePair, Split, TextLine
from rnnbench.metrics.scoring import score
from rnnbench_tasks.forecasting import Forecasting
from rnnbench_tasks.language_modelling import LanguageModelling
from rnnbench_tasks.public import PUBLIC
from rnnbench_tasks.public.ett import ETTh1, ETTh2, ETTm1
from rnnbench_tasks.public.multi30k import Multi30k
from rnnbench_tasks.public.source import table
from rnnbench_tasks.public.sst2 import SST2
from rnnbench_tasks.public.univariate import AirlinePassengers, Sunspots
from rnnbench_tasks.public.wikitext import WikiText2


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())


@pytest.mark.parametrize("dataset", PUBLIC, ids=lambda dataset: dataset.name)
def test_missing_data_says_where_it_was_looked_for(dataset, tmp_path):
    with pytest.raises(DataMissing, match=r"--data-dir or RNNBENCH_DATA"):
        dataset().load(Split.TRAIN, None)
    with pytest.raises(DataMissing, match=f"no file {tmp_path}/{dataset.folder}/"):
        dataset().load(Split.TRAIN, tmp_path)


@pytest.mark.parametrize("file", ["test.txt", "test.txt.gz"])
def test_lines_end_at_line_feeds_alone(tmp_path, file):
    write(tmp_path / "wikitext-2" / file, " = A\u2028B = \n\n x\x0by\x85z \nlast")
    rows = WikiText2().load(Split.TEST, tmp_path)
    assert rows == [TextLine("= A B ="), TextLine(""), TextLine("x y z"), TextLine("last")]


def test_nothing_is_written_beside_the_data(tmp_path):
    write(tmp_path / "wikitext-2" / "test.txt", "a\n")
    WikiText2().load(Split.TEST, tmp_path)
    assert [path.name for path in tmp_path.rglob("*")] == ["wikitext-2", "test.txt"]


def test_a_changed_file_is_read_anew_though_its_time_is_the_same(tmp_path):
    import os

    path = tmp_path / "wikitext-2" / "test.txt"
    for word in ("one", "two"):
        write(path, word)
        os.utime(path, (0, 0))
        assert WikiText2().load(Split.TEST, tmp_path) == [TextLine(word)]


def test_quotes_and_words_for_missing_values_are_text(tmp_path):
    write(tmp_path / "phrases.tsv", 'sentence\tlabel\n"half a quote \t0\nnull \t1\nNA \t1\n')
    assert table(tmp_path / "phrases.tsv", separator="\t")["sentence"] == ['"half a quote ', "null ", "NA "]


def test_both_forms_of_sst2_write_brackets_and_slashes_alike(tmp_path):
    write(tmp_path / "sst2" / "stsa.binary.train", "1 a -lrb- fine -rrb- film \\/ play\n")
    write(tmp_path / "sst2" / "glue_train.tsv", "sentence\tlabel\na ( fine ) film / play \t1\n")
    for form in ("sentences", "phrases"):
        assert SST2(form=form).load(Split.TRAIN, tmp_path) == [LabelledText("a ( fine ) film / play", "positive")]


def test_sides_of_different_length_are_refused(tmp_path):
    write(tmp_path / "multi30k-en-de" / "val.en", "a\nb\n")
    write(tmp_path / "multi30k-en-de" / "val.de", "a\n")
    with pytest.raises(ValueError, match="shorter"):
        Multi30k().load(Split.VALIDATION, tmp_path)


@pytest.mark.data
def test_wikitext_2_has_its_published_counts(data_folder):
    rows = {split: WikiText2().load(split, data_folder) for split in Split}
    assert [len(part) for part in rows.values()] == [36_718, 3_760, 4_358]
    task = LanguageModelling()
    encoding = task.fit(rows[Split.TRAIN])
    assert encoding["size"] == 33_278
    counts = [task.counts(encoding, task.encode(encoding, part)) for part in rows.values()]
    assert [count["words"] for count in counts] == [2_088_628, 217_646, 245_569]
    assert [count["tokens"] for count in counts] == [2_088_628, 217_646, 245_569]


@pytest.mark.data
def test_wikitext_2_by_byte_pairs_counts_the_same_words(data_folder):
    rows = WikiText2(train_rows=500).load(Split.TRAIN, data_folder)
    test = WikiText2().load(Split.TEST, data_folder)
    task = LanguageModelling(units="bpe", vocabulary=400)
    encoding = task.fit(rows)
    assert task.counts(encoding, task.encode(encoding, test))["words"] == 245_569


@pytest.mark.data
def test_sst2_has_its_published_counts(data_folder):
    for form, sizes, positive in (
        ("sentences", [6_920, 872, 1_821], [3_610, 444, 909]),
        ("phrases", [67_349, 872, 1_821], [37_569, 444, 909]),
    ):
        rows = [SST2(form=form).load(split, data_folder) for split in Split]
        assert [len(part) for part in rows] == sizes
        assert [sum(row.label == "positive" for row in part) for part in rows] == positive


@pytest.mark.data
def test_multi30k_has_its_published_counts(data_folder):
    for tokenised, english, german in (
        (False, [345_020, 12_167, 11_877], [322_383, 11_568, 10_905]),
        (True, [377_534, 13_308, 12_968], [360_706, 12_828, 12_103]),
    ):
        rows = [Multi30k(tokenised=tokenised).load(split, data_folder) for split in Split]
        assert [len(part) for part in rows] == [29_000, 1_014, 1_000]
        assert [sum(len(row.source.split()) for row in part) for part in rows] == english
        assert [sum(len(row.target.split()) for row in part) for part in rows] == german


@pytest.mark.data
def test_the_first_rows_can_be_taken(data_folder):
    dataset = Multi30k(train_rows=3, test_rows=2)
    assert [len(dataset.load(split, data_folder)) for split in Split] == [3, 1_014, 2]
    assert dataset.load(Split.TRAIN, data_folder)[0] == SentencePair(
        "Two young, White males are outside near many bushes.",
        "Zwei junge weiße Männer sind im Freien in der Nähe vieler Büsche.",
    )


@pytest.mark.data
@pytest.mark.parametrize(("dataset", "months"), [(ETTh1, 720), (ETTh2, 720), (ETTm1, 2_880)])
def test_ett_is_split_by_months_of_thirty_days(dataset, months, data_folder):
    rows = [dataset().load(split, data_folder) for split in Split]
    assert [len(part) for part in rows] == [12 * months, 4 * months, 4 * months]
    assert [part[0].time for part in rows] == ["2016-07-01 00:00:00", "2017-06-26 00:00:00", "2017-10-24 00:00:00"]
    assert {len(row.values) for part in rows for row in part} == {7}


@pytest.mark.data
@pytest.mark.parametrize(
    ("horizon", "all_windows", "test_rows", "published"),
    [
        (96, 1.294, 2_879, 1.295),
        (192, 1.325, 2_879, 1.325),
        (336, 1.330, 2_863, 1.323),
        (720, 1.335, 2_863, 1.339),
    ],
)
def test_repeating_the_last_value_of_etth1_reproduces_the_published_error(
    horizon, all_windows, test_rows, published, data_folder
):
    """Zeng et al. 2022, table 2, which leaves out the last windows that do not fill a batch of 32."""
    windows = test_rows - horizon + 1
    assert windows % 32 == 0
    assert 0 < 2_880 - test_rows < 32
    assert _repeat_last(ETTh1(), horizon, data_folder) == pytest.approx(all_windows, abs=5e-4)
    dropped = _repeat_last(ETTh1(test_rows=test_rows), horizon, data_folder)
    assert dropped == pytest.approx(published, abs=5e-4)


def _repeat_last(dataset, horizon, data_folder):
    task = Forecasting(horizon=horizon)
    rows = {split: dataset.load(split, data_folder) for split in Split}
    encoding = task.fit(Rows(rows[Split.TRAIN], dataset.channels))
    before = None
    for part in rows.values():
        before = task.encode(encoding, Rows(part, dataset.channels, before))
    assert task.counts(encoding, before)["windows"] == (dataset.test_rows or 2_880) - horizon + 1
    repeat_last, *_ = task.baselines()
    items = repeat_last.predict(task, encoding, before, before)
    return score(task.metrics[0], items)


@pytest.mark.data
def test_textbook_series_are_split_by_shares_of_their_months(data_folder):
    for dataset, sizes, last in [
        (Sunspots(), [1_692, 564, 564], "1983-12"),
        (AirlinePassengers(), [86, 29, 29], "1960-12"),
    ]:
        parts = [dataset.load(split, data_folder) for split in Split]
        assert [len(part) for part in parts] == sizes
        assert parts[-1][-1].time == last
    assert parts[0][0].values == (112.0,)
