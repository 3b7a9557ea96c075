"""Tagging: vocabulary, items, baselines, CoNLL-U, and who can use the word that comes next."""

import gzip
import itertools

import numpy as np
import pytest
import torch

from rnnbench import DataMissing, Role, Split, TaggedSentence, find_model
from rnnbench.metrics.labels import SENTENCE_ACCURACY, TOKEN_ACCURACY
from rnnbench.metrics.scoring import score
from rnnbench.network.network import build_network
from rnnbench_tasks.baselines.hidden_markov import HiddenMarkov
from rnnbench_tasks.baselines.most_frequent_tag import tags_of_words
from rnnbench_tasks.public.ud_english import UDEnglish
from rnnbench_tasks.tagging import Tagging

ROWS = [
    TaggedSentence(("The", "dog", "can", "run"), ("DET", "NOUN", "AUX", "VERB")),
    TaggedSentence(("the", "dog"), ("DET", "NOUN")),
]
CONLLU = """\
# sent_id = 1
# text = I don't # know
1\tI\tI\tPRON\tPRP\t_\t4\tnsubj\t_\t_
2-3\tdon't\t_\t_\t_\t_\t_\t_\t_\t_
2\tdo\tdo\tAUX\tVBP\t_\t4\taux\t_\t_
3\tn't\tnot\tPART\tRB\t_\t4\tadvmod\t_\t_
3.1\tever\tever\tADV\tRB\t_\t_\t_\t_\t_
4\t#\t#\tSYM\tNFP\t_\t0\troot\t_\t_

# sent_id = 2
1\tGo\tgo\tVERB\tVB\t_\t0\troot\t_\t_
"""


def written(folder, text=CONLLU):
    (folder / "ud-english-ewt").mkdir()
    (folder / "ud-english-ewt" / "en_ewt-ud-train.conllu.gz").write_bytes(gzip.compress(text.encode()))
    return folder


# the task


def test_words_and_tags_become_numbers_of_the_training_rows():
    task = Tagging(minimum_count=1)
    encoding = task.fit(ROWS)
    assert encoding == {
        "vocabulary": ["<pad>", "<unk>", "dog", "The", "can", "run", "the"], "tags": ["AUX", "DET", "NOUN", "VERB"],
    }  # fmt: skip
    data = task.encode(encoding, [TaggedSentence(("the", "cat"), ("DET", "VERB")), ROWS[1]])
    assert data["ids"].tolist() == [6, 1, 6, 2]
    assert data["tags"].tolist() == [1, 3, 1, 2]
    assert data["ids_starts"].tolist() == data["tags_starts"].tolist() == [0, 2, 4]


def test_rare_words_are_unknown_and_capitals_can_be_left_out():
    assert Tagging().fit(ROWS)["vocabulary"] == ["<pad>", "<unk>", "dog"]
    task = Tagging(lower_case=True)
    encoding = task.fit(ROWS)
    assert encoding["vocabulary"] == ["<pad>", "<unk>", "dog", "the"]
    data = task.encode(encoding, ROWS)
    assert data["ids"].tolist() == [3, 2, 1, 1, 3, 2]
    assert task.counts(encoding, data) == {"rows": 2, "tokens": 6, "unknown": 2, "vocabulary": 4, "tags": 4}


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (TaggedSentence(("a", "b"), ("DET",)), "sentence 0: 2 words and 1 tags, expected a tag a word, at least one"),
        (TaggedSentence((), ()), "sentence 0: 0 words and 0 tags, expected a tag a word, at least one"),
        (TaggedSentence(("a",), ("X",)), "tag 'X' is in no training row, only 'AUX', 'DET', 'NOUN', 'VERB'"),
    ],
)
def test_a_sentence_that_cannot_be_tagged_is_named(row, message):
    task = Tagging()
    with pytest.raises(ValueError, match=message):
        task.encode(task.fit(ROWS), [row])


