"""Reading rows of different lengths."""

from __future__ import annotations

import torch

from rnnbench_models.padding import last_valid, reverse_valid, valid_steps, zero_padding

LENGTHS = torch.tensor([4, 1, 3])
STEPS = torch.arange(1.0, 13.0).view(3, 4, 1)


def rows(x):
    return x[..., 0].tolist()


def test_valid_part_is_reversed_and_padding_stays():
    assert rows(reverse_valid(STEPS, LENGTHS)) == [[4, 3, 2, 1], [5, 6, 7, 8], [11, 10, 9, 12]]
    assert torch.equal(reverse_valid(reverse_valid(STEPS, LENGTHS), LENGTHS), STEPS)


def test_without_lengths_whole_rows_are_reversed():
    assert rows(reverse_valid(STEPS, None)) == [[4, 3, 2, 1], [8, 7, 6, 5], [12, 11, 10, 9]]


def test_last_valid_step():
    assert last_valid(STEPS, LENGTHS).tolist() == [[4], [5], [11]]
    assert last_valid(STEPS, None).tolist() == [[4], [8], [12]]


def test_padding_is_zeroed():
    assert rows(zero_padding(STEPS, LENGTHS)) == [[1, 2, 3, 4], [5, 0, 0, 0], [9, 10, 11, 0]]
    assert zero_padding(STEPS, None) is STEPS
    assert valid_steps(STEPS, None).all()
