"""What holds on a GPU: the same numbers as on the CPU within tolerance, and a whole suite on the card.

Runs wherever CUDA is, and says so where it is not. One card is enough.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from tests.pipeline.conftest import MODELS, TASKS, Rnnbench, tiny_suite

from rnnbench.contract.datasets import Split
from rnnbench.discovery import discover
from rnnbench.execute.job import make_job
from rnnbench.execute.run import run
from rnnbench.network.network import Network, build_network
from rnnbench.plan import Assignment, Draft
from rnnbench.records.schema import Kind, Status
from rnnbench.train.evaluation import validation_loss

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.gpu


def pairs(draft: Draft) -> list[Assignment]:
    return [one for one in draft.assignments.values() if one.run.kind is Kind.TRAIN]


def network_of(assignment: Assignment) -> Network:
    torch.manual_seed(7)
    task, encoding = assignment.task.task, assignment.prepared.encoding
    assert assignment.model is not None
    return build_network(assignment.model, task.role, task.input(encoding), task.output(encoding), 12, 0.0)


@pytest.mark.parametrize("task", TASKS)
def test_losses_and_gradients_agree_with_the_cpu(task: str, draft_of: Callable[[str], Draft]) -> None:
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cuda.matmul.allow_tf32 = False
    for assignment in pairs(draft_of(tiny_suite(models=MODELS, tasks=(task,)))):
        found = {}
        for name in ("cpu", "cuda"):
            network = network_of(assignment).to(name)
            batches = list(assignment.task.task.evaluation(assignment.prepared.arrays(Split.VALIDATION), 16))
            loss = validation_loss(network, batches, torch.device(name))
            first = batches[0]
            moved = type(first)(**{**vars(first), "inputs": first.inputs.to(name), "targets": first.targets.to(name)})
            network.train()
            network.loss(moved)[0].backward()
            gradients = [parameter.grad.cpu() for parameter in network.parameters() if parameter.grad is not None]
            found[name] = loss, gradients
        assert found["cuda"][0] == pytest.approx(found["cpu"][0], rel=1e-4), assignment.run.model
        for ours, theirs in zip(found["cuda"][1], found["cpu"][1], strict=True):
            torch.testing.assert_close(ours, theirs, rtol=2e-3, atol=2e-4 * float(theirs.abs().max()) + 1e-6)


@pytest.mark.parametrize("model", MODELS)
def test_a_run_on_the_card_ends_like_one_on_the_cpu(
    model: str, draft_of: Callable[[str], Draft], tmp_path: Path
) -> None:
    for assignment in pairs(draft_of(tiny_suite(models=(model,)))):
        records = {
            device: run(
                make_job(assignment, tmp_path / device, device, 1e9), discover(), lambda _: None, lambda: False
            ).record
            for device in ("cpu", "cuda")
        }
        assert records["cuda"].status is Status.DONE
        assert records["cuda"].best_validation_loss == pytest.approx(records["cpu"].best_validation_loss, rel=0.02)
        assert records["cuda"].kernel is not None
        assert records["cuda"].kernel.endswith("(cuda)")


def test_quick_runs_whole_on_the_card(rnnbench: Rnnbench, tmp_path: Path) -> None:
    done = rnnbench("run", str(ROOT / "suites" / "quick.yaml"), "--device", "cuda", "--out", "quick", timeout=600)
    assert done.returncode == 0, done.stderr
    records = [json.loads(path.read_text()) for path in (tmp_path / "quick" / "runs").iterdir()]
    assert {record["status"] for record in records} == {"done"}
    assert sum(record["kind"] == "train" for record in records) == 26
