"""A checkpoint gives back the very bits, and one that was cut short or altered is never taken for whole."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

import pytest
import torch

from rnnbench.train.checkpoint import Checkpoint, Damaged, from_bytes, to_bytes
from rnnbench.train.checkpoint_files import Checkpoints
from rnnbench.train.optimiser import optimiser_tensors, restore_optimiser


class State(NamedTuple):
    h: torch.Tensor
    c: torch.Tensor


def some(step: int = 7) -> Checkpoint:
    weights = torch.randn(4, 3, generator=torch.Generator().manual_seed(step))
    return Checkpoint(
        {"network.w": weights, "network.tied": weights}, {"step": step, "loss": 0.1}, ((weights[:2],), weights[0])
    )


def test_tensors_values_and_the_carried_tree_come_back_to_the_bit() -> None:
    saved = some()
    loaded = from_bytes(*to_bytes(saved))
    assert loaded.values == saved.values
    for name, tensor in saved.tensors.items():
        assert torch.equal(loaded.tensors[name], tensor)
    assert torch.equal(loaded.carried[0][0], saved.carried[0][0])
    assert torch.equal(loaded.carried[1], saved.carried[1])


def test_a_carried_named_tuple_comes_back_as_one() -> None:
    loaded = from_bytes(*to_bytes(Checkpoint({}, {}, (State(torch.ones(2), torch.zeros(3)), None))))
    assert isinstance(loaded.carried[0], State)
    assert torch.equal(loaded.carried[0].h, torch.ones(2))
    assert loaded.carried[1] is None


def test_a_checkpoint_that_names_a_type_which_is_not_there_is_damaged() -> None:
    tensors, described = to_bytes(Checkpoint({}, {}, State(torch.ones(2), torch.zeros(3))))
    with pytest.raises(Damaged, match="no NamedTuple"):
        from_bytes(tensors, described.replace(b":State", b":Other"))


def test_a_checkpoint_of_an_earlier_version_which_knew_tuples_alone_is_read() -> None:
    tensors, described = to_bytes(Checkpoint({}, {}, State(torch.ones(2), torch.zeros(3))))
    loaded = from_bytes(tensors, json.dumps({**json.loads(described), "carried": [0, [1, None]]}).encode())
    assert torch.equal(loaded.carried[0], torch.ones(2))
    assert torch.equal(loaded.carried[1][0], torch.zeros(3))


@pytest.mark.parametrize("position", [0, 9, 60, -1])
def test_one_flipped_bit_is_detected(position: int) -> None:
    tensors, description = to_bytes(some())
    altered = bytearray(tensors)
    altered[position] ^= 1
    with pytest.raises(Damaged):
        from_bytes(bytes(altered), description)


@pytest.mark.parametrize("length", [0, 1, 20])
def test_a_cut_off_file_is_detected(length: int) -> None:
    tensors, description = to_bytes(some())
    with pytest.raises(Damaged):
        from_bytes(tensors[:length], description)
    with pytest.raises(Damaged):
        from_bytes(tensors, description[:length])


def test_the_newer_of_two_files_serves_and_the_older_one_when_it_is_damaged(tmp_path: Path) -> None:
    files = Checkpoints(tmp_path, "a")
    assert files.latest is None
    for step in (1, 2, 3):
        files.save(some(step))
    latest = Checkpoints(tmp_path, "a").latest
    assert latest is not None
    assert latest.values["step"] == 3
    newest = max((tmp_path / "checkpoints" / "a").glob("*.safetensors"), key=lambda path: path.stat().st_mtime_ns)
    newest.write_bytes(newest.read_bytes()[:-1])
    again = Checkpoints(tmp_path, "a")
    assert again.latest is not None
    assert again.latest.values["step"] == 2
    again.save(some(9))  # over the damaged one
    assert {file.values["step"] for file in [Checkpoints(tmp_path, "a").latest] if file} == {9}


@pytest.mark.parametrize("kind", [torch.optim.AdamW, torch.optim.SGD])
def test_an_optimiser_goes_on_as_if_it_had_never_stopped(kind: type[torch.optim.Optimizer]) -> None:
    options = {"lr": 0.1, **({"momentum": 0.9} if kind is torch.optim.SGD else {})}

    def step(weight: torch.nn.Parameter, optimiser: torch.optim.Optimizer) -> None:
        optimiser.zero_grad()
        weight.pow(4).sum().backward()
        optimiser.step()

    straight = torch.nn.Parameter(torch.ones(3))
    optimiser = kind([straight], **options)
    for _ in range(3):
        step(straight, optimiser)
    stopped = torch.nn.Parameter(straight.detach().clone())
    resumed = kind([stopped], **options)
    restore_optimiser(resumed, from_bytes(*to_bytes(Checkpoint(optimiser_tensors(optimiser), {}))).tensors)
    for weight, of_weight in ((straight, optimiser), (stopped, resumed)):
        step(weight, of_weight)
    assert torch.equal(straight, stopped)
