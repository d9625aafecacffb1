#!/usr/bin/env python3
"""What PyTorch computes for the normalisation and sequence blocks.

Writes sequence.json beside itself, for tests/engine/test-golden-sequence.c:

    python3 sequence.py      (PyTorch 2.13.0)

A case is an op with its settings in order, inputs and weights with their shapes,
the gradient at its output, and what follows: output, and gradients of inputs
(null where there is none) and weights.
"""

import json
import os

import torch
from torch import nn

torch.manual_seed(7)
cases = []


def values(tensor):
    return [float(f"{v:.8g}") for v in tensor.detach().double().flatten().tolist()]


def add(op, settings, inputs, weights, y, name):
    dy = torch.randn_like(y)
    leaves = [x for x in inputs if x.requires_grad] + list(weights)
    found = torch.autograd.grad(y, leaves, dy)
    n_x = len(leaves) - len(weights)
    dx = iter(found[:n_x])
    cases.append({
        "name": name, "op": op, "settings": settings, "rows": y.shape[0],
        "shapes": [list(x.shape[1:]) for x in inputs],
        "x": [values(x) for x in inputs],
        "w": [values(w) for w in weights],
        "dy": values(dy), "y": values(y),
        "dx": [values(next(dx)) if x.requires_grad else None for x in inputs],
        "dw": [values(g) for g in found[n_x:]],
    })


def drawn(*shape):
    return torch.randn(*shape, requires_grad=True)


def redraw(module):
    """Weights and biases that are neither one nor zero."""
    for p in module.parameters():
        nn.init.uniform_(p, -0.7, 0.7)
    return list(module.parameters())


def linear():
    m, x = nn.Linear(5, 4), drawn(2, 3, 5)
    add("dense", [4], [x], redraw(m), m(x), "Linear on tokens")


def norms():
    m, x = nn.LayerNorm(6), drawn(2, 3, 6)
    add("layer-norm", [1e-5], [x], redraw(m), m(x), "LayerNorm on tokens")
    m, x = nn.LayerNorm(11, eps=0.01), drawn(3, 11)
    add("layer-norm", [0.01], [x], redraw(m), m(x), "LayerNorm on a row")
    m, x = nn.GroupNorm(2, 6), drawn(2, 6, 2, 3)
    add("group-norm", [2, 1e-5], [x], redraw(m), m(x), "GroupNorm")


def embeddings():
    m, x = nn.Embedding(5, 3), torch.tensor([[4, 0, 2, 2], [1, 1, 0, 2]])
    add("embedding", [5, 3, -1], [x], redraw(m), m(x), "Embedding")
    m = nn.Embedding(5, 3, padding_idx=0)
    w = redraw(m)
    nn.init.zeros_(w[0][0:1])
    add("embedding", [5, 3, 0], [x], w, m(x), "Embedding with padding_idx")
    m, x = nn.Embedding(4100, 32, padding_idx=0), torch.tensor([[3000, 0, 4099], [1, 3000, 7]])
    nn.init.zeros_(m.weight)
    with torch.no_grad():
        m.weight[torch.tensor([1, 7, 3000, 4099])] = torch.randn(4, 32)
    add("embedding", [4100, 32, 0], [x], [m.weight], m(x), "Embedding of many tokens")


def patches():
    m, x = nn.Conv2d(2, 5, 3, stride=3), drawn(2, 2, 6, 9)
    add("patch-embedding", [3, 5], [x], redraw(m), m(x).flatten(2).transpose(1, 2), "Conv2d")


def attention(width, heads, rows, tokens, padding=None, causal=False, name=""):
    m = nn.MultiheadAttention(width, heads, batch_first=True)
    x = drawn(rows, tokens, width)
    weights = redraw(m)
    mask = torch.triu(torch.ones(tokens, tokens, dtype=torch.bool), 1) if causal else None
    hidden = None if padding is None else padding == 0
    y = m(x, x, x, key_padding_mask=hidden, attn_mask=mask, need_weights=False)[0]
    add("attention", [heads, 0, int(causal)], [x] + ([] if padding is None else [padding]),
        weights, y, "MultiheadAttention" + name)


def attentions():
    attention(6, 2, 2, 4)
    attention(4, 1, 2, 3, causal=True, name=", causal")
    attention(6, 3, 3, 5, torch.tensor([[3, 1, 0, 2, 0], [1, 1, 1, 1, 1], [0, 0, 2, 0, 0]]),
              name=", padded")
    attention(4, 2, 2, 4, torch.tensor([[3, 1, 0, 0], [1, 0, 2, 2]]), True, ", padded and causal")


def recurrent():
    m, x = nn.GRU(3, 4, batch_first=True), drawn(2, 5, 3)
    add("gru", [4, 0], [x], redraw(m), m(x)[0], "GRU")
    m, x = nn.GRU(2, 3, batch_first=True, bidirectional=True), drawn(3, 4, 2)
    add("gru", [3, 1], [x], redraw(m), m(x)[0], "GRU, bidirectional")


for make in (linear, norms, embeddings, patches, attentions, recurrent):
    make()

for case in cases:
    # Most rows of a large table are zero: what is not, and where.
    for key in ("w", "dw"):
        case[key] = [v if len(v) < 1000 else
                     {"n": len(v), "at": [i for i in range(len(v)) if v[i] != 0.0],
                      "values": [u for u in v if u != 0.0]} for v in case[key]]

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "sequence.json"), "w",
          encoding="utf-8") as file:
    file.write("[\n" + ",\n".join(json.dumps(c) for c in cases) + "\n]\n")
