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
"""usage: compare.py BENCH-STEP [--json FILE] [--rounds N] [--threads 1,2] [--check] [WORKLOAD…]"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time

try:
    import torch
    import torch_nets
    import torch_step
except ImportError as missing:
    sys.exit(f"{missing}. Install the yardstick: pip install torch==2.13.0 numpy")

CASES = [
    ("toy", 2),
    ("mlp", 2),
    ("mlp", 8),
    ("lenet", 2),
    ("resnet18", 2),
    ("vit", 2),
    ("unet", 3),
    ("mmoe", 2),
]
TURN = 0.1  # s that a side works in a round, at least one step
PAUSE = 0.02  # s
LONG = 2.0  # s: of steps that take longer there are FEWER rounds at most
FEWER = 5
SLOWER = 1.2  # a layout that is slower by so much at first is not measured further
FARTHER = 10.0  # times as far from double precision as PyTorch's gradients may Basin's be
ROUNDING = 1e-5  # and so far without a question
HEAD = (
    f"{'workload':8} {'method':8} {'tasks':>5} {'threads':>7} {'Basin ms':>9} {'PyTorch':>9}"
    f"   ratio  {'half of the rounds':18} {'Basin MiB':>9} {'PyTorch':>9} {'foretold':>9}"
)


class Ended(SystemExit):
    """bench-step has ended, and said why."""


class Basin:
    """bench-step, which does as it is told (bench-told.c); @method as it takes one."""

    def __init__(self, program, workload, method, tasks, threads):
        words = [program, workload, method, str(tasks), str(threads)]
        self.process = subprocess.Popen(
            words,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def tell(self, order):
        try:
            self.process.stdin.write(f"{order}\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass  # it says below why
        answer = self.process.stdout.readline()
        if not answer:
            raise Ended(f"bench-step: {self.process.stderr.read().strip()}")
        return answer

    def take(self, n_steps):
        """Seconds."""
        return float(self.tell(f"steps {n_steps}")) / 1e3

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class PyTorch:
    """One network in one layout."""

    def __init__(self, net, step):
        self.net, self.step = net, step

    def take(self, n_steps):
        began = time.perf_counter()
        for _ in range(n_steps):
            self.step(self.net)
        return time.perf_counter() - began


def calibrate(side):
    """Steps in a turn, and seconds of one."""
    side.take(1)
    n_steps = 1
    while True:
        took = side.take(n_steps)
        if took >= TURN / 4:
            return max(1, round(n_steps * TURN / took)), took / n_steps
        n_steps *= 2


def alternate(sides, steps, rounds):
    """ms a step of each side, round by round; every other round the other way."""
    times = [[] for _ in sides]
    for number in range(rounds):
        order = range(len(sides))
        for i in order if number % 2 == 0 else reversed(order):
            time.sleep(PAUSE)
            times[i].append(1e3 * sides[i].take(steps[i]) / steps[i])
    return times


def compare(basin, layouts, rounds):
    """ms a step of each side, round by round, and the layout that is faster."""
    calibrated = {name: calibrate(side) for name, side in layouts.items()}
    best = min(took for _, took in calibrated.values())
    names = [name for name, (_, took) in calibrated.items() if took <= SLOWER * best]
    sides = [basin] + [layouts[name] for name in names]
    steps = [calibrate(basin)[0]] + [calibrated[name][0] for name in names]
    times = alternate(sides, steps, min(rounds, FEWER) if best > LONG else rounds)
    fastest = min(range(len(names)), key=lambda i: statistics.median(times[1 + i]))
    return times[0], times[1 + fastest], names[fastest]


def measure_torch_memory(path, case, layout):
    """MiB, of a process of its own."""
    program = os.path.join(os.path.dirname(os.path.abspath(__file__)), "torch_memory.py")
    words = [sys.executable, "-B", program, path, *map(str, case), layout]
    return float(subprocess.run(words, check=True, stdout=subprocess.PIPE).stdout)


def measure_basin_memory(program, *case):
    """MiB: Basin's, and what it foretells."""
    basin = Basin(program, *case)
    basin.take(3)
    ours, foretold = map(float, basin.tell("memory").split())
    basin.close()
    return ours, foretold


