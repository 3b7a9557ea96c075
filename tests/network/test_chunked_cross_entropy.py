"""The oracle is ``F.cross_entropy`` over whole logits."""

import pytest
import torch
from torch.nn import functional as F

from rnnbench.network import chunked_cross_entropy as module
from rnnbench.network.chunked_cross_entropy import chunked_cross_entropy, token_log_probabilities


@pytest.fixture(params=[(1 << 19, 128), (1, 128), (200, 3)], ids=["whole", "one chunk", "many chunks"])
def chunks(request, monkeypatch):
    logits, rows = request.param
    monkeypatch.setattr(module, "_CHUNK_LOGITS", logits)
    monkeypatch.setattr(module, "_FEWEST_ROWS", rows)


def problem(rows=37, vocabulary=29, width=5, ignored=(), scale=1.0, dtype=torch.float64):
    generator = torch.Generator().manual_seed(1)
    hidden, weight, bias = (
        (scale * torch.randn(shape, generator=generator, dtype=dtype)).requires_grad_()
        for shape in ((rows, width), (vocabulary, width), (vocabulary,))
    )
    target = torch.randint(vocabulary, (rows,), generator=generator)
    target[list(ignored)] = -100
    return hidden, weight, bias, target


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize("ignored", [(), (0, 5, 36)], ids=["all scored", "some ignored"])
@pytest.mark.usefixtures("chunks")
def test_loss_and_gradients_are_those_of_torch(smoothing, ignored):
    hidden, weight, bias, target = problem(ignored=ignored)
    total, count = chunked_cross_entropy(hidden, weight, bias, target, smoothing)
    expected = F.cross_entropy(F.linear(hidden, weight, bias), target, reduction="sum", label_smoothing=smoothing)
    assert count == 37 - len(ignored)
    torch.testing.assert_close(total, expected, rtol=1e-12, atol=0)
    ours = torch.autograd.grad(3 * total, (hidden, weight, bias))
    theirs = torch.autograd.grad(3 * expected, (hidden, weight, bias))
    for our, their in zip(ours, theirs, strict=True):
        torch.testing.assert_close(our, their, rtol=1e-10, atol=1e-12)


@pytest.mark.usefixtures("chunks")
def test_gradients_pass_gradcheck():
    hidden, weight, bias, target = problem(rows=8, vocabulary=6, width=3, ignored=(2,))
    assert torch.autograd.gradcheck(
        lambda *leaves: chunked_cross_entropy(*leaves, target, 0.2)[0], (hidden, weight, bias)
    )


@pytest.mark.usefixtures("chunks")
def test_large_logits_neither_overflow_nor_lose_the_gradient():
    hidden, weight, bias, target = problem(scale=30.0, dtype=torch.float32)
    total, _ = chunked_cross_entropy(hidden, weight, bias, target)
    expected = F.cross_entropy(F.linear(hidden, weight, bias), target, reduction="sum")
    torch.testing.assert_close(total, expected, rtol=1e-5, atol=0)
    ours, theirs = torch.autograd.grad(total, weight), torch.autograd.grad(expected, weight)
    torch.testing.assert_close(ours[0], theirs[0], rtol=1e-4, atol=1e-4)


@pytest.mark.usefixtures("chunks")
def test_a_tied_weight_gets_both_gradients():
    _, weight, bias, target = problem()
    tokens = target.roll(1)
    total, _ = chunked_cross_entropy(F.embedding(tokens, weight), weight, bias, target)
    expected = F.cross_entropy(F.linear(F.embedding(tokens, weight), weight, bias), target, reduction="sum")
    (ours,), (theirs,) = torch.autograd.grad(total, weight), torch.autograd.grad(expected, weight)
    torch.testing.assert_close(ours, theirs, rtol=1e-10, atol=1e-12)


@pytest.mark.usefixtures("chunks")
def test_nothing_to_score_is_zero_with_zero_gradients():
    hidden, weight, bias, target = problem(ignored=range(37))
    total, count = chunked_cross_entropy(hidden, weight, bias, target)
    assert (total.item(), count) == (0.0, 0)
    assert all(not gradient.any() for gradient in torch.autograd.grad(total, (hidden, weight, bias)))


@pytest.mark.usefixtures("chunks")
def test_without_gradients_the_value_is_the_same_to_the_bit():
    problem_ = problem(dtype=torch.float32)
    with torch.no_grad():
        plain = chunked_cross_entropy(*problem_)[0]
    assert torch.equal(plain, chunked_cross_entropy(*problem_)[0].detach())


@pytest.mark.usefixtures("chunks")
def test_under_autocast_the_loss_stays_in_the_precision_of_the_weight():
    hidden, weight, bias, target = problem(dtype=torch.float32)
    with torch.autocast("cpu", torch.bfloat16):
        total, _ = chunked_cross_entropy(hidden.bfloat16(), weight, bias, target)
    expected = F.cross_entropy(F.linear(hidden.bfloat16().float(), weight, bias), target, reduction="sum")
    assert total.dtype == torch.float32
    torch.testing.assert_close(total, expected, rtol=1e-6, atol=0)


@pytest.mark.usefixtures("chunks")
def test_token_log_probabilities_are_zero_where_ignored():
    hidden, weight, bias, target = problem(ignored=(1, 4))
    ours = token_log_probabilities(hidden, weight, bias, target)
    theirs = -F.cross_entropy(F.linear(hidden, weight, bias), target, reduction="none")
    torch.testing.assert_close(ours, theirs.detach(), rtol=1e-12, atol=1e-12)
    assert ours[[1, 4]].tolist() == [0.0, 0.0]
    assert not ours.requires_grad
