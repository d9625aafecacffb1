#!/usr/bin/env python3
"""What PyTorch computes for the pointwise and shape blocks, in double precision.

Writes pointwise.json beside itself, for tests/engine/test-golden-pointwise.c:

    python3 pointwise.py      (PyTorch 2.13.0)

A case is an op with its settings, the shapes of one sample of each input, two
samples of each input and gradients at each output; then outputs and gradients
of inputs and weights. Inputs are multiples of 1/64, so that a float holds them.
"""

import json
import os

import torch
from torch.nn import functional as F

torch.manual_seed(11)
torch.set_default_dtype(torch.float64)
ROWS = 2
cases = []


def drawn(shape, spread=2.0):
    return torch.round(64 * spread * torch.randn(ROWS, *shape)) / 64


def values(tensor):
    """To seven digits, and short where they are whole."""
    short = [float(f"{v:.7g}") for v in tensor.detach().flatten().tolist()]
    return [int(v) if v == int(v) else v for v in short]


def add(op, function, *shapes, weights=(), inputs=None, **settings):
    xs = [x.requires_grad_() for x in inputs or [drawn(s) for s in shapes]]
    ys = function(*xs, *weights)
    ys = ys if isinstance(ys, (list, tuple)) else [ys]
    dys = [torch.round(64 * torch.randn_like(y)) / 64 for y in ys]
    found = torch.autograd.grad(ys, xs + list(weights), dys)
    cases.append({
        "op": op, "settings": {k: str(v) for k, v in settings.items()},
        "in": [list(x.shape[1:]) for x in xs], "x": [values(x) for x in xs],
        "w": [values(w) for w in weights],
        "out": [list(y.shape[1:]) for y in ys], "y": [values(y) for y in ys],
        "dy": [values(dy) for dy in dys],
        "dx": [values(g) for g in found[:len(xs)]], "dw": [values(g) for g in found[len(xs):]],
    })


def pointwise():
    """On values around 0, and on some so far out that a careless formula fails."""
    far = torch.tensor([[-200.0, -30, -21, -8, 8, 19.5], [-0.0, 0, 20.5, 21, 30, 200]])
    calls = [("leaky-relu", F.leaky_relu, {}), ("elu", F.elu, {}), ("gelu", F.gelu, {}),
             ("silu", F.silu, {}), ("softplus", F.softplus, {}),
             ("softmax", lambda x: x.softmax(1), {}),
             ("leaky-relu", lambda x: F.leaky_relu(x, 0.25), {"slope": 0.25}),
             ("elu", lambda x: F.elu(x, 1.5), {"alpha": 1.5}),
             ("gelu", lambda x: F.gelu(x, approximate="tanh"), {"approximate": "tanh"}),
             ("softplus", lambda x: F.softplus(x, beta=2.5), {"beta": 2.5})]
    for op, function, settings in calls:
        add(op, function, (7,), **settings)
        add(op, function, inputs=[far.clone()], **settings)


def over_an_axis():
    for shape, axes in [((11,), (1, -1)), ((3, 4), (1, 2, -1)), ((2, 3, 4), (1, 2, 3)),
                        ((2, 3, 2, 2), (2, -1))]:
        for axis in axes:
            add("softmax", lambda x: x.softmax(axis), shape, axis=axis)
            keep = len(shape) == 1
            add("mean", lambda x: x.mean(axis, keepdim=keep), shape, axis=axis)
            add("max", lambda x: x.max(axis, keepdim=keep).values, shape, axis=axis)
    for axis in (1, 3):
        add("mean", lambda x: x.mean(axis, keepdim=True), (2, 3, 4), axis=axis, keep="true")
        add("max", lambda x: x.max(axis, keepdim=True).values, (2, 3, 4), axis=axis, keep="true")
    add("softmax", lambda x: x.softmax(1), (2, 66), axis=1)  # more lines than one block


def products():
    def product(*xs):
        """A single value goes with any rank, which PyTorch only grants to a lower one."""
        rank = max([x.dim() for x in xs if x[0].numel() > 1], default=2)
        y = 1.0
        for x in xs:
            y = y * (x if x[0].numel() > 1 else x.reshape(ROWS, *[1] * (rank - 1)))
        return y

    for shapes in [[(6,)] * 2, [(2, 3, 4)] * 3, [(3, 2, 3), (3, 1, 1)], [(1, 2, 3), (3, 2, 3)],
                   [(2, 3, 2), (1,)], [(3, 1), (1, 4)], [(2, 1, 4), (2, 3, 1), (1, 3, 4)],
                   [(2, 3, 2, 3), (1, 3, 1, 3)], [(1,), (1, 1, 1), (3, 2)], [(4,)]]:
        add("multiply", product, *shapes)
    zero = torch.zeros(ROWS, 3, 1, 1)
    add("multiply", product, inputs=[drawn((3, 2, 2)), zero, drawn((3, 2, 2))])