def make_torch(workload, path, layout, step):
    """The workload's network at the weights of the dump, taking such steps."""
    dump = torch_nets.Dump(path)
    net = torch_nets.make(workload, dump, layout)
    torch_nets.load_weights(net, dump)
    return PyTorch(net, step)


def run_case(args, workload, tasks, method, threads, path):
    torch.set_num_threads(threads)
    basin = Basin(args.bench_step, workload, method, tasks, threads)
    layouts = {}
    for layout in torch_nets.layouts_of(workload):
        layouts[layout] = make_torch(workload, path, layout, torch_step.METHODS[method])
    ours, theirs, layout = compare(basin, layouts, args.rounds)
    basin.close()
    basin_mib, foretold = measure_basin_memory(args.bench_step, workload, method, tasks, threads)
    torch_mib = measure_torch_memory(path, (workload, method, threads), layout)
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
        "torch_layout": layout,
        "basin_mib": basin_mib,
        "torch_mib": torch_mib,
        "basin_mib_foretold": foretold,
    }


def show(case):
    low, high = case["ratio_quartiles"]
    spread = f"{low:.2f} to {high:.2f}"
    print(
        f"{case['workload']:8} {case['method']:8} {case['tasks']:5} {case['threads']:7} "
        f"{case['basin_ms']:9.4f} {case['torch_ms']:9.4f}  {case['ratio']:6.2f}  {spread:18} "
        f"{case['basin_mib']:9.1f} {case['torch_mib']:9.1f} {case['basin_mib_foretold']:9.1f}",
        flush=True,
    )


def check_case(args, workload, tasks, path):
    """Writes the dump to @path; ends the program where the two do not compute the same."""
    basin = Basin(args.bench_step, workload, "equal", tasks, 1)
    basin.tell(f"dump {path}")
    basin.close()
    ours, theirs = torch_nets.check(workload, path)
    print(f"{workload}, {tasks} tasks: {ours:.1e} from double precision, PyTorch {theirs:.1e}")
    if not ours <= max(FARTHER * theirs, ROUNDING):
        sys.exit(f"{workload}: Basin and PyTorch do not compute the same")


def run_cases(args, folder):
    paths = {}
    for workload, tasks in args.cases:
        paths[workload, tasks] = os.path.join(folder, f"{workload}-{tasks}")
        check_case(args, workload, tasks, paths[workload, tasks])
    if args.check:
        return []

    print(HEAD)
    cases = []
    for threads in map(int, args.threads.split(",")):
        for workload, tasks in args.cases:
            for method in torch_step.METHODS:
                path = paths[workload, tasks]
                cases.append(run_case(args, workload, tasks, method, threads, path))
                show(cases[-1])
    return cases


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bench_step")
    parser.add_argument("workloads", nargs="*", metavar="WORKLOAD")
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--threads", default="1,2")
    parser.add_argument("--check", action="store_true", help="losses and gradients, no times")
    args = parser.parse_intermixed_args()
    unknown = set(args.workloads) - {name for name, _ in CASES}
    if unknown:
        parser.error(f"no workload {', '.join(sorted(unknown))}")
    args.cases = [case for case in CASES if not args.workloads or case[0] in args.workloads]

    print(f"PyTorch {torch.__version__}, {platform.machine()}, rounds: {args.rounds}")
    with tempfile.TemporaryDirectory() as folder:
        cases = run_cases(args, folder)
    if args.json and not args.check:
        with open(args.json, "w", encoding="utf-8") as file:
            json.dump(cases, file, indent=1)


if __name__ == "__main__":
    main()
