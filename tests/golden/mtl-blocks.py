#!/usr/bin/env python3
"""What PyTorch computes for the blocks that mix the features of tasks.

Writes mtl-blocks.json beside itself, for tests/engine/test-golden-mtl-blocks.c:

    python3 mtl-blocks.py      (PyTorch 2.13.0)

A case is an op with its settings in order, inputs and weights with their shapes,
the gradient at its output, and what follows: output, and gradients of inputs and
weights. All in double precision; inputs and weights are multiples of 1/64, so that
a float holds them.

SPDX-License-Identifier: Apache-2.0
"""

import json
import math
import os

import torch

torch.manual_seed(13)
torch.set_default_dtype(torch.float64)
cases = []


def values(tensor):
    return [float(f"{v:.8g}") for v in tensor.detach().flatten().tolist()]


def drawn(*shape, spread=1.0):
    return torch.round(64 * spread * torch.randn(*shape)) / 64


def add(name, op, settings, inputs, weights, function, penalty=None):
    leaves = [t.requires_grad_() for t in inputs + weights]
    y = function(inputs[0], inputs[1:], *weights)
    dy = drawn(*y.shape)
    extra = torch.zeros(()) if penalty is None else penalty(inputs[0], inputs[1:], *weights)
    found = torch.autograd.grad((y * dy).sum() + extra, leaves, allow_unused=True)
    found = [torch.zeros_like(t) if g is None else g for g, t in zip(found, leaves)]
    cases.append({
        "name": name, "op": op, "settings": settings, "rows": y.shape[0],
        "shapes": [list(x.shape[1:]) for x in inputs],
        "x": [values(x) for x in inputs], "w": [values(w) for w in weights],
        "dy": values(dy), "y": values(y), **({} if penalty is None else {"penalty": extra.item()}),
        "dx": [values(g) for g in found[:len(inputs)]],
        "dw": [values(g) for g in found[len(inputs):]],
    })


def by_token(x, experts):
    return x.dim() == 3 and experts[0].dim() == 3 and x.shape[1] == experts[0].shape[1]


def seen(x, experts):
    return x if by_token(x, experts) else x.flatten(1)


def mix(g, experts):
    """Of gates rows × experts or rows × tokens × experts."""
    stack = torch.stack(experts)
    while g.dim() < stack.dim():
        g = g.unsqueeze(-2)
    return (g.movedim(-1, 0) * stack).sum(0)


# --- gate ---

def gate(x, experts, weight, bias):
    z = torch.nn.functional.linear(seen(x, experts), weight, bias)
    return mix(torch.softmax(z, -1), experts)


def add_gate(name, rows, x, expert, n):
    add(name, "gate", [], [drawn(rows, *x)] + [drawn(rows, *expert) for _ in range(n)],
        [drawn(n, x[-1] if len(x) == 2 and len(expert) == 2 else math.prod(x)), drawn(n)], gate)


add_gate("rows", 3, [7], [4], 3)
add_gate("images", 2, [2, 3, 3], [2, 2, 2], 2)
add_gate("tokens", 2, [4, 5], [4, 3], 3)


# --- top-k-gate ---

def best_gates(k, x, experts, weight):
    z = torch.nn.functional.linear(seen(x, experts), weight)
    best = torch.sort(z, dim=-1, descending=True, stable=True).indices[..., :k]
    return torch.zeros_like(z).scatter(-1, best, torch.softmax(z.gather(-1, best), -1))


def top_k(k):
    return lambda x, experts, weight: mix(best_gates(k, x, experts, weight), experts)


def uneven(balance):
    def run(x, experts, weight):
        z = torch.nn.functional.linear(seen(x, experts), weight)
        importance = torch.softmax(z, -1).flatten(0, -2).sum(0)
        return balance * importance.var(correction=0) / importance.mean() ** 2
    return run


add("best-2-of-5", "top-k-gate", [2, 0], [drawn(4, 6)] + [drawn(4, 3) for _ in range(5)],
    [drawn(5, 6)], top_k(2))
