"""The hand-written recurrence and its backward pass."""

from __future__ import annotations

import pytest
import torch

from rnnbench_models.one_buffer import tanh_recurrence


def inputs(steps, dtype=torch.float64):
    shapes = [(steps, 3, 4), (3, 4), (4, 4)]
    return [torch.randn(shape, dtype=dtype, requires_grad=True) for shape in shapes]


def by_autograd(a, q, R, alpha):
    h = []
    for a_t in a:
        h.append(torch.tanh(a_t + q))
        q = alpha * q + h[-1] @ R.T
    return torch.stack(h)


@pytest.mark.parametrize("alpha", [0.0, 0.6])
@pytest.mark.parametrize("steps", [1, 2, 5])
def test_gradients_agree_with_finite_differences(steps, alpha):
    assert torch.autograd.gradcheck(lambda *tensors: tanh_recurrence(*tensors, alpha), inputs(steps))


@pytest.mark.parametrize("alpha", [0.0, 0.6])
def test_values_and_gradients_agree_with_autograd(alpha):
    tensors = inputs(7)
    weight = torch.randn(7, 3, 4, dtype=torch.float64)
    ours, theirs = tanh_recurrence(*tensors, alpha), by_autograd(*tensors, alpha)
    torch.testing.assert_close(ours, theirs, rtol=1e-12, atol=1e-12)
    gradients = [torch.autograd.grad((weight * h).sum(), tensors) for h in (ours, theirs)]
    torch.testing.assert_close(*gradients, rtol=1e-12, atol=1e-12)


def test_inputs_are_not_overwritten():
    tensors = inputs(4)
    copies = [tensor.detach().clone() for tensor in tensors]
    tanh_recurrence(*tensors, 0.5).sum().backward()
    assert all(torch.equal(tensor, copy) for tensor, copy in zip(tensors, copies, strict=True))


def test_a_second_derivative_is_refused_rather_than_wrong():
    a, q, R = inputs(3)
    (first,) = torch.autograd.grad(tanh_recurrence(a, q, R).square().sum(), a, create_graph=True)
    with pytest.raises(RuntimeError, match="once_differentiable"):
        first.sum().backward()
