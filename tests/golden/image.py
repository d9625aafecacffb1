#!/usr/bin/env python3
"""Writes image.json: outputs and gradients of the blocks for images.

Made with PyTorch 2.13.0 in double precision. Inputs, weights and dy are simple
fractions, by number of element, which the test makes again; of few levels where it
matters which of equal values wins a maximum. Weights of transposed convolutions
are output first here, as in Basin: PyTorch has the first two dimensions swapped.
"""

import json
import pathlib

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)


def fractions(shape, step, start, n, scale):
    count = torch.Size(shape).numel()
    values = [((i * step + start) % n - n // 2) / scale for i in range(count)]
    return torch.tensor(values).reshape(shape).requires_grad_()


def pool(kind, kernel, stride, padding, **more):
    return lambda x: kind(x, kernel, stride or kernel, padding, **more)


def enlarge(factor, mode, align=None):
    return lambda x: F.interpolate(x, scale_factor=factor, mode=mode, align_corners=align)


def pad(left, right, top, bottom, mode):
    return lambda x: F.pad(x, (left, right, top, bottom), mode)


def paint(stride, padding, extra):
    return lambda x, w, b: F.conv_transpose2d(x, w.transpose(0, 1), b, stride, padding, extra)


CASES = []


def add(op, settings, shape, function, kernel=None, levels=61):
    """Two samples of @shape through @function, which stands for @op with @settings."""
    x = fractions((2, *shape), 37, 11, levels, 16)
    weights = []
    if kernel:
        channels = settings["channels"]
        weights = [fractions((channels, shape[0], kernel, kernel), 29, 5, 31, 16),
                   fractions((channels,), 13, 3, 17, 8)]
    y = function(x, *weights)
    dy = fractions(y.shape, 53, 7, 32, 8).detach()
    y.backward(dy)
    case = {"op": op, "settings": settings, "levels": levels, "in": shape,
            "out": list(y.shape[1:]), "y": y, "dx": x.grad}
    for name, w in zip(("dw", "db"), weights):
        case[name] = w.grad
    for name in ("y", "dx", "dw", "db"):
        if name in case:
            case[name] = [round(v, 6) for v in case[name].flatten().tolist()]
    CASES.append(case)


for size, stride, padding, shape in (
        (3, 2, 1, [2, 7, 6]), (2, 0, 1, [1, 5, 4]), (3, 1, 1, [1, 3, 5]), (5, 3, 2, [1, 2, 8]),
        (3, 2, 0, [2, 7, 6]), (4, 3, 2, [1, 4, 1])):
    add("max-pool", {"size": size, "stride": stride, "padding": padding}, shape,
        pool(F.max_pool2d, size, stride, padding))
    for count in (True, False):
        add("average-pool", {"kernel": size, "stride": stride, "padding": padding,
                             "count-include-pad": int(count)}, shape,
            pool(F.avg_pool2d, size, stride, padding, count_include_pad=count))

for size, stride, padding in (3, 2, 1), (2, 1, 1), (2, 2, 0), (3, 2, 0):
    add("max-pool", {"size": size, "stride": stride, "padding": padding}, [1, 5, 6],
        pool(F.max_pool2d, size, stride, padding), levels=4)

for height, width, shape in (
        (1, 1, [2, 5, 4]), (2, 3, [2, 5, 7]), (4, 3, [1, 6, 4]), (5, 7, [1, 3, 4])):
    add("adaptive-average-pool", {"height": height, "width": width}, shape,
        lambda x: F.adaptive_avg_pool2d(x, (height, width)))
for shape in ([3, 5, 4], [2, 1, 1], [1, 6, 9]):
    add("global-average-pool", {}, shape, lambda x: x.mean((2, 3)))

for factor, shape in (
        (1, [1, 2, 3]), (2, [2, 3, 4]), (3, [1, 2, 3]), (2, [1, 1, 1]), (4, [1, 1, 2])):
    add("upsample", {"factor": factor, "mode": "nearest"}, shape, enlarge(factor, "nearest"))
    for align in (False, True):
        add("upsample", {"factor": factor, "mode": "bilinear", "align-corners": int(align)}, shape,
            enlarge(factor, "bilinear", align))

for sides, shape in (
        ((1, 2, 3, 0), [2, 4, 3]), ((0, 0, 1, 1), [1, 2, 2]), ((3, 3, 2, 2), [1, 3, 4])):
    for ours, theirs in (("zeros", "constant"), ("reflect", "reflect"), ("replicate", "replicate")):
        add("pad", dict(zip(("left", "right", "top", "bottom"), sides), mode=ours), shape,
            pad(*sides, theirs))

for channels, kernel, stride, padding, extra, shape in (
        (2, 2, 2, 0, 0, [3, 3, 4]), (3, 3, 2, 1, 1, [2, 3, 4]), (2, 3, 1, 1, 0, [2, 4, 3]),
        (2, 4, 2, 1, 0, [1, 2, 3]), (1, 5, 3, 3, 2, [2, 3, 3]), (2, 2, 3, 0, 1, [1, 2, 2]),
        (3, 4, 1, 0, 0, [5, 1, 1]), (1, 1, 1, 0, 0, [3, 2, 2])):
    add("conv-transpose", {"channels": channels, "kernel": kernel, "stride": stride,
                           "padding": padding, "output-padding": extra}, shape,
        paint(stride, padding, extra), kernel)

here = pathlib.Path(__file__)
lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in CASES)
here.with_suffix(".json").write_text(f"[\n{lines}\n]\n", encoding="utf-8")
