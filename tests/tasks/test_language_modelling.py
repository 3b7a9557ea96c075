"""Language modelling: vocabulary, streams, windows, units."""

import numpy as np
import pytest
import torch

from rnnbench import LabelledText, Split, TextLine
from rnnbench.metrics.scoring import score
from rnnbench_tasks.language_modelling import LanguageModelling

LINES = [TextLine(text) for text in [" the cat sat ", "", "the   dog sat", "ein Hündchen"]]


def encoded(task, lines=LINES, train=LINES):
    encoding = task.fit(train)
    return encoding, task.encode(encoding, lines)


def test_words_end_lines_and_empty_lines_with_eos():
    encoding, data = encoded(LanguageModelling())
    words = [encoding["vocabulary"][number] for number in data["ids"]]
    assert " ".join(words) == "the cat sat <eos> <eos> the dog sat <eos> ein Hündchen <eos>"


def test_words_are_numbered_by_frequency_then_alphabet():
    assert LanguageModelling().fit(LINES)["vocabulary"] == [
        "<unk>", "<eos>", "sat", "the", "Hündchen", "cat", "dog", "ein",
    ]  # fmt: skip


@pytest.mark.parametrize(("fields", "size"), [({"vocabulary": 3}, 3), ({"minimum_count": 2}, 4)])
def test_a_smaller_vocabulary_keeps_the_commonest_words(fields, size):
    encoding, data = encoded(LanguageModelling(**fields))
    assert encoding["vocabulary"] == ["<unk>", "<eos>", "sat", "the"][:size]
    assert (data["ids"] == 0).sum() == {3: 6, 4: 4}[size]


def test_words_of_other_splits_are_unknown():
    encoding, data = encoded(LanguageModelling(), lines=[TextLine("the bird")])
    assert data["ids"].tolist() == [encoding["vocabulary"].index("the"), 0, encoding["end"]]


@pytest.mark.parametrize("units", ["words", "characters", "bpe"])
def test_every_unit_counts_the_same_words_and_bytes(units):
    """Four lines: 8 words, 4 line ends; UTF-8 of the text with single blanks."""
    task = LanguageModelling(units=units, vocabulary=300 if units == "bpe" else None)
    encoding, data = encoded(task)
    assert data["words"].sum() == 8 + 4
    assert data["bytes"].sum() == len("the cat sat\n\nthe dog sat\nein Hündchen\n".encode())
    counts = task.counts(encoding, data)
    assert (counts["rows"], counts["words"], counts["tokens"]) == (4, 12, len(data["ids"]))


def test_characters_begin_words_after_blanks():
    _, data = encoded(LanguageModelling(units="characters"), lines=[TextLine("a bc")])
    assert data["words"].tolist() == [1, 0, 1, 0, 1]


def test_byte_pairs_round_trip_text_never_seen():
    from rnnbench_tasks.byte_pairs import load

    task = LanguageModelling(units="bpe", vocabulary=270)
    line = "Ωmega <eos> 猫"
    encoding, data = encoded(task, lines=[TextLine(line)])
    assert data["ids"][-1] == encoding["end"] == encoding["size"] - 1 <= 269
    assert (data["ids"][:-1] != encoding["end"]).all()
    assert load(encoding["tokenizer"]).decode(data["ids"][:-1].tolist()) == line


def test_byte_pairs_are_learned_the_same_twice():
    task = LanguageModelling(units="bpe", vocabulary=270)
    assert task.fit(LINES) == task.fit(LINES)


def test_byte_pairs_without_room_for_bytes_are_refused():
    with pytest.raises(ValueError, match="needs room for 256 bytes, got 99"):
        LanguageModelling(units="bpe", vocabulary=100).fit(LINES)


@pytest.mark.parametrize("field", ["bptt", "streams", "block_size", "minimum_count", "vocabulary"])
def test_a_size_below_one_is_refused_by_name(field):
    with pytest.raises(ValueError, match=f"{field} must be a whole number of at least 1, got 0"):
        LanguageModelling(**{field: 0})


def test_characters_are_scored_per_character_and_the_rest_per_word():
    assert LanguageModelling().metrics[0].unit == LanguageModelling(units="bpe").metrics[0].unit == "per word"
    assert LanguageModelling(units="characters").metrics[0].unit == "per character"


def test_inputs_are_the_tokens_before_their_targets(make):
    """Every (input, target) that is scored, of any window and batch, is a bigram of the text in its place."""
    case = make["language-modelling"](streams=4, bptt=5)
    text = case.test["ids"].tolist()
    bigrams = sorted(zip([case.encoding["end"], *text[:-1]], text, strict=True))
    for window in (None, 6, 7, 500):
        found = []
        for batch in case.batches(3, window):
            counted = batch.targets != -100
            found += zip(batch.inputs[counted].tolist(), batch.targets[counted].tolist(), strict=True)
        assert sorted(found) == bigrams


