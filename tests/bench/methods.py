#!/usr/bin/env python3
# methods.py — what each balancing and each sharpness method costs, one thread
#
# The methods are those of the catalogue, with their initial settings; a sharpness
# method has CAGrad for its balancer. Steps of equal weights, of the method, and of
# the method in PyTorch where torch_methods.py has it, are taken in turn, as
# compare.py does. Before anything is timed both sides take some steps from the
# same weights, and what the last one follows has to be the same.
#
# SPDX-License-Identifier: Apache-2.0
"""usage: methods.py BENCH-STEP BASIN-CLI [--rounds N] [--json FILE] [--markdown FILE] [--check]
[NAME…]"""

import argparse
import json
import math
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from unittest import mock

try:
    import compare
    import torch
    import torch_methods
    import torch_nets
    import torch_solvers
    import torch_step
except ImportError as missing:
    sys.exit(f"{missing}. Install the yardstick: pip install torch==2.13.0 numpy")

WORKLOADS = [("lenet", 2), ("mlp", 8)]
BALANCER = "cagrad"  # of a sharpness method
ROUNDS = 5
CYCLE = 10  # steps: Basin's come in so many, as LookSAM does not do the same in each
STEPS = 22  # before both sides are compared: beyond warm-ups of five epochs
CLOSE = 0.003  # relative distance; one maximum that tips over in float32 moves 1e-3

# What a library does and Basin does when told; set where the two sides are compared.
AS_LIBRARY = {
    "pcgrad": {"order": "natural"},
    "gradvac": {"order": "natural"},
    "upgrad": {"reg-eps": 1e-4},
    "dualproj": {"reg-eps": 1e-4},
    "uw": {"rule": "gradient"},
    "imtl-l": {"rule": "gradient"},
    "gradnorm": {"rule": "gradient", "heads": "plain"},
    "fairgrad": {"heads": "weighted"},
    "moco": {"map": "softmax"},
}
DRAWN = {"rlw", "random", "graddrop"}  # numbers of their own: no two sides draw the same
OTHER_HEADS = {"sdmgrad"}  # LibMTL's follow the sum of three batches
FEWER_STEPS = {"sdmgrad": 1}  # its rounds are so long that rounding grows from step to step
LOOSE = {"sdmgrad": 0.05, "mgda": 0.02}
# Where both sides are compared, what stops short of its optimum goes on.
CAGRAD_STEPS = 500
FRANK_WOLFE = {"FRANK_WOLFE_ROUNDS": 2000, "FRANK_WOLFE_GAP": 1e-9}
HEAD = (
    f"{'workload':8} {'method':14} {'Basin ms':>9} {'of equal':>8} {'PyTorch':>9} {'ratio':>7} "
    f"{'Basin MiB':>9} {'PyTorch':>9}"
)


class Method:
    def __init__(self, kind, name):
        self.kind, self.name = kind, name

    def members(self, **settings):
        """Of an experiment, as bench-step takes them."""
        chosen = {"balancer": {"type": self.name, **settings}}
        if self.kind == "sharpness":
            chosen = {"balancer": {"type": BALANCER}, "sharpness": {"type": self.name}}
        return json.dumps(chosen)[1:-1]


def list_methods(basin_cli):
    words = [basin_cli, "methods", "--json"]
    lines = subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
    methods = [json.loads(line) for line in lines]
    return [Method("balancer", of["id"]) for of in methods if of["kind"] == "balancer"] + [
        Method("sharpness", of["id"])
        for of in methods
        if of["kind"].startswith("sharp") and of["id"] != "none"
    ]