twins = drawn(4, 6)
twins[3] = twins[1]
twins[2] = twins[1]
add("ties", "top-k-gate", [2, 0], [drawn(6, 6)] + [drawn(6, 3) for _ in range(4)], [twins], top_k(2))
add("best-tokens", "top-k-gate", [1, 0], [drawn(2, 4, 5)] + [drawn(2, 4, 3) for _ in range(3)],
    [drawn(3, 5)], top_k(1))


# --- dselect-k ---

def dselect(n_selectors, gamma, by_sample):
    def run(x, experts, z_bias, v_bias, z_weight=None, v_weight=None):
        look, n = seen(x, experts), len(experts)
        bits = math.ceil(math.log2(n))
        z = z_bias if z_weight is None else look @ z_weight.T + z_bias
        v = v_bias if v_weight is None else look @ v_weight.T + v_bias
        z, v = z.expand(*look.shape[:-1], -1), v.expand(*look.shape[:-1], -1)
        step = torch.where(z.abs() < gamma / 2,
                           -2 / gamma ** 3 * z ** 3 + 3 / (2 * gamma) * z + 0.5,
                           (z > 0).to(z.dtype)).unflatten(-1, (n_selectors, 1, bits))
        codes = torch.tensor([[i >> b & 1 for b in range(bits)] for i in range(n)]) == 1
        chosen = torch.where(codes, step, 1 - step).prod(-1)
        return mix((torch.softmax(v, -1).unsqueeze(-1) * chosen).sum(-2), experts)
    return run


def add_dselect(name, n_selectors, gamma, by_sample, rows, x, expert, n, spread):
    codes = n_selectors * math.ceil(math.log2(n))
    look = x[-1] if len(x) == 2 else math.prod(x)
    weights = [drawn(codes, spread=spread), drawn(n_selectors)]
    if by_sample:
        weights += [drawn(codes, look, spread=spread), drawn(n_selectors, look)]
    add(name, "dselect-k", [n_selectors, gamma, int(by_sample)],
        [drawn(rows, *x)] + [drawn(rows, *expert) for _ in range(n)], weights,
        dselect(n_selectors, gamma, by_sample))


add_dselect("of-5", 2, 1.0, True, 4, [6], [3], 5, 0.125)
add_dselect("settled", 3, 1.0, True, 4, [6], [3], 4, 0.5)
add_dselect("same-for-all", 2, 2.0, False, 3, [3], [4], 3, 0.5)
add_dselect("tokens", 1, 1.0, True, 2, [3, 4], [3, 2], 2, 0.25)


# --- cross-stitch ---

def stitch(channels_last):
    def run(x, others, own, rest):
        y = 0
        for feature, a in zip([x] + others, [own] + list(rest)):
            if len(a) > 1 and x.dim() > 2 and not channels_last:
                a = a.reshape(-1, *[1] * (x.dim() - 2))
            y = y + a * feature
        return y
    return run


def add_stitch(name, by_channel, shape, n):
    last = len(shape) == 2
    channels = 1 if not by_channel else shape[-1] if last else shape[0]
    add(name, "cross-stitch", [0.9, int(by_channel)], [drawn(2, *shape) for _ in range(n)],
        [drawn(channels), drawn(n - 1, channels)], stitch(last))


add_stitch("one-share", False, [2, 3, 3], 3)
add_stitch("by-channel", True, [3, 2, 5], 3)
add_stitch("by-channel-of-tokens", True, [3, 4], 2)
add_stitch("by-value", True, [5], 2)


# --- top-k-gate with an even load ---

# Behind all others, so that what these draw stays as it was.
def add_balanced(name, k, balance, rows, x, expert, n):
    add(name, "top-k-gate", [k, balance],
        [drawn(rows, *x)] + [drawn(rows, *expert) for _ in range(n)],
        [drawn(n, x[-1] if len(x) == 2 else math.prod(x))], top_k(k), uneven(balance))


add_balanced("even-samples", 2, 2.5, 5, [6], [3], 4)
add_balanced("even-tokens", 3, 10.0, 2, [4, 5], [4, 3], 5)
add_balanced("even-of-all", 3, 1.0, 4, [6], [2], 3)
add_balanced("even-of-32", 4, 1.0, 3, [4, 5], [4, 2], 32)

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "mtl-blocks.json"), "w",
          encoding="utf-8") as file:
    file.write("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n")
