"""convolution.py — golden values of convolutions with dilation and groups

Writes convolution.json beside it. Made with PyTorch 2.13.0. Values are eighths,
so that every sum is exact in float32.

SPDX-License-Identifier: Apache-2.0
"""

import json
import pathlib

import torch

# channels, height, width, filters, kernel, stride, padding, dilation, groups
CASES = [
    (2, 7, 6, 3, 3, 1, 2, 2, 1),
    (4, 5, 6, 6, 3, 2, 1, 1, 2),
    (3, 6, 5, 3, 3, 1, 1, 1, 3),
    (3, 8, 7, 6, 3, 2, 2, 3, 3),
    (6, 4, 3, 4, 1, 1, 0, 1, 2),
]
ROWS = 2


def draw(*size):
    return torch.randint(-8, 9, size).float() / 8


def plain(tensor):
    return [int(v) if v == int(v) else v for v in tensor.detach().flatten().tolist()]


def case(channels, height, width, filters, kernel, stride, padding, dilation, groups):
    x = draw(ROWS, channels, height, width).requires_grad_()
    w = draw(filters, channels // groups, kernel, kernel).requires_grad_()
    b = draw(filters).requires_grad_()
    y = torch.nn.functional.conv2d(x, w, b, stride, padding, dilation, groups)
    dy = draw(*y.shape)
    y.backward(dy)
    return {
        "in": [channels, height, width],
        "set": [filters, kernel, stride, padding, dilation, groups],
        "x": plain(x), "w": plain(w), "b": plain(b), "dy": plain(dy),
        "y": plain(y), "dx": plain(x.grad), "dw": plain(w.grad), "db": plain(b.grad),
    }


def main():
    torch.manual_seed(1)
    lines = [json.dumps(case(*c), separators=(",", ":")) for c in CASES]
    text = "[\n" + ",\n".join(lines) + "\n]\n"
    pathlib.Path(__file__).with_suffix(".json").write_text(text)


main()
