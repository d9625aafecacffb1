# torch_memory.py — what a network in PyTorch takes
#
# MiB that the process grows by at its peak in three steps: network, gradients,
# optimiser and all that is worked in, as bench-told.c counts it. The batch is
# there before, and so is the code of a first small step.
#
# SPDX-License-Identifier: Apache-2.0
"""usage: torch_memory.py DUMP WORKLOAD METHOD THREADS LAYOUT"""

import gc
import re
import sys

import torch
from torch import nn

import torch_methods
import torch_nets
import torch_step

WARM_TASKS = 3  # the fewest that every method takes


def read_status(name):
    with open("/proc/self/status", encoding="ascii") as file:
        return int(re.search(rf"{name}:\s*(\d+)", file.read())[1]) / 1024


def warm_up(step):
    heads = [nn.Linear(4, 1) for _ in range(WARM_TASKS)]
    losses = [torch_nets.mse(torch.randn(8, 1)) for _ in heads]
    step(torch_step.Network(nn.Linear(4, 4), heads, torch.randn(8, 4), losses))


def main():
    path, workload, method, threads, layout = sys.argv[1:]
    torch.set_num_threads(int(threads))
    step = torch_methods.METHODS[method]
    dump = torch_nets.Dump(path)
    warm_up(step)

    gc.collect()
    with open("/proc/self/clear_refs", "w", encoding="ascii") as file:
        file.write("5\n")  # the peak is what there is now
    before = read_status("VmRSS")
    net = torch_nets.make(workload, dump, layout)
    for _ in range(3):
        step(net)
    print(read_status("VmHWM") - before)


if __name__ == "__main__":
    main()
