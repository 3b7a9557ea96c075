"""The GRU's hand-written loop is torch's GRU."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from rnnbench_models.gru import GRULayer
from rnnbench_models.gru_recurrence import gru_recurrence


def inputs(steps, dtype=torch.float64):
    shapes = [(steps, 3, 12), (3, 4), (12, 4), (12,)]
    return [torch.randn(shape, dtype=dtype, requires_grad=True) for shape in shapes]


@pytest.mark.parametrize("steps", [1, 2, 5])
def test_gradients_agree_with_finite_differences(steps):
    assert torch.autograd.gradcheck(gru_recurrence, inputs(steps))


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float32, 1e-5), (torch.float64, 1e-10)], ids=["f32", "f64"])
@pytest.mark.parametrize("from_rest", [True, False], ids=["rest", "state"])
@pytest.mark.parametrize("steps", [1, 9])
def test_values_and_gradients_are_those_of_torch(steps, from_rest, dtype, tolerance):
    ours, theirs = GRULayer(5, 6, batch_first=True).to(dtype), nn.GRU(5, 6, batch_first=True).to(dtype)
    theirs.load_state_dict(ours.state_dict())
    x = torch.randn(3, steps, 5, dtype=dtype, requires_grad=True)
    h = None if from_rest else torch.randn(1, 3, 6, dtype=dtype, requires_grad=True)
    weight = torch.randn(3, steps, 6, dtype=dtype)
    results = []
    for layer in (ours, theirs):
        y, after = layer(x, h)
        leaves = [x, *layer.parameters()] if h is None else [x, h, *layer.parameters()]
        results.append((y, after, *torch.autograd.grad((weight * y).sum() + 2 * after.sum(), leaves)))
    torch.testing.assert_close(*results, rtol=tolerance, atol=tolerance)


def test_weights_from_one_seed_are_those_of_torch():
    layers = []
    for kind in (GRULayer, nn.GRU):
        torch.manual_seed(3)
        layers.append(kind(5, 6, batch_first=True).state_dict())
    torch.testing.assert_close(*layers, rtol=0, atol=0)


def test_inputs_are_not_overwritten():
    tensors = inputs(4)
    copies = [tensor.detach().clone() for tensor in tensors]
    gru_recurrence(*tensors).sum().backward()
    assert all(torch.equal(tensor, copy) for tensor, copy in zip(tensors, copies, strict=True))


def test_the_backward_pass_may_run_twice():
    tensors = inputs(4)
    total = gru_recurrence(*tensors).square().sum()
    first = torch.autograd.grad(total, tensors, retain_graph=True)
    torch.testing.assert_close(torch.autograd.grad(total, tensors), first, rtol=0, atol=0)


def test_a_second_derivative_is_refused_rather_than_wrong():
    a, h, U, c = inputs(3)
    (first,) = torch.autograd.grad(gru_recurrence(a, h, U, c).square().sum(), a, create_graph=True)
    with pytest.raises(RuntimeError, match="once_differentiable"):
        first.sum().backward()


@pytest.mark.gpu
def test_a_gpu_runs_torchs_kernel_and_agrees():
    layer = GRULayer(5, 6, batch_first=True)
    x = torch.randn(3, 7, 5)
    expected, _ = layer(x)
    assert layer.kernel != "torch.nn.GRU"
    on_gpu = layer.cuda()
    assert on_gpu.kernel == "torch.nn.GRU"
    torch.testing.assert_close(on_gpu(x.cuda())[0].cpu(), expected, rtol=1e-3, atol=1e-3)
