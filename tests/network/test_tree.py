from typing import NamedTuple

import torch

from rnnbench.network import tree


class Pair(NamedTuple):
    first: torch.Tensor
    second: tuple


def test_select_takes_rows_of_every_tensor_and_keeps_the_shape_of_the_tree():
    a, b = torch.arange(6.0).view(1, 3, 2), torch.arange(3.0).view(1, 3)
    taken = tree.select(Pair(a, (b, None)), torch.tensor([2, 2, 0]), tree.STATE_ROWS)
    assert isinstance(taken, Pair)
    assert torch.equal(taken.first, a[:, [2, 2, 0]])
    assert torch.equal(taken.second[0], b[:, [2, 2, 0]])
    assert taken.second[1] is None


def test_detach_cuts_the_history_of_every_tensor():
    leaf = torch.ones(2, requires_grad=True)
    cut = tree.detach((leaf * 2, (leaf * 3,)))
    assert not cut[0].requires_grad
    assert not cut[1][0].requires_grad
    assert torch.equal(cut[1][0], torch.full((2,), 3.0))


def test_to_moves_every_tensor():
    moved = tree.to((torch.ones(2), (torch.ones(3),)), "meta")
    assert moved[0].is_meta
    assert moved[1][0].is_meta


def test_bytes_count_real_numbers_as_float32_and_others_as_they_are():
    assert tree.count_bytes(None) == 0
    assert tree.count_bytes((torch.ones(3, dtype=torch.float64), (torch.ones(2, dtype=torch.bool), None))) == 3 * 4 + 2
