"""Rows of different lengths in one batch, padded on the right. ``lengths`` of None means that all steps are valid.

Legend: B batch, S steps, D width.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from torch import Tensor


def valid_steps(x_BSD: Tensor, lengths_B: Tensor | None) -> Tensor:
    """Which steps are not padding, (B, S) bool, on x's device."""
    batch, steps, _ = x_BSD.shape
    if lengths_B is None:
        return torch.ones(batch, steps, dtype=torch.bool, device=x_BSD.device)
    return torch.arange(steps, device=x_BSD.device) < lengths_B.to(x_BSD.device)[:, None]


def zero_padding(x_BSD: Tensor, lengths_B: Tensor | None) -> Tensor:
    """Zero where a step is padding."""
    return x_BSD if lengths_B is None else x_BSD.masked_fill(~valid_steps(x_BSD, lengths_B)[..., None], 0.0)


def last_valid(x_BSD: Tensor, lengths_B: Tensor | None) -> Tensor:
    """Each row's last step that is not padding, (B, D)."""
    if lengths_B is None:
        return x_BSD[:, -1]
    rows_B = torch.arange(x_BSD.shape[0], device=x_BSD.device)
    return x_BSD[rows_B, lengths_B.to(x_BSD.device) - 1]


def mean_valid(x_BSD: Tensor, lengths_B: Tensor | None) -> Tensor:
    """The mean of each row's valid steps, (B, D)."""
    steps_B1 = valid_steps(x_BSD, lengths_B).sum(1, keepdim=True)
    return zero_padding(x_BSD, lengths_B).sum(1) / steps_B1


def max_valid(x_BSD: Tensor, lengths_B: Tensor | None) -> Tensor:
    """The largest of each row's valid steps, unit by unit, (B, D)."""
    return x_BSD.masked_fill(~valid_steps(x_BSD, lengths_B)[..., None], -torch.inf).amax(1)


def reverse_valid(x_BSD: Tensor, lengths_B: Tensor | None) -> Tensor:
    """Each row's valid steps in reverse order; padding stays where it is. Its own inverse."""
    if lengths_B is None:
        return x_BSD.flip(1)
    batch, steps, width = x_BSD.shape
    step_S = torch.arange(steps, device=x_BSD.device)
    mirrored_BS = lengths_B.to(x_BSD.device)[:, None] - 1 - step_S
    source_BS = torch.where(mirrored_BS >= 0, mirrored_BS, step_S)
    first_B1 = steps * torch.arange(batch, device=x_BSD.device)[:, None]
    rows_ND = x_BSD.reshape(batch * steps, width)  # whole rows are copied: faster than a gather of elements
    return rows_ND.index_select(0, (first_B1 + source_BS).flatten()).view(batch, steps, width)
