#!/usr/bin/env python3
# compare.py — steps of Basin and of PyTorch, in turn, on the same machine
#
# For each case both sides are warm and stay where they are; a round takes
# Basin's steps, then PyTorch's, the next the other way round. The ratio is the
# median of the rounds' own ratios, so that what else the machine does meets
# both alike. Between two turns there is a pause: PyTorch's threads wait for
# more work by spinning.
#
# SPDX-License-Identifier: Apache-2.0
"""usage: compare.py BENCH-STEP [--json FILE] [--rounds N] [--threads 1,2] [WORKLOAD…]"""

import argparse
import json
import platform
import statistics
import subprocess
import sys
import time

try:
    import torch
    import torch_step
except ImportError as missing:
    sys.exit(f"{missing}. Install the yardstick: pip install torch==2.13.0")

CASES = [("toy", 2), ("mlp", 2), ("mlp", 8), ("lenet", 2)]
TURN = 0.1  # s that a side works in a round, at least one step
PAUSE = 0.02  # s
HEAD = f"{'workload':8} {'method':8} {'tasks':>5} {'threads':>7} {'Basin ms':>9} {'PyTorch':>9}"


class Basin:
    """bench-step, which takes as many steps as it is told to."""

    def __init__(self, program, workload, method, tasks, threads):
        words = [program, workload, method, str(tasks), str(threads)]
        self.process = subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def take(self, n_steps):
        """Seconds."""
        self.process.stdin.write(f"{n_steps}\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            sys.exit("bench-step has ended")
        return float(answer) / 1e3

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class PyTorch:
    """One network in one layout."""

    def __init__(self, net, method):
        self.net, self.step = net, torch_step.METHODS[method]

    def take(self, n_steps):
        began = time.perf_counter()
        for _ in range(n_steps):
            self.step(self.net)
        return time.perf_counter() - began


def calibrate(side):
    """Steps in a turn."""
    side.take(3)
    n_steps = 1
    while True:
        took = side.take(n_steps)
        if took >= TURN / 4:
            return max(1, round(n_steps * TURN / took))
        n_steps *= 2


def compare(basin, layouts, rounds):
    """ms a step of each side, round by round; of the layout that is faster."""
    sides = [basin, *layouts]
    steps = [calibrate(side) for side in sides]
    times = [[] for _ in sides]
    for number in range(rounds):
        order = range(len(sides))
        for i in order if number % 2 == 0 else reversed(order):
            time.sleep(PAUSE)
            times[i].append(1e3 * sides[i].take(steps[i]) / steps[i])
    return times[0], min(times[1:], key=statistics.median)


def run_case(args, workload, tasks, method, threads):
    torch.set_num_threads(threads)
    basin = Basin(args.bench_step, workload, method, tasks, threads)
    layouts = [PyTorch(net, method) for net in torch_step.make(workload, tasks)]
    ours, theirs = compare(basin, layouts, args.rounds)
    basin.close()
    ratios = sorted(b / a for a, b in zip(ours, theirs))
    quarter = len(ratios) // 4
    return {
        "workload": workload,
        "method": method,
        "tasks": tasks,
        "threads": threads,
        "basin_ms": statistics.median(ours),
        "torch_ms": statistics.median(theirs),
        "ratio": statistics.median(ratios),
        "ratio_quartiles": [ratios[quarter], ratios[-1 - quarter]],
    }


def show(case):
    low, high = case["ratio_quartiles"]
    print(
        f"{case['workload']:8} {case['method']:8} {case['tasks']:5} {case['threads']:7} "
        f"{case['basin_ms']:9.4f} {case['torch_ms']:9.4f}  {case['ratio']:6.2f}  "
        f"{low:.2f} to {high:.2f}",
        flush=True,
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bench_step")
    parser.add_argument("workloads", nargs="*", metavar="WORKLOAD")
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--threads", default="1,2")
    args = parser.parse_args()
    unknown = set(args.workloads) - {name for name, _ in CASES}
    if unknown:
        parser.error(f"no workload {', '.join(sorted(unknown))}")

    print(f"PyTorch {torch.__version__}, {platform.machine()}, rounds: {args.rounds}")
    print(f"{HEAD}   ratio  half of the rounds")
    cases = []
    for threads in map(int, args.threads.split(",")):
        for workload, tasks in CASES:
            if args.workloads and workload not in args.workloads:
                continue
            for method in torch_step.METHODS:
                cases.append(run_case(args, workload, tasks, method, threads))
                show(cases[-1])
    if args.json:
        with open(args.json, "w", encoding="utf-8") as file:
            json.dump(cases, file, indent=1)


if __name__ == "__main__":
    main()