class Workload:
    """A network, its dump, and the layout that is faster in PyTorch."""

    def __init__(self, program, name, tasks, folder):
        self.program, self.name, self.tasks = program, name, tasks
        self.path, self.last = (os.path.join(folder, f"{name}-{of}") for of in ("dump", "last"))
        basin = self.basin('"balancer": {"type": "equal"}')
        basin.tell(f"dump {self.path}")
        basin.close()
        ours, theirs = torch_nets.check(name, self.path)
        if not ours <= max(compare.FARTHER * theirs, compare.ROUNDING):
            sys.exit(f"{name}: Basin and PyTorch do not compute the same")
        layouts = torch_nets.layouts_of(name)
        self.layout = min(layouts, key=lambda of: compare.calibrate(self.torch("equal", of))[1])

    def basin(self, members):
        return compare.Basin(self.program, self.name, members, self.tasks, 1)

    def torch(self, method, layout=None):
        step = torch_methods.METHODS[method]
        return compare.make_torch(self.name, self.path, layout or self.layout, step)


# --- the same direction ---


def distances(workload, method):
    """Of the trunk's direction and of the heads', PyTorch's from Basin's, relative."""
    n_steps = FEWER_STEPS.get(method.name, STEPS)
    basin = workload.basin(method.members(**AS_LIBRARY.get(method.name, {})))
    basin.take(n_steps)
    basin.tell(f"last {workload.last}")
    basin.close()
    with open(workload.last, "rb") as file:
        ours = torch.frombuffer(bytearray(file.read()), dtype=torch.float32)
    theirs = workload.torch(method.name)
    with (
        mock.patch.object(torch_step, "CAGRAD_STEPS", CAGRAD_STEPS),
        mock.patch.multiple(torch_solvers, **FRANK_WOLFE),
    ):
        theirs.take(n_steps)
    net = theirs.net
    trunk = torch_nets.in_order(net, torch_nets.Dump(workload.path), [p.grad for p in net.shared])
    heads = torch_step.flat([p.grad for own in net.own for p in own])
    parts = ours.split([len(trunk), len(heads)])
    return [torch_nets.distance(a, b) for a, b in zip((trunk, heads), parts)]


def check(workload, method):
    """A line, and whether PyTorch has the method and does the same."""
    if method.name not in torch_methods.METHODS:
        return "not in PyTorch", True
    if method.name in DRAWN:
        return "draws numbers: not compared", True
    trunk, heads = distances(workload, method)
    close = LOOSE.get(method.name, CLOSE)
    same = trunk <= close and (heads <= close or method.name in OTHER_HEADS)
    told = AS_LIBRARY.get(method.name)
    settings = f" with {json.dumps(told)[1:-1]}" if told else ""
    return f"trunk {trunk:.1e} apart, heads {heads:.1e}{settings}", same


def refusal(workload, method):
    """Why Basin does not take such steps, or None."""
    basin = workload.basin(method.members())
    try:
        basin.take(1)
    except compare.Ended as why:
        return str(why).removeprefix("bench-step: Step 0: ")
    finally:
        basin.close()
    return None


def check_all(workloads, methods):
    """The cases that can be run, and why others cannot."""
    cases, refused, differ = [], {}, []
    for workload in workloads:
        for method in methods:
            why = refusal(workload, method)
            if why is not None:
                refused[workload.name, method.name] = why
                print(f"{workload.name:8} {method.name:14} {why}", flush=True)
                continue
            line, same = check(workload, method)
            print(f"{workload.name:8} {method.name:14} {line}", flush=True)
            cases.append((workload, method))
            if not same:
                differ.append(f"{method.name} on {workload.name}")
    if differ:
        sys.exit(f"Basin and PyTorch do not do the same: {', '.join(differ)}")
    return cases, refused


# --- times and memory ---


def time_case(workload, method, equal, rounds):
    """ms a step of equal weights, of the method and, where there is one, of PyTorch's."""
    sides = [equal, workload.basin(method.members())]
    if method.name in torch_methods.METHODS:
        sides.append(workload.torch(method.name))
    steps = [compare.calibrate(side)[0] for side in sides]
    steps[1] = CYCLE * math.ceil(steps[1] / CYCLE)
    times = compare.alternate(sides, steps, rounds)
    sides[1].close()
    return times


def median_ratio(above, below):
    return statistics.median(a / b for a, b in zip(above, below))


