"""The architectures' equations once more, slow and literal: one row, one step, one gate at a time.

Nothing here is shared with the models but their parameters, which are looked up by name.
"""

from __future__ import annotations

import math

import torch


def elman_layer(p, x_BTI, state=None, nonlinearity=torch.tanh):
    W, U, b = p["weight_ih_l0"], p["weight_hh_l0"], p["bias_ih_l0"] + p["bias_hh_l0"]
    h = torch.zeros(len(x_BTI), len(U), dtype=x_BTI.dtype) if state is None else state[0]
    y = []
    for t in range(x_BTI.shape[1]):
        h = nonlinearity(x_BTI[:, t] @ W.T + h @ U.T + b)
        y.append(h)
    return torch.stack(y, dim=1), h[None]


def jordan_layer(p, x_BTI, state=None, alpha=0.0):
    W, b, V, U, c = p["W.weight"], p["W.bias"], p["V.weight"], p["U.weight"], p["U.bias"]
    z = torch.zeros(len(x_BTI), len(U), dtype=x_BTI.dtype) if state is None else state[0]
    outputs = []
    for t in range(x_BTI.shape[1]):
        h = torch.tanh(x_BTI[:, t] @ W.T + z @ V.T + b)
        y = h @ U.T + c
        z = alpha * z + y
        outputs.append(y)
    return torch.stack(outputs, dim=1), z[None]


def lstm_layer(p, x_BTI, state=None):
    W_i, W_f, W_g, W_o = p["weight_ih_l0"].chunk(4)
    U_i, U_f, U_g, U_o = p["weight_hh_l0"].chunk(4)
    b_i, b_f, b_g, b_o = (p["bias_ih_l0"] + p["bias_hh_l0"]).chunk(4)
    if state is None:
        h = c = torch.zeros(len(x_BTI), U_i.shape[1], dtype=x_BTI.dtype)
    else:
        h, c = state[0][0], state[1][0]
    y = []
    for t in range(x_BTI.shape[1]):
        x = x_BTI[:, t]
        i = torch.sigmoid(x @ W_i.T + h @ U_i.T + b_i)
        f = torch.sigmoid(x @ W_f.T + h @ U_f.T + b_f)
        g = torch.tanh(x @ W_g.T + h @ U_g.T + b_g)
        o = torch.sigmoid(x @ W_o.T + h @ U_o.T + b_o)
        c = f * c + i * g
        h = o * torch.tanh(c)
        y.append(h)
    return torch.stack(y, dim=1), (h[None], c[None])


def gru_layer(p, x_BTI, state=None):
    W_r, W_z, W_n = p["weight_ih_l0"].chunk(3)
    U_r, U_z, U_n = p["weight_hh_l0"].chunk(3)
    b_r, b_z, b_n = p["bias_ih_l0"].chunk(3)
    d_r, d_z, c_n = p["bias_hh_l0"].chunk(3)
    h = torch.zeros(len(x_BTI), U_r.shape[1], dtype=x_BTI.dtype) if state is None else state[0]
    y = []
    for t in range(x_BTI.shape[1]):
        x = x_BTI[:, t]
        r = torch.sigmoid(x @ W_r.T + h @ U_r.T + b_r + d_r)
        z = torch.sigmoid(x @ W_z.T + h @ U_z.T + b_z + d_z)
        n = torch.tanh(x @ W_n.T + b_n + r * (h @ U_n.T + c_n))
        h = (1 - z) * n + z * h
        y.append(h)
    return torch.stack(y, dim=1), h[None]


def below(p, prefix):
    """The parameters of one sub-module."""
    return {name.removeprefix(prefix): value for name, value in p.items() if name.startswith(prefix)}


def stack(layer, p, x, state=None, layers=2, prefix="layers."):
    """Layers on top of each other."""
    states = []
    for index in range(layers):
        x, after = layer(below(p, f"{prefix}{index}."), x, None if state is None else state[index])
        states.append(after)
    return x, tuple(states)


def bidirectional(layer, p, x_BSD, lengths, layers=2):
    """Row by row, without padding. Returns the rows' outputs and the summaries of their ends."""
    outputs, summaries = [], []
    for row, length in zip(x_BSD, lengths, strict=True):
        x = row[None, :length]
        for index in range(layers):
            forwards, _ = layer(below(p, f"layers.{index}.forwards."), x)
            backwards, _ = layer(below(p, f"layers.{index}.backwards."), x.flip(1))
            backwards = backwards.flip(1)
            x = torch.cat((forwards, backwards), dim=-1)
        outputs.append(x[0])
        summaries.append(torch.cat((forwards[0, -1], backwards[0, 0])))
    return outputs, torch.stack(summaries)


def affine(p, name, x):
    """A linear map by its name."""
    y = x @ p[f"{name}.weight"].T
    return y + p[f"{name}.bias"] if f"{name}.bias" in p else y