def factors():
    for shape, axis in [((3, 2, 3), 1), ((2, 9), 1), ((3, 4), -1), ((5,), 1), ((2, 3, 2, 2), 3)]:
        at = axis - 1 if axis > 0 else len(shape) + axis
        w = (torch.round(64 * torch.randn(shape[at])) / 64).requires_grad_()
        wide = [1] + [n if i == at else 1 for i, n in enumerate(shape)]
        add("scale", lambda x, g: x * g.reshape(wide), shape, weights=[w], axis=axis)
    w = torch.tensor([1.75], requires_grad=True)
    add("scale", lambda x, g: x * g, (2, 3, 3), weights=[w], axis=0)


def shapes():
    add("slice", lambda x: x[:, 1:3], (4, 2, 3), **{"from": 2, "to": 3})
    add("slice", lambda x: x[:, :, -2:], (2, 5), axis=-1, **{"from": -2})
    add("slice", lambda x: x[:, :, :1], (2, 3, 4), axis=2, to=1)
    add("slice", lambda x: x[:, 2:-1], (6,), **{"from": 3, "to": -2})
    add("split", lambda x: x.split([1, 3], 1), (4, 2, 3))
    add("split", lambda x: x.split([2, 3], 2), (3, 5), axis=-1, size=2)
    add("split", lambda x: x.split([2, 1], 2), (2, 3, 4), axis=2, size=2)
    add("reshape", lambda x: x.reshape(ROWS, 3, 2, 2), (12,), shape="3,2,2")
    add("reshape", lambda x: x.reshape(ROWS, 4, 6), (2, 3, 4), shape=" 4, -1 ")
    add("reshape", lambda x: x.flatten(1), (2, 3, 4))
    add("transpose", lambda x: x.transpose(1, 2), (3, 4))
    add("transpose", lambda x: x.permute(0, 2, 3, 1), (2, 3, 4), order="2,3,1")
    add("transpose", lambda x: x.permute(0, 3, 1, 2), (2, 3, 4), order="3,1,2")
    add("transpose", lambda x: x.permute(0, 4, 2, 1, 3), (2, 3, 4, 2), order="4, 2, 1, 3")


def point(x, x1, x2):
    return torch.cat([x1, x2]).expand(ROWS, 2) + 0.0 * x.sum()


def cagrad_toy(which, factor=1.0):
    """As in the code of the paper, where clamp has the slope of the side that grows."""
    def value(x):
        x1, x2 = x[:, 0], x[:, 1]
        valley = ((-x1 - 7) / 2 + torch.tanh(x2), (-x1 + 3) / 2 - torch.tanh(x2) + 2)[which]
        valley = torch.log(torch.clamp(valley.abs(), 0.000005)) + 6
        bowl = ((x1 - (7, -7)[which]) ** 2 + 0.1 * (x2 + 8) ** 2) / 10 - 20
        c1, c2 = (torch.clamp(torch.tanh(s * x2 / 2), 0) for s in (1, -1))
        return factor * (c1 * valley + c2 * bowl)[:, None]
    return value


def toy():
    for starts in ((1,), (2, 3)):
        w = [torch.tensor([v], requires_grad=True) for v in (-8.5, 7.5)]
        add("point", point, starts, weights=w)
    places = torch.tensor([[[-8.5, 7.5], [-8.5, -5]], [[9, 9], [0, 0]], [[-7.5, -0.5], [9, -1]],
                           [[-7, 0.5], [3.125, 2.25]], [[0.015625, -8.359375], [-9, -0.0]]])
    for rows in places:
        add("cagrad-toy", cagrad_toy(0), inputs=[rows.clone()], loss="first")
        add("cagrad-toy", cagrad_toy(1), inputs=[rows.clone()], loss="second")
    add("cagrad-toy", cagrad_toy(0, 0.1), inputs=[places[2].clone()], loss="first", factor=0.1)


pointwise()
over_an_axis()
products()
factors()
shapes()
toy()
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "pointwise.json"), "w") as file:
    file.write("[\n" + ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases) + "\n]\n")