def test_the_state_is_carried_along_streams_of_equal_length(make):
    case = make["language-modelling"](streams=4, bptt=5)
    streams = [[] for _ in range(4)]
    for batch in case.task.evaluation(case.test, 3):
        assert batch.carry == any(streams[row] for row in batch.rows)
        for row, targets in zip(batch.rows, batch.targets, strict=True):
            streams[row] += targets[targets != -100].tolist()
    assert [token for stream in streams for token in stream] == case.test["ids"].tolist()
    assert len({len(stream) for stream in streams} | {len(case.test["ids"]) // 4}) <= 2


@pytest.mark.parametrize("window", [1, 6, 7, 10_000])
def test_a_sliding_window_scores_with_half_a_window_of_context(make, window):
    case = make["language-modelling"](streams=2)
    seen = set()
    for batch in case.batches(3, window):
        assert not batch.carry
        assert batch.inputs.shape[1] <= window
        for row, targets in zip(batch.rows, batch.targets, strict=True):
            first = int(torch.nonzero(targets != -100)[0])
            assert first >= window - max(1, window // 2) if row in seen else first == 0
            seen.add(int(row))
    assert seen == {0, 1}


@pytest.mark.parametrize("size", [1, 7, 32])
def test_a_sliding_window_gives_the_items_of_carried_state(make, size):
    """The stand-in looks at (input, target) alone, so context changes nothing."""
    case = make["language-modelling"](streams=3)
    assert case.items(case.erring, size, window=6) == case.items(case.erring, size)


def test_training_streams_go_on_from_batch_to_batch(make):
    case = make["language-modelling"](bptt=5)
    batches = list(case.task.batches(case.arrays[Split.TRAIN], 4, np.random.default_rng(0)))
    assert [batch.carry for batch in batches] == [False] + [True] * (len(batches) - 1)
    inputs, targets = (torch.cat([getattr(b, name) for b in batches], dim=1) for name in ("inputs", "targets"))
    assert torch.equal(inputs[:, 1:], targets[:, :-1])
    assert sum(batch.positions for batch in batches) == targets.numel() == len(case.arrays[Split.TRAIN]["ids"]) // 4 * 4


def test_uniform_probabilities_score_chance(make):
    for units in ("words", "characters"):
        case = make["language-modelling"](units=units)
        nll = np.full(len(case.test["ids"]), np.log(case.encoding["size"]))
        value = score(case.task.metrics[0], case.task.blocks(case.test, nll))
        assert value == pytest.approx(case.task.chance(case.encoding, case.test), rel=1e-12)


def test_the_unigram_is_counted_with_add_one():
    task = LanguageModelling(streams=1)
    encoding, training = encoded(task)
    test = task.encode(encoding, [TextLine("the bird")])
    baseline, *_ = task.baselines()
    items = baseline.predict(task, encoding, training, test)
    chances = [3 / 20, 1 / 20, 5 / 20]  # the (2 times of 12), <unk> (never), <eos> (4 times); 8 entries
    assert items["nll"] == [pytest.approx(-np.log(chances).sum(), rel=1e-12)]
    assert (items["tokens"], items["words"], items["bytes"]) == ([3], [3], [9])


def test_blocks_never_cross_a_stream(make):
    case = make["language-modelling"](streams=4, block_size=7)
    length = len(case.test["ids"]) // 4
    tokens = case.items(case.erring, 4)["tokens"]
    assert sum(tokens) == len(case.test["ids"])
    assert max(tokens) == 7
    assert len(tokens) in range(4 * (length // 7), 4 * (length // 7 + 2))


class Uniform:
    """Stands for a dataset whose generator gives every word a probability of one in ten."""

    has_optimum = True

    def optimum(self, rows):
        return {"perplexity": 10.0}


def test_the_optimum_is_shared_among_words_characters_and_bytes():
    rows = [TextLine("ab cd")]
    for units, metric, count in (("words", "perplexity", 3), ("characters", "character-perplexity", 6)):
        task = LanguageModelling(units=units)
        encoding, test = encoded(task, lines=rows, train=rows)
        optimum = task.optimum(Uniform(), encoding, rows, test)
        assert optimum[metric] == pytest.approx(10 ** (3 / count))
        assert optimum["bits-per-byte"] == pytest.approx(3 * np.log2(10) / 6)


def test_no_optimum_is_claimed_where_words_are_left_out():
    assert LanguageModelling().knows_optimum(Uniform())
    assert not LanguageModelling(vocabulary=100).knows_optimum(Uniform())
    assert not LanguageModelling(minimum_count=2).knows_optimum(Uniform())


def test_rows_of_another_type_are_no_lines():
    with pytest.raises(TypeError, match="expected rows of type TextLine, got LabelledText"):
        LanguageModelling().fit([LabelledText("a", "b")])
