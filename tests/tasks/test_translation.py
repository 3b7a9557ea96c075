"""Translation: plain text in and out, and its baselines."""

import pytest

from rnnbench import SentencePair, Split
from rnnbench.metrics.scoring import score
from rnnbench.metrics.translation import BLEU
from rnnbench_tasks.sentences import BOS, EOS, PAD, UNK, Lexicon
from rnnbench_tasks.translation import Translation
from rnnbench_tasks.translation_baselines import constant_sentence

LINES = ["ein Hund läuft .", "ein Mann und ein Hund .", "zwei Männer ."]


@pytest.mark.parametrize("units", ["words", "bpe"])
def test_text_round_trips_through_token_ids(units):
    lexicon = Lexicon(Lexicon.fitted(units, LINES, 280 if units == "bpe" else None, 1))
    for line in LINES:
        ids = lexicon.ids(line)
        assert all(EOS < number < lexicon.size for number in ids)
        assert lexicon.text([*ids, EOS, *ids]) == lexicon.text([BOS, *ids, PAD]) == line


def test_an_unknown_word_counts_as_one_wrong_word():
    lexicon = Lexicon(Lexicon.fitted("words", LINES, None, 1))
    ids = lexicon.ids("ein Pferd und ein Hund läuft")
    assert ids[1] == UNK
    written = lexicon.text(ids)
    assert written == "ein \u2047 und ein Hund läuft"

    def bleu(hypothesis):
        return score(BLEU, {"hypothesis": [hypothesis], "reference": ["ein Pferd und ein Hund läuft"]})

    assert bleu(written) == bleu("ein Esel und ein Hund läuft")


def test_byte_pairs_know_no_unknown_word():
    lexicon = Lexicon(Lexicon.fitted("bpe", LINES, 280, 1))
    assert lexicon.text(lexicon.ids("Ωmega 猫 <eos>")) == "Ωmega 猫 <eos>"
    assert UNK not in lexicon.ids("Ωmega 猫 <eos>")


def test_the_reference_is_the_target_as_it_stands(make):
    case = make["translation"]()
    items = case.items(case.erring, 7)
    assert items["reference"] == [row.target for row in case.rows[Split.TEST]]
    assert items["tokens"] == [len(row.target.split()) + 1 for row in case.rows[Split.TEST]]


def test_targets_end_in_eos_and_are_padded_with_ignored(make):
    case = make["translation"]()
    for batch in case.task.evaluation(case.test, 7):
        for row, targets in zip(batch.rows, batch.targets.tolist(), strict=True):
            length = len(case.rows[Split.TEST][row].target.split()) + 1
            assert targets[length - 1] == EOS
            assert set(targets[length:]) <= {-100}
            assert not {EOS, -100} & set(targets[: length - 1])


def test_copying_answers_with_the_source(make):
    case = make["translation"]()
    copy = next(baseline for baseline in case.task.baselines() if baseline.name == "copy")
    items = copy.predict(case.task, case.encoding, case.arrays[Split.TRAIN], case.test)
    assert items["hypothesis"] == [row.source for row in case.rows[Split.TEST]]


def test_the_constant_sentence_beats_every_other_training_target():
    """An exhaustive search finds no better one where the sample and the candidates are everything."""
    targets = ["a man is on a b .", "a man sits on a c .", "dogs run", "a man is on a c .", "nothing alike here at all"]

    def bleu(answer):
        return score(BLEU, {"hypothesis": [answer] * len(targets), "reference": targets})

    assert constant_sentence(targets) == max(targets, key=bleu) == "a man is on a c ."


def test_the_constant_is_chosen_without_the_test_rows(make):
    case = make["translation"]()
    constant = next(baseline for baseline in case.task.baselines() if baseline.trivial)
    training = case.arrays[Split.TRAIN]
    on_test, on_validation = (
        constant.predict(case.task, case.encoding, training, case.arrays[split])["hypothesis"]
        for split in (Split.TEST, Split.VALIDATION)
    )
    assert set(on_test) == set(on_validation)
    assert on_test[0] in {row.target for row in case.rows[Split.TRAIN]}


def test_vocabularies_are_separate_and_bounded():
    pairs = [SentencePair("a b c", "x y"), SentencePair("a b", "x")]
    task = Translation(vocabulary=5)
    assert task.fit(pairs) == {
        "source": {"vocabulary": ["<pad>", "<bos>", "<eos>", "<unk>", "a"]},
        "target": {"vocabulary": ["<pad>", "<bos>", "<eos>", "<unk>", "x"]},
    }
