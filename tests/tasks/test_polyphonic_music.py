"""Polyphonic music: frames and targets, how likelihoods are averaged, baselines, JSB Chorales, the anchor."""

import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from rnnbench import Dataset, PianoRoll, Split
from rnnbench.discovery import discover
from rnnbench.metrics.language import FRAME_NLL
from rnnbench.metrics.scoring import score
from rnnbench.prepare import prepare
from rnnbench.suite import read_suite
from rnnbench_tasks.baselines.key_frequencies import nll, sounding
from rnnbench_tasks.baselines.previous_frame import sounding_after
from rnnbench_tasks.polyphonic_music import PolyphonicMusic
from rnnbench_tasks.public.jsb_chorales import JSBChorales

ANCHOR = Path(__file__).parents[2] / "suites" / "anchors" / "jsb-chorales.yaml"
ROWS = [PianoRoll(((3, 7), (3,), (), (0, 87))), PianoRoll(((1,), (2,)))]


def encoded(rows):
    task = PolyphonicMusic()
    return task.encode(task.fit(rows), rows)


# the task


def test_each_frame_s_target_is_the_frame_after_it():
    (batch,) = PolyphonicMusic().evaluation(encoded(ROWS), 10)
    assert batch.rows.tolist() == [0, 1]
    assert batch.lengths.tolist() == [3, 1]
    assert batch.positions == 4
    for read, keys in ((batch.inputs, [[3, 7], [3], []]), (batch.targets, [[3], [], [0, 87]])):
        assert [row.nonzero()[:, 0].tolist() for row in read[0]] == keys
        assert set(read[0].unique().tolist()) == {0.0, 1.0}
    assert (batch.inputs[1, 1:] == 0).all()
    assert (batch.targets[1, 1:] == -100).all()


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (PianoRoll(((1,),)), "piece 0: 1 frames, expected at least 2"),
        (PianoRoll(((1,), (88,))), "piece 0: key 88, expected 0 to 87"),
        (PianoRoll(((-1,), (1,))), "piece 0: key -1, expected 0 to 87"),
    ],
)
def test_a_piece_that_cannot_be_read_is_named(row, message):
    with pytest.raises(ValueError, match=message):
        encoded([row])


def test_the_score_is_a_mean_over_all_targets_and_not_over_pieces():
    task, data = PolyphonicMusic(), encoded(ROWS)
    (batch,) = task.evaluation(data, 10)
    scored = {"log_probability": -np.array([[1.0, 2.0, 3.0], [10.0, 7.0, 7.0]])}  # two of them are padding
    items = task.items({}, data, [(batch, scored)])
    assert items == {"nll": [6.0, 10.0], "frames": [3, 1]}
    assert score(FRAME_NLL, items) == pytest.approx(16 / 4)


def test_a_coin_for_each_key_scores_chance(make):
    """61.00 nats: "random" in Boulanger-Lewandowski et al. 2012, table 1."""
    case = make["polyphonic-music"]()
    coins = case.items(lambda case, batch: {"log_probability": np.full(batch.targets.shape[:2], -88 * np.log(2))}, 7)
    chance = case.task.chance(case.encoding, case.arrays[Split.VALIDATION])
    assert chance == pytest.approx(61.00, abs=0.005)
    assert score(FRAME_NLL, coins) == pytest.approx(chance, rel=1e-12)


class Pieces(Dataset):
    name = "pieces"
    rows = PianoRoll
    description = "two pieces"
    licence = "none"

    def load(self, split, folder):
        return ROWS


def test_test_pieces_that_were_kept_as_json_are_the_same(tmp_path):
    prepared = prepare(PolyphonicMusic(), Pieces(), None, tmp_path)
    kept, direct = prepared.arrays(Split.TEST), encoded(ROWS)
    assert all(np.array_equal(kept[name], direct[name]) for name in direct)


# baselines


def test_key_frequencies_are_those_of_the_training_targets(make):
    case = make["polyphonic-music"]()
    baseline, _ = case.task.baselines()
    items = baseline.predict(case.task, case.encoding, case.arrays[Split.TRAIN], case.test)
    targets = [set(keys) for row in case.rows[Split.TRAIN] for keys in row.frames[1:]]
    p = [(sum(key in keys for keys in targets) + 0.5) / (len(targets) + 1) for key in range(88)]
    expected = [
        -sum(np.log(p[key] if key in keys else 1 - p[key]) for keys in map(set, row.frames[1:]) for key in range(88))
        for row in case.rows[Split.TEST]
    ]
    np.testing.assert_allclose(items["nll"], expected, rtol=1e-10)
    assert items["frames"] == [len(row.frames) - 1 for row in case.rows[Split.TEST]]


def test_the_previous_frame_tells_how_often_a_key_goes_on():
    before = np.array([[1, 0], [1, 0], [0, 0]], dtype=np.uint8)
    frames = np.array([[1, 0], [0, 0], [0, 0]], dtype=np.uint8)
    often = (1 + 0.5) / 4, 0.5 / 4
    expected = [[(0 + often[0]) / 2, (0 + often[1]) / 4], [(1 + often[0]) / 3, often[1]]]
    np.testing.assert_allclose(sounding_after(before, frames), expected)
    np.testing.assert_allclose(sounding(frames), often)


def test_held_notes_are_likelier_by_the_previous_frame():
    held = [PianoRoll(((n,),) * 6) for n in range(10)]
    task, data = PolyphonicMusic(), encoded(held)
    frequencies, previous = (score(FRAME_NLL, baseline.predict(task, {}, data, data)) for baseline in task.baselines())
    assert previous < 0.5 < 2 < frequencies


def test_keys_are_independent():
    frames = np.array([[1, 0], [0, 0]], dtype=np.uint8)
    np.testing.assert_allclose(nll(frames, np.array([0.25, 0.5])), [np.log(8), np.log(8 / 3)])


# JSB Chorales


@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_chorales_are_read_by_split(tmp_path, suffix):
    text = json.dumps({"train": [[[7, 3], []]], "valid": [[[1], [2]]], "test": [[[0], [87]], [[5], [5]]]}).encode()
    (tmp_path / "jsb-chorales").mkdir()
    path = tmp_path / "jsb-chorales" / f"JSB_Chorales.json{suffix}"
    path.write_bytes(gzip.compress(text) if suffix else text)
    train, validation, test = (JSBChorales().load(split, tmp_path) for split in Split)
    assert train == [PianoRoll(((3, 7), ()))]
    assert validation == [PianoRoll(((1,), (2,)))]
    assert test == [PianoRoll(((0,), (87,))), PianoRoll(((5,), (5,)))]


@pytest.mark.data
def test_jsb_chorales_have_their_published_counts(data_folder):
    rows = [JSBChorales().load(split, data_folder) for split in Split]
    assert [len(part) for part in rows] == [229, 76, 77]
    assert [sum(len(row.frames) for row in part) for part in rows] == [13_807, 4_602, 4_725]


def test_the_anchor_names_the_published_numbers():
    suite = read_suite(ANCHOR, discover())
    assert suite.name == ANCHOR.stem
    assert {number.row: number.value for number in suite.published} == {"elman": 8.91, "lstm": 8.45, "gru": 8.43}
