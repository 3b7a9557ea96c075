"""The equations of the models beyond the classic seven, slow and literal, as in ``literal``."""

from __future__ import annotations

import literal
import torch


def min_gru_layer(p, x_BTI, state=None):
    W_z, W_h = p["W.weight"].chunk(2)
    b_z, b_h = p["W.bias"].chunk(2)
    h = torch.zeros(len(x_BTI), len(W_z), dtype=x_BTI.dtype) if state is None else state[0]
    y = []
    for t in range(x_BTI.shape[1]):
        z = torch.sigmoid(x_BTI[:, t] @ W_z.T + b_z)
        h = (1 - z) * h + z * (x_BTI[:, t] @ W_h.T + b_h)
        y.append(h)
    return torch.stack(y, dim=1), h[None]


def ind_rnn_layer(p, x_BTI, state=None):
    W, b, u = p["W.weight"], p["W.bias"], p["u_O"]
    h = torch.zeros(len(x_BTI), len(u), dtype=x_BTI.dtype) if state is None else state[0]
    y = []
    for t in range(x_BTI.shape[1]):
        h = torch.relu(x_BTI[:, t] @ W.T + u * h + b)
        y.append(h)
    return torch.stack(y, dim=1), h[None]


def convolution(weight_OIk, b_O, dilation, x_BTI, past_PBI):
    """Tap by tap over the past inputs and x."""
    taps, batch = weight_OIk.shape[2], len(x_BTI)
    reach = (taps - 1) * dilation
    if past_PBI is None:
        past_PBI = torch.zeros(reach, batch, x_BTI.shape[2], dtype=x_BTI.dtype)
    x = [*past_PBI, *x_BTI.unbind(1)]
    y = [
        b_O + sum(x[t - dilation * i] @ weight_OIk[:, :, taps - 1 - i].T for i in range(taps))
        for t in range(reach, len(x))
    ]
    past = torch.stack(x[len(x) - reach :]) if reach else past_PBI
    return torch.stack(y, dim=1), past


def normalised(p, name):
    """W = g v / ||v||, one norm an output channel."""
    g, v = (p[f"{name}.conv.parametrizations.weight.original{index}"] for index in (0, 1))
    return torch.stack([g_o * v_o / torch.sqrt((v_o**2).sum()) for g_o, v_o in zip(g, v, strict=True)])


def tcn(p, model, x, state=None):
    after = []
    for index in range(model.layers):
        b, past = literal.below(p, f"layers.{index}."), (None, None) if state is None else state[index]
        h, first = convolution(normalised(b, "first"), b["first.conv.bias"], 2**index, x, past[0])
        y, second = convolution(
            normalised(b, "second"), b["second.conv.bias"], 2**index, torch.clamp(h, min=0), past[1]
        )
        x = torch.clamp(x + torch.clamp(y, min=0), min=0)
        after.append((first, second))
    return x, tuple(after)


def s4d(p, model, u, state=None):
    after = []
    for index in range(model.layers):
        b = literal.below(p, f"blocks.layers.{index}.")
        y, x = state_space(literal.below(b, "system."), literal.layer_norm(b, "norm", u), state and state[index])
        y = y * 0.5 * (1 + torch.erf(y / 2**0.5))
        value, gate = literal.affine(b, "mix", y).chunk(2, dim=-1)
        u = u + value * torch.sigmoid(gate)
        after.append(x)
    return literal.layer_norm(p, "norm", u), tuple(after)


def state_space(p, u_BTD, x_DBNR=None):
    """x_t = Ā x_{t-1} + B̄ u_t; y_t = Re(C x_t) + E u_t, one channel at a time."""
    outputs, states = [], []
    for d in range(u_BTD.shape[2]):
        a = torch.complex(-torch.exp(p["log_decay_DN"][d]), p["frequency_DN"][d])
        step = torch.exp(p["log_step_D"][d])
        a_bar = torch.exp(step * a)
        b_bar = (a_bar - 1) / a
        c = torch.complex(p["C_DNR"][d, :, 0], p["C_DNR"][d, :, 1])
        x = 0 * a if x_DBNR is None else torch.complex(x_DBNR[d, :, :, 0], x_DBNR[d, :, :, 1])
        y = []
        for t in range(u_BTD.shape[1]):
            u = u_BTD[:, t, d]
            x = a_bar * x + b_bar * u[:, None]
            y.append((x * c).sum(-1).real + p["E_D"][d] * u)
        outputs.append(torch.stack(y, dim=1))
        states.append(torch.stack((x.real, x.imag), dim=-1))
    return torch.stack(outputs, dim=2), torch.stack(states)


def convolutional_lstm(p, model, x, state=None):
    past, layers = state or (None, None)
    c, past = convolution(p["convolution.conv.weight"], p["convolution.conv.bias"], 1, x, past)
    y, layers = literal.stack(literal.lstm_layer, p, torch.relu(c), layers, model.layers, "layers.layers.")
    return y, (past, layers)


def alternating(p, model, x, state=None):
    """LSTM layers alternating with attention within a band; the cache stands before x."""
    after = []
    for index in range(model.layers):
        b = literal.below(p, f"blocks.layers.{index}.")
        recurrent, cache = (None, None) if state is None else state[index]
        h, recurrent = literal.lstm_layer(
            literal.below(b, "recurrent."), literal.layer_norm(b, "recurrent_norm", x), recurrent
        )
        x = x + literal.affine(b, "V", h)
        rows, keys, values = [], [], []
        for row, normed in enumerate(literal.layer_norm(b, "attention_norm", x)):
            q, k, v = literal.affine(b, "attention.query_key_value", normed).chunk(3, dim=-1)
            if cache is not None:
                k, v = (torch.cat((part[:, row].transpose(0, 1).flatten(1), new))
                        for part, new in zip(cache, (k, v), strict=True))  # fmt: skip
            sees = [literal.in_band(model.context)(t) for t in range(len(k) - len(q), len(k))]
            mixed = literal.attend(q, k, v, model.heads, sees.__getitem__)
            rows.append(literal.affine(b, "attention.output", mixed))
            keys.append(k)
            values.append(v)
        x = x + torch.stack(rows)
        after.append((recurrent, tuple(kept(torch.stack(part), model) for part in (keys, values))))
    return literal.layer_norm(p, "norm", x), tuple(after)


def kept(part_BND, model):
    """The last C - 1 positions, (H, B, N, d)."""
    first = max(0, part_BND.shape[1] - (model.context - 1))
    return part_BND[:, first:].unflatten(-1, (model.heads, -1)).permute(2, 0, 1, 3)
