"""conv_torch.py BENCH-CONV — each shape of bench-conv, Basin and PyTorch in turn

One thread; times are of the thread, the least of several rounds, for a batch of 64.
Written for PyTorch 2.13.0.

SPDX-License-Identifier: Apache-2.0
"""

import subprocess
import sys
import time

import torch

BATCH, ROUNDS = 64, 7
CASES = [
    (3, 64, 32, 3, 1, 1), (64, 64, 32, 3, 1, 1), (64, 128, 32, 3, 2, 1),
    (64, 128, 32, 1, 2, 0), (128, 128, 16, 3, 1, 1), (128, 256, 16, 3, 2, 1),
    (128, 256, 16, 1, 2, 0), (256, 256, 8, 3, 1, 1), (256, 512, 8, 3, 2, 1),
    (256, 512, 8, 1, 2, 0), (512, 512, 4, 3, 1, 1),
]


def least(work):
    best = float("inf")
    for _ in range(ROUNDS):
        start = time.thread_time()
        work()
        best = min(best, time.thread_time() - start)
    return best


def bench(c_in, c_out, size, kernel, stride, padding, layout):
    x = torch.randn(BATCH, c_in, size, size).contiguous(memory_format=layout)
    w = (torch.randn(c_out, c_in, kernel, kernel) / (c_in * kernel**2) ** 0.5)
    w = w.contiguous(memory_format=layout)
    bias = torch.randn(c_out)
    y = torch.nn.functional.conv2d(x, w, bias, stride, padding)
    dy = torch.randn_like(y)
    flops = 2 * y.numel() * c_in * kernel**2

    def back(mask):
        return lambda: torch.ops.aten.convolution_backward(
            dy, x, w, [c_out], [stride] * 2, [padding] * 2, [1, 1], False, [0, 0], 1, mask)

    passes = {
        "forward": lambda: torch.nn.functional.conv2d(x, w, bias, stride, padding),
        "dx": back([True, False, False]),
        "dw": back([False, True, True]),
    }
    name = "torch" if layout == torch.contiguous_format else "t. CL"
    line = f"{name} {c_in:3}->{c_out:3} {size:2}x{size:<2} k{kernel} s{stride}:"
    for what, work in passes.items():
        seconds = least(work)
        line += f"  {what} {1e3 * seconds:7.2f} ms ({1e-9 * flops / seconds:4.0f})"
    print(line, flush=True)


def main():
    torch.set_num_threads(1)
    torch.manual_seed(1)
    with torch.no_grad():
        for number, case in enumerate(CASES):
            subprocess.run([sys.argv[1], str(number)], check=True)
            bench(*case, torch.contiguous_format)
            bench(*case, torch.channels_last)


main()
