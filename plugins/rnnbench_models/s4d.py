"""The diagonal state space model S4D: for each of the D channels a linear system of N states of its own.

    x'(t) = A x(t) + B u(t)             A = diag(a_1 .. a_N), complex; B = 1
    y(t)  = Re(C x(t)) + E u(t)         E is the paper's D

sampled with a learned time step Δ a channel by zero-order hold:

    Ā = exp(Δ A),   B̄ = A^-1 (Ā - 1) B
    x_t = Ā x_{t-1} + B̄ u_t,   y_t = Re(C x_t) + E u_t

Albert Gu, Ankit Gupta, Karan Goel and Christopher Re, On the parameterization and initialization of diagonal state
space models, NeurIPS 2022. The states come in conjugate pairs, of which one is computed, twice its real part: N is
twice ``pairs``. Re a_n = -exp(.) keeps the system stable, and starts at -1/2; Im a_n starts, for n = 0, 1, ..., at

    lin: π n        inv: (N / π) (N / (2n + 1) - 1)

As in the paper, channels are mixed by a gated linear map in a residual block with a norm before it:

    u <- u + GLU(W gelu(S4D(LN(u))) + b)        y = LN(u) after the last block

A sequence is read as a convolution with K_l = Re(C Ā^l B̄), by FFT; what the state before it adds is Re(C Ā^t x_0), and
the state after it the same powers' sum: nothing of size T x N is kept for a row. A single step is the recurrence.

Legend: N conjugate pairs; R a real and an imaginary part, since state counts as real numbers.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import torch
from torch import nn
from torch.nn import functional

from rnnbench import Family, Knob, Model, Role, check_choices, check_fraction, check_whole
from rnnbench_models.initialisation import xavier
from rnnbench_models.residual import ResidualStack

if TYPE_CHECKING:
    from torch import Tensor

SHORTEST_STEP, LONGEST_STEP = 1e-3, 1e-1
"""Between these Δ starts, uniform on the log."""


@dataclass(frozen=True, kw_only=True)
class S4D(Model):
    """Gu et al. (2022). ``pairs`` of None is half the width: N = D. ``spectrum`` is where the frequencies start."""

    name = "s4d"
    paper = "Gu et al. 2022, On the parameterization and initialization of diagonal state space models"
    family = Family.RECURRENT
    roles = frozenset({Role.CAUSAL})
    fine = Knob("pairs", 1, 0.25, 0.75)

    layers: int = 2
    pairs: int | None = None
    spectrum: Literal["lin", "inv"] = "lin"
    dropout: float = 0.0

    def __post_init__(self) -> None:
        check_whole(self, "width", "layers", "pairs")
        check_fraction(self, "dropout")
        check_choices(self)

    def build(self, role: Role) -> nn.Module:
        """The blocks: ``(u_BTD, state=None) -> (y_BTD, state)``; the state is each block's x, (D, B, N, 2)."""
        return ResidualStack(self.width, (S4DBlock(self) for _ in range(self.layers)))


