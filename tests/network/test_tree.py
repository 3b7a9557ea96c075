from typing import NamedTuple

import pytest
import torch

from rnnbench.network import tree


class Pair(NamedTuple):
    first: torch.Tensor
    second: tuple


def pair_made_in_a_function():
    class Local(NamedTuple):
        first: torch.Tensor

    return Local(torch.ones(2))


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


def test_a_tree_is_rebuilt_from_its_structure_with_the_types_of_its_named_tuples():
    a, b = torch.ones(2), torch.zeros(3)
    whole = (Pair(a, (b, None)), (a,))
    described = tree.structure(whole)
    assert described == [{"type": f"{__name__}:Pair", "fields": [0, [1, None]]}, [2]]
    again = tree.rebuild(described, tree.leaves(whole))
    assert isinstance(again[0], Pair)
    assert type(again[1]) is tuple
    assert all(one is other for one, other in zip(tree.leaves(again), (a, b, a), strict=True))


@pytest.mark.parametrize(
    "named",
    ["os:system", "subprocess:Popen", "nowhere:Pair", f"{__name__}:Missing", "pathlib:Path.cwd", "builtins:tuple"],
)
def test_only_a_named_tuple_that_is_imported_already_is_taken_from_a_file(named):
    with pytest.raises(ValueError, match=r"no NamedTuple .* of 1 fields is imported"):
        tree.rebuild({"type": named, "fields": [0]}, [torch.ones(1)])


def test_a_named_tuple_of_another_number_of_fields_is_refused():
    with pytest.raises(ValueError, match="of 1 fields"):
        tree.rebuild({"type": f"{__name__}:Pair", "fields": [0]}, [torch.ones(1)])


def test_a_named_tuple_made_in_a_function_cannot_be_found_again_by_its_name():
    assert tree.unnameable(type(pair_made_in_a_function()))
    assert not tree.unnameable(Pair)
    assert not tree.unnameable(tuple)