def test_items_count_the_right_tags_of_each_sentence_in_row_order():
    task = Tagging()
    encoding = task.fit(ROWS)
    data = task.encode(encoding, ROWS[::-1])  # the shorter sentence first
    (batch,) = task.evaluation(data, 10)
    assert batch.rows.tolist() == [1, 0]
    labels = batch.targets.numpy().copy()
    labels[0, 3] = 0
    labels[1, 2:] = 2  # padding, which counts neither as right nor as wrong
    nll = np.array([[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]])
    items = task.items(encoding, data, [(batch, {"label": labels, "log_probability": -nll})])
    assert items == {"right": [2, 3], "tokens": [2, 4], "nll": [11.0, 10.0]}
    assert score(TOKEN_ACCURACY, items) == pytest.approx(100 * 5 / 6)
    assert score(SENTENCE_ACCURACY, items) == pytest.approx(50)


def test_guessing_scores_chance_within_three_standard_errors(make):
    case, random = make["tagging"](), np.random.default_rng(0)
    items = case.items(
        lambda case, batch: case.erring(case, batch) | {"label": random.integers(3, size=batch.targets.shape)}, 7
    )
    chance = case.task.chance(case.encoding, case.arrays[Split.VALIDATION])
    error = 100 * np.sqrt(1 / 3 * 2 / 3 / sum(items["tokens"]))
    assert chance == pytest.approx(100 / 3)
    assert abs(score(TOKEN_ACCURACY, items) - chance) < 3 * error


def test_a_tag_that_the_next_word_decides_is_learned_by_those_who_see_it():
    """Each word's tag is the parity of the next word: one direction can only guess, two are right."""
    random = np.random.default_rng(0)
    rows = [
        TaggedSentence(tuple(map(str, ids)), tuple("odd" if n % 2 else "even" for n in (*ids[1:], 0)))
        for ids in random.integers(6, size=(200, 6)).tolist()
    ]
    task = Tagging()
    encoding = task.fit(rows)
    data = task.encode(encoding, rows)
    accuracy = {}
    for name in ("lstm", "bidirectional"):
        torch.manual_seed(0)
        model = find_model(name, width=16)
        network = build_network(model, Role.ENCODER, task.input(encoding), task.output(encoding), 16, 0.0)
        optimiser = torch.optim.Adam(network.parameters(), lr=0.01)
        for _ in range(8):
            for batch in task.batches(data, 20, random):
                total, count, _ = network.loss(batch)
                optimiser.zero_grad()
                (total / count).backward()
                optimiser.step()
        network.eval()
        items = task.items(encoding, data, ((batch, network.score(batch)[0]) for batch in task.evaluation(data, 50)))
        accuracy[name] = sum(items["right"]) / sum(items["tokens"])
    assert accuracy["bidirectional"] > 0.99
    assert accuracy["lstm"] < 0.75  # 5 of 6 are a coin, the last one is always even


# baselines


def test_a_word_gets_its_commonest_tag_and_rare_words_share_theirs():
    rows = [
        TaggedSentence(("run", "run", "run", "odd"), ("VERB", "VERB", "NOUN", "ADJ")),
        TaggedSentence(("rare", "tie", "tie", "NOUN", "NOUN"), ("ADJ", "ADJ", "NOUN", "NOUN", "NOUN")),
    ]
    task = Tagging()
    encoding = task.fit(rows)
    training = task.encode(encoding, rows)
    test = task.encode(encoding, [TaggedSentence(("run", "new", "tie"), ("VERB", "ADJ", "NOUN"))])
    most_frequent = task.baselines()[1]
    items = most_frequent.predict(task, encoding, training, test)
    assert items["right"] == [3]
    # counts of (word, tag) with one more token, shared out as 3 ADJ, 4 NOUN and 2 VERB of 9
    expected = -np.log((2 + 2 / 9) / 4) - np.log((2 + 3 / 9) / 3) - np.log((1 + 4 / 9) / 3)
    assert items["nll"] == pytest.approx([expected])


def sentences(random, words, tags, count):
    """Words and tags by number, end to end, and where the sentences start."""
    lengths = random.integers(1, 6, size=count)
    starts = np.concatenate([[0], np.cumsum(lengths)])
    tag_N = np.concatenate([np.arange(tags), random.integers(tags, size=starts[-1] - tags)])
    return (tag_N + random.integers(2, size=len(tag_N))) % words, tag_N, starts