def run_case(workload, method, equal, rounds):
    of_equal, ours, *theirs = time_case(workload, method, equal, rounds)
    words = (workload.program, workload.name, method.members(), workload.tasks, 1)
    mib, _ = compare.measure_basin_memory(*words)
    case = {
        "workload": workload.name,
        "tasks": workload.tasks,
        "kind": method.kind,
        "method": method.name,
        "basin_ms": statistics.median(ours),
        "of_equal": median_ratio(ours, of_equal),
        "basin_mib": mib,
    }
    if theirs:
        as_torch = (workload.name, method.name, 1)
        case["torch_ms"] = statistics.median(theirs[0])
        case["ratio"] = median_ratio(theirs[0], ours)
        case["torch_mib"] = compare.measure_torch_memory(workload.path, as_torch, workload.layout)
    return case


def figures(case):
    """As they are shown; a dash for what there is not."""
    if case is None:
        return ["–"] * 6
    texts = [f"{case['basin_ms']:.4g}", f"{case['of_equal']:.2f}"]
    forms = {"torch_ms": ".4g", "ratio": ".2f", "basin_mib": ".1f", "torch_mib": ".1f"}
    return texts + [f"{case[key]:{form}}" if key in case else "–" for key, form in forms.items()]


def show(case):
    widths = (9, 8, 9, 7, 9, 9)
    texts = [f"{text:>{width}}" for text, width in zip(figures(case), widths)]
    print(f"{case['workload']:8} {case['method']:14} {' '.join(texts)}", flush=True)


def run_cases(cases, rounds):
    print(HEAD)
    done = []
    for workload in dict.fromkeys(workload for workload, _ in cases):
        equal = workload.basin('"balancer": {"type": "equal"}')
        for method in (method for of, method in cases if of is workload):
            done.append(run_case(workload, method, equal, rounds))
            show(done[-1])
        equal.close()
    return done


# --- as a table ---


def table(kind, title, done, methods):
    cases = {(case["workload"], case["method"]): case for case in done if case["kind"] == kind}
    names = [method.name for method in methods if method.kind == kind]
    if not names:
        return []
    columns = ["ms", "of equal’s", "PyTorch ms", "ratio", "MiB", "PyTorch MiB"]
    head = [title] + [
        f"{name} ({tasks}): {column}" if n == 0 else column
        for name, tasks in WORKLOADS
        for n, column in enumerate(columns)
    ]
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for name in names:
        texts = [text for workload, _ in WORKLOADS for text in figures(cases.get((workload, name)))]
        lines.append("| " + " | ".join([f"`{name}`"] + texts) + " |")
    return lines + [""]


def write_markdown(path, done, methods, refused):
    lines = table("balancer", "balancer", done, methods)
    lines += table("sharpness", f"sharpness, with `{BALANCER}`", done, methods)
    lines += [f"- `{name}` on `{workload}`: {why}" for (workload, name), why in refused.items()]
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(lines).rstrip("\n") + "\n")


def choose(parser, names, methods):
    unknown = set(names) - {method.name for method in methods}
    if unknown:
        parser.error(f"no method {', '.join(sorted(unknown))}")
    return [method for method in methods if not names or method.name in names]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bench_step")
    parser.add_argument("basin_cli")
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("--markdown", metavar="FILE")
    parser.add_argument("--check", action="store_true", help="directions, no times")
    args = parser.parse_intermixed_args()
    methods = choose(parser, args.names, list_methods(args.basin_cli))
    torch.set_num_threads(1)

    print(f"PyTorch {torch.__version__}, {platform.machine()}, rounds: {args.rounds}")
    with tempfile.TemporaryDirectory() as folder:
        workloads = [Workload(args.bench_step, *of, folder) for of in WORKLOADS]
        cases, refused = check_all(workloads, methods)
        if args.check:
            return
        done = run_cases(cases, args.rounds)
    if args.json:
        with open(args.json, "w", encoding="utf-8") as file:
            json.dump(done, file, indent=1)
    if args.markdown:
        write_markdown(args.markdown, done, methods, refused)


if __name__ == "__main__":
    main()