def attention_seq2seq(layer, p, model, source, target):
    """One unpadded row: source (S, D), target (T, D) -> (T, D)."""
    p_encoder, p = below(p, "encoder.core."), below(p, "decoder.")
    h, _ = stack(layer, p_encoder, source[None], layers=model.layers)
    h = h[0]

    def step(x, state):
        s, state = stack(layer, p, x[None, None], state, model.layers, "layers.layers.")
        return s[0, 0], state

    s, state = step(affine(p, "bridge", h[-1]), None)
    z, outputs = torch.zeros_like(s), []
    for y in target:
        if model.attention == "bahdanau":
            score = [p["v.weight"][0] @ torch.tanh(affine(p, "W", s) + affine(p, "U", h_j)) for h_j in h]
            c = context(score, h)
            s, state = step(torch.cat((y, c)), state)
        else:
            s, state = step(torch.cat((y, z)) if model.input_feeding else y, state)
            query = s if model.attention == "luong-dot" else affine(p, "W", s)
            score = [query @ h_j for h_j in h]
            c = (
                local_context(p, model.half_width, s, score, h)
                if model.attention == "luong-local"
                else context(score, h)
            )
        z = torch.tanh(affine(p, "W_c", torch.cat((s, c))))
        outputs.append(z)
    return torch.stack(outputs)


def context(score, h):
    """The mean of h under the softmax of the scores."""
    total = sum(torch.exp(e) for e in score)
    return sum(torch.exp(e) / total * h_j for e, h_j in zip(score, h, strict=True))


def local_context(p, half_width, s, score, h):
    """Luong's local-p: a window around a predicted position, source steps counted from 1."""
    position = len(h) * torch.sigmoid(p["local.v.weight"][0] @ torch.tanh(affine(p, "local.W", s)))
    seen = [j for j in range(1, len(h) + 1) if position - half_width <= j <= position + half_width]
    sigma = half_width / 2
    near = {j: torch.exp(-((j - position) ** 2) / (2 * sigma**2)) for j in seen}
    return context([score[j - 1] for j in seen], [near[j] * h[j - 1] for j in seen])


def layer_norm(p, name, x):
    centred = x - x.mean(-1, keepdim=True)
    return centred / torch.sqrt((centred**2).mean(-1, keepdim=True) + 1e-5) * p[f"{name}.weight"] + p[f"{name}.bias"]


def turned(vector, position):
    """Rotary position of one head's vector, pair by pair."""
    half = len(vector) // 2
    angle = [position * 10000 ** (-2 * i / len(vector)) for i in range(half)]
    first = [vector[i] * math.cos(a) - vector[half + i] * math.sin(a) for i, a in enumerate(angle)]
    second = [vector[i] * math.sin(a) + vector[half + i] * math.cos(a) for i, a in enumerate(angle)]
    return torch.stack(first + second)


def heads_of(vector, heads):
    return vector.view(heads, -1)


def attend(queries, keys, values, heads, sees):
    """Position by position and head by head; ``sees(t)`` lists the keys of query t."""
    rows = []
    for t, query in enumerate(queries):
        parts = []
        for head in range(heads):
            q = heads_of(query, heads)[head]
            score = [q @ heads_of(keys[j], heads)[head] / math.sqrt(len(q)) for j in sees(t)]
            parts.append(context(score, [heads_of(values[j], heads)[head] for j in sees(t)]))
        rows.append(torch.cat(parts))
    return torch.stack(rows)


def turned_rows(rows, heads):
    return torch.stack([torch.cat([turned(h, t) for h in heads_of(row, heads)]) for t, row in enumerate(rows)])


def sinusoid(position, width):
    angle = [position / 10000 ** (2 * (i // 2) / width) for i in range(width)]
    return torch.tensor([math.cos(a) if i % 2 else math.sin(a) for i, a in enumerate(angle)], dtype=torch.float64)


def placed(p, model, x):
    """One row with its absolute positions."""
    if model.positions == "rotary":
        return x
    rows = [sinusoid(t, x.shape[1]).to(x) if model.positions == "sinusoidal" else p["positions.table_ND"][t]
            for t in range(len(x))]  # fmt: skip
    return x * math.sqrt(x.shape[1]) + torch.stack(rows)


def transformer_blocks(p, model, x, sees, source=None):
    """One unpadded row (T, D) through the blocks and the last norm."""
    heads, turn = model.heads, turned_rows if model.positions == "rotary" else (lambda rows, _: rows)
    x = placed(p, model, x)
    for index in range(model.layers):
        b = below(p, f"blocks.{index}.")

        def self_attention(x, b=b):
            q, k, v = affine(b, "self_attention.query_key_value", x).chunk(3, dim=-1)
            return affine(b, "self_attention.output", attend(turn(q, heads), turn(k, heads), v, heads, sees))

        def cross(x, b=b):
            k, v = affine(b, "cross.key_value", source).chunk(2, dim=-1)
            mixed = attend(affine(b, "cross.query", x), k, v, heads, lambda _: range(len(source)))
            return affine(b, "cross.output", mixed)

        def feedforward(x, b=b):
            inner = affine(b, "feedforward.up", x)
            return affine(b, "feedforward.down", inner * 0.5 * (1 + torch.erf(inner / math.sqrt(2))))

        branches = {"self_norm": self_attention, "cross_norm": cross, "feedforward_norm": feedforward}
        for norm, branch in branches.items():
            if branch is cross and source is None:
                continue
            x = x + branch(layer_norm(b, norm, x)) if model.norm == "pre" else layer_norm(b, norm, x + branch(x))
    return layer_norm(p, "norm", x) if model.norm == "pre" else x


def in_band(context):
    """What a causal position sees: itself and the context - 1 before it."""
    return lambda t: range(max(0, t - context + 1), t + 1)