class S4DBlock(nn.Module):
    """u + GLU(W gelu(S4D(LN(u))) + b)."""

    def __init__(self, model: S4D) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(model.width)
        self.system = StateSpace(model.width, model.pairs or max(1, model.width // 2), model.spectrum)
        self.mix = xavier(model.width, model.width, blocks=2, gain=model.layers**-0.5)
        self.dropout = model.dropout

    def forward(self, u_BTD: Tensor, x_DBNR: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Read T steps on from the state (None: zero)."""
        y_BTD, x_DBNR = self.system(self.norm(u_BTD), x_DBNR)
        branch_BTD = functional.glu(self.mix(functional.gelu(y_BTD)), dim=-1)
        return u_BTD + functional.dropout(branch_BTD, self.dropout, self.training), x_DBNR


class StateSpace(nn.Module):
    """The D systems; their parameters are log Δ, log(-Re A), Im A, 2 C and E."""

    kernel = "FFT convolution"

    def __init__(self, width: int, pairs: int, spectrum: Literal["lin", "inv"]) -> None:
        super().__init__()
        n = torch.arange(pairs, dtype=torch.get_default_dtype())
        states = 2 * pairs
        frequency_N = math.pi * n if spectrum == "lin" else states / math.pi * (states / (2 * n + 1) - 1)
        low, high = math.log(SHORTEST_STEP), math.log(LONGEST_STEP)
        self.log_step_D = nn.Parameter(low + (high - low) * torch.rand(width))
        self.log_decay_DN = nn.Parameter(torch.full((width, pairs), math.log(0.5)))
        self.frequency_DN = nn.Parameter(frequency_N.repeat(width, 1))
        self.C_DNR = nn.Parameter(math.sqrt(2) * torch.randn(width, pairs, 2))
        self.E_D = nn.Parameter(torch.randn(width))

    def forward(self, u_BTD: Tensor, x_DBNR: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Read T steps on from the state (None: zero)."""
        a_DN = torch.complex(-self.log_decay_DN.exp(), self.frequency_DN)
        exponent_DN = self.log_step_D.exp()[:, None] * a_DN
        B_DN = torch.expm1(exponent_DN) / a_DN
        C_DN = torch.view_as_complex(self.C_DNR)
        x_DBN = None if x_DBNR is None else torch.view_as_complex(x_DBNR)
        u_DBT = u_BTD.permute(2, 0, 1)
        read = self._step if u_BTD.shape[1] == 1 else self._convolve
        y_DBT, x_DBN = read(u_DBT, x_DBN, exponent_DN, B_DN, C_DN)
        y_DBT = y_DBT + self.E_D[:, None, None] * u_DBT
        return y_DBT.permute(1, 2, 0), torch.view_as_real(x_DBN)

    def _step(
        self, u_DB1: Tensor, x_DBN: Tensor | None, exponent_DN: Tensor, B_DN: Tensor, C_DN: Tensor
    ) -> tuple[Tensor, Tensor]:
        """The recurrence, once."""
        after_DBN = B_DN[:, None] * u_DB1
        if x_DBN is not None:
            after_DBN = after_DBN + exponent_DN.exp()[:, None] * x_DBN
        return (C_DN[:, None] * after_DBN).sum(-1, keepdim=True).real, after_DBN

    def _convolve(
        self, u_DBT: Tensor, x_DBN: Tensor | None, exponent_DN: Tensor, B_DN: Tensor, C_DN: Tensor
    ) -> tuple[Tensor, Tensor]:
        """All steps at once, by the powers of Ā from 0 to T."""
        steps = u_DBT.shape[-1]
        power = torch.arange(steps + 1, device=u_DBT.device, dtype=u_DBT.dtype)
        powers_DNT = torch.exp(exponent_DN[..., None] * power)
        kernel_DT = ((C_DN * B_DN)[:, None] @ powers_DNT[..., :-1]).real[:, 0]
        spectrum_DBF = torch.fft.rfft(kernel_DT, 2 * steps)[:, None] * torch.fft.rfft(u_DBT, 2 * steps)
        y_DBT = torch.fft.irfft(spectrum_DBF, 2 * steps)[..., :steps]
        ages_DT2N = torch.view_as_real(powers_DNT[..., :-1].transpose(1, 2).contiguous()).flatten(2)
        read_DB2N = u_DBT.flip(-1) @ ages_DT2N
        after_DBN = B_DN[:, None] * torch.view_as_complex(read_DB2N.view(*u_DBT.shape[:2], -1, 2))
        if x_DBN is not None:
            y_DBT = y_DBT + ((C_DN[:, None] * x_DBN) @ powers_DNT[..., 1:]).real
            after_DBN = after_DBN + powers_DNT[:, None, :, -1] * x_DBN
        return y_DBT, after_DBN
