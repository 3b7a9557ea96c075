"""Beam search over any network that gives the log-probabilities of the next token.

Hypotheses are compared by their log-probability divided by the length penalty ((5 + |y|) / 6) ** alpha (Wu et al.
2016, arXiv:1609.08144, equation 14), where |y| counts the end of the sentence. Among equals the lowest beam, then
the lowest token, comes first.

Shapes: A sentences still open, K beams, V vocabulary, N = A * K rows, U tokens so far.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import torch

from rnnbench.network import tree

if TYPE_CHECKING:
    from torch import Tensor

Step = Callable[["Tensor", Any, Any], tuple["Tensor", Any]]
"""``step(token_N, memory, state) -> (log_probability_NV, state)``; -inf for a token that is never written."""


def length_penalty(length: int | Tensor, alpha: float) -> Any:
    """((5 + |y|) / 6) ** alpha."""
    return ((5 + length) / 6) ** alpha


@torch.no_grad()
def beam_search(
    step: Step, memory: Any, longest_B: Tensor, *, bos: int, eos: int, beam: int = 4, alpha: float = 1.0
) -> list[list[int]]:
    """The best hypothesis of each sentence, without ``bos`` and ``eos``.

    Each step keeps the best ``beam`` open hypotheses of a sentence; those of its best ``beam`` candidates that end
    are finished. A sentence is done when ``beam`` hypotheses are finished or no open one can still beat the best of
    them; its rows are dropped. With ``beam=1`` this is greedy decoding.

    Args:
        step: one step of decoding; the state before the first is None.
        memory: what the steps read, one row a sentence in dimension 0.
        longest_B: tokens that a hypothesis may have before its end is written for it (int64, at least 0).
        bos: the first token read.
        eos: the token that ends a hypothesis.
        beam: hypotheses kept, K.
        alpha: exponent of the length penalty, at least 0; 0 compares bare log-probabilities.
    """
    device, sentences = longest_B.device, len(longest_B)
    best: list[list[int]] = [[] for _ in range(sentences)]
    best_score_A = torch.full((sentences,), -torch.inf, device=device)
    finished_A = torch.zeros(sentences, dtype=torch.int64, device=device)
    open_A = torch.arange(sentences, device=device)
    score_AK = torch.zeros(sentences, 1, device=device)
    token_AKU = torch.full((sentences, 1, 1), bos, device=device)
    state = None
    while len(open_A):
        log_probability_NV, state = step(token_AKU[:, :, -1].flatten(), memory, state)
        vocabulary = log_probability_NV.shape[1]
        width, length = score_AK.shape[1], token_AKU.shape[2]
        score_AKV = score_AK.unsqueeze(2) + log_probability_NV.view(-1, width, vocabulary)
        _end_where(longest_B[open_A] < length, score_AKV, eos)
        score_AC, candidate_AC = _best_candidates(score_AKV.flatten(1), 2 * beam)
        parent_AC, next_AC = candidate_AC // vocabulary, candidate_AC % vocabulary

        ends_AC = (next_AC == eos) & (score_AC > -torch.inf)
        ends_AC[:, beam:] = False
        finished_A = finished_A + ends_AC.sum(1)
        ended_score_A, ended_A = score_AC.where(ends_AC, -torch.inf).max(1)
        ended_score_A = ended_score_A / length_penalty(length, alpha)
        for row in (ended_score_A > best_score_A).nonzero().flatten().tolist():
            best[int(open_A[row])] = token_AKU[row, parent_AC[row, ended_A[row]], 1:].tolist()
        best_score_A = torch.maximum(best_score_A, ended_score_A)

        # a stable sort keeps the order of the candidates: the open ones first, those that end behind them
        order_AK = (next_AC == eos).to(torch.int8).sort(dim=1, stable=True).indices[:, :beam]
        parent_AK, next_AK = parent_AC.gather(1, order_AK), next_AC.gather(1, order_AK)
        score_AK = score_AC.where(next_AC != eos, -torch.inf).gather(1, order_AK)
        reach_A = score_AK[:, 0] / length_penalty(longest_B[open_A] + 1, alpha)
        going = ((finished_A < beam) & (reach_A > best_score_A)).nonzero().flatten()

        row_AK = parent_AK + width * torch.arange(len(open_A), device=device).unsqueeze(1)
        state = tree.select(state, row_AK[going].flatten(), tree.STATE_ROWS)
        if len(going) < len(open_A) or width != score_AK.shape[1]:
            memory_row_AK = (going * width).unsqueeze(1).expand(-1, score_AK.shape[1])
            memory = tree.select(memory, memory_row_AK.flatten(), tree.MEMORY_ROWS)
        history_AKU = token_AKU.gather(1, parent_AK.unsqueeze(2).expand(-1, -1, length))
        token_AKU = torch.cat([history_AKU, next_AK.unsqueeze(2)], 2)[going]
        open_A, score_AK = open_A[going], score_AK[going]
        best_score_A, finished_A = best_score_A[going], finished_A[going]
    return best


def _end_where(full_A: Tensor, score_AKV: Tensor, eos: int) -> None:
    """Leave hypotheses of full length no token but the end, in place."""
    if full_A.any():
        end_AK = score_AKV[full_A, :, eos]
        score_AKV[full_A] = -torch.inf
        score_AKV[full_A, :, eos] = end_AK


def _best_candidates(score_AC: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """The best ``count`` scores of each row in falling order and their indices, the lowest index first of equals."""
    count = min(count, score_AC.shape[1])
    value, index = score_AC.topk(count)
    # topk promises nothing about equals: neither which of them it takes at the edge nor their order
    edge = value[:, -1:]
    if (((score_AC >= edge).sum(1) > count) & (edge.squeeze(1) > -torch.inf)).any():
        value, index = score_AC.sort(dim=1, descending=True, stable=True)
        return value[:, :count], index[:, :count]
    index, by_index = index.sort(1)
    value, order = value.gather(1, by_index).sort(dim=1, descending=True, stable=True)
    return value, index.gather(1, order)
