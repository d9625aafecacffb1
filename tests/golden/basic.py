#!/usr/bin/env python3
"""What PyTorch computes for the blocks that most networks are made of.

Writes basic.json beside itself, for tests/engine/test-golden-basic.c:

    python3 basic.py      (PyTorch 2.13.0)

A case is an op with its settings in order, inputs and weights with their shapes,
the gradient at its output, and what follows: output, and gradients of inputs and
weights. All in double precision; inputs and weights are multiples of 1/64, so that
a float holds them.

SPDX-License-Identifier: Apache-2.0
"""

import json
import pathlib

import torch
import torch.nn.functional as F

torch.manual_seed(17)
torch.set_default_dtype(torch.float64)
ROWS = 3
cases = []


def values(tensor):
    short = [float(f"{v:.8g}") for v in tensor.detach().flatten().tolist()]
    return [int(v) if v == int(v) else v for v in short]


def drawn(*shape):
    return torch.round(64 * torch.randn(*shape)) / 64


def add(name, op, settings, inputs, weights, function):
    leaves = [t.requires_grad_() for t in inputs + weights]
    y = function(*inputs, *weights)
    dy = drawn(*y.shape)
    found = torch.autograd.grad(y, leaves, dy)
    cases.append({
        "name": name, "op": op, "settings": settings, "rows": y.shape[0],
        "shapes": [list(x.shape[1:]) for x in inputs],
        "x": [values(x) for x in inputs], "w": [values(w) for w in weights],
        "dy": values(dy), "y": values(y),
        "dx": [values(g) for g in found[:len(inputs)]],
        "dw": [values(g) for g in found[len(inputs):]],
    })


def joined(*shapes):
    return [drawn(ROWS, *shape) for shape in shapes]


# --- without weights ---

far = torch.tensor([[-200.0, -30, -9, -2, -0.5, -1 / 64], [1 / 64, 0.5, 2, 9, 30, 200]])
for op, function in ("relu", F.relu), ("tanh", torch.tanh), ("sigmoid", torch.sigmoid):
    add("image", op, [], joined((2, 3, 5)), [], function)
    add("far", op, [], [far.clone()], [], function)
add("image", "flatten", [], joined((2, 3, 4)), [], lambda x: x.flatten(1))
for n in 2, 3:
    add(f"{n}-images", "add", [], joined(*[(2, 3, 3)] * n), [], lambda *x: sum(x))
add("rows", "concat", [], joined((4,), (1,), (3,)), [], lambda *x: torch.cat(x, 1))
add("images", "concat", [], joined((1, 2, 3), (3, 2, 3)), [], lambda *x: torch.cat(x, 1))

# --- with weights ---

for name, shape, settings in ("image", (3, 4, 2), [0.1, 1e-5]), ("rows", (5,), [0.1, 0.01]):
    add(name, "batch-norm", settings, joined(shape), [drawn(shape[0]), drawn(shape[0])],
        lambda x, w, b: F.batch_norm(x, None, None, w, b, True, settings[0], settings[1]))
add("tokens", "class-token", [], joined((4, 3)), [drawn(3)],
    lambda x, w: torch.cat([w.expand(len(x), 1, -1), x], 1))
add("learned", "positional-embedding", [0], joined((4, 3)), [drawn(4, 3)], lambda x, w: x + w)


def convolve(stride, padding):
    return lambda x, w, b: F.conv2d(x, w, b, stride, padding)


for shape, filters, kernel, stride, padding in (
        ((3, 6, 5), 4, 1, 1, 0), ((2, 7, 6), 3, 3, 2, 1), ((1, 9, 8), 5, 5, 1, 2),
        ((9, 4, 6), 10, 3, 1, 1)):
    add(f"{kernel}x{kernel}-stride-{stride}-of-{shape[0]}", "conv2d",
        [filters, kernel, stride, padding, 1, 1], joined(shape),
        [drawn(filters, shape[0], kernel, kernel), drawn(filters)], convolve(stride, padding))

lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
pathlib.Path(__file__).with_suffix(".json").write_text(f"[\n{lines}\n]\n", encoding="utf-8")