def test_the_hidden_markov_model_gives_the_posterior_of_all_paths():
    words, tags = 4, 3
    word_N, tag_N, starts = sentences(np.random.default_rng(0), words, tags, 30)
    model = HiddenMarkov.fitted(word_N, tag_N, starts, words, tags)
    for word_T in (np.array([2]), np.array([0, 3, 1, 1, 2])):
        expected = np.zeros((len(word_T), tags))
        for path in itertools.product(range(tags), repeat=len(word_T)):
            p = model.first[path[0]] * model.last[path[-1]] * np.prod(model.words[word_T, path])
            p *= np.prod([model.moves[one, other] for one, other in itertools.pairwise(path)])
            expected[np.arange(len(word_T)), path] += p
        expected /= expected.sum(axis=1, keepdims=True)
        np.testing.assert_allclose(model.posterior(word_T), expected, rtol=1e-12)


def test_the_hidden_markov_model_counts_what_follows_what():
    word_N, tag_N, starts = np.array([0, 1, 0, 1, 1]), np.array([0, 1, 0, 1, 1]), np.array([0, 2, 5])
    model = HiddenMarkov.fitted(word_N, tag_N, starts, 3, 2)
    np.testing.assert_allclose(model.first, [3 / 4, 1 / 4])
    np.testing.assert_allclose(model.moves, [[1 / 5, 3 / 5], [1 / 6, 2 / 6]])
    np.testing.assert_allclose(model.last, [1 / 5, 3 / 6])
    np.testing.assert_allclose(model.words * [0.4, 0.6], tags_of_words(word_N, tag_N, 3, 2))
    np.testing.assert_allclose(model.words[2], [1, 1])  # a word that never occurs says nothing


def test_a_long_sentence_does_not_vanish():
    word_N, tag_N, starts = sentences(np.random.default_rng(1), 4, 3, 30)
    model = HiddenMarkov.fitted(word_N, tag_N, starts, 4, 3)
    np.testing.assert_allclose(model.posterior(np.arange(5_000) % 4).sum(axis=1), 1.0)


# UD English


def test_multiword_tokens_and_empty_nodes_are_no_words(tmp_path):
    rows = UDEnglish().load(Split.TRAIN, written(tmp_path))
    assert rows == [
        TaggedSentence(("I", "do", "n't", "#"), ("PRON", "AUX", "PART", "SYM")),
        TaggedSentence(("Go",), ("VERB",)),
    ]


def test_the_tags_of_the_penn_treebank_can_be_asked_for(tmp_path):
    rows = UDEnglish(tags="xpos", train_rows=1).load(Split.TRAIN, written(tmp_path))
    assert rows == [TaggedSentence(("I", "do", "n't", "#"), ("PRP", "VBP", "RB", "NFP"))]


def test_a_line_that_is_not_conllu_is_named(tmp_path):
    folder = written(tmp_path, CONLLU.replace("1\tGo\tgo\t", "1 Go go "))
    with pytest.raises(DataMissing, match=r"en_ewt-ud-train.conllu.gz:11: 7 columns, expected the 10 of CoNLL-U"):
        UDEnglish().load(Split.TRAIN, folder)


@pytest.mark.data
def test_ud_english_has_its_published_counts_and_its_baselines_their_order(data_folder):
    rows = {split: UDEnglish().load(split, data_folder) for split in Split}
    assert [len(part) for part in rows.values()] == [12_544, 2_001, 2_077]
    assert [sum(len(row.words) for row in part) for part in rows.values()] == [204_577, 25_147, 25_094]
    task = Tagging()
    encoding = task.fit(rows[Split.TRAIN])
    assert len(encoding["tags"]) == 17
    training, test = (task.encode(encoding, rows[split]) for split in (Split.TRAIN, Split.TEST))
    scores = [score(TOKEN_ACCURACY, baseline.predict(task, encoding, training, test)) for baseline in task.baselines()]
    assert scores == sorted(scores)
    assert 84 < scores[1] < 90  # as usually reported for the most frequent tag
