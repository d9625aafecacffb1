#!/usr/bin/env python3
# table.py — long runs on Multi-MNIST: sharpness methods × balancers × seeds
#
# Each finished run is a line of multi-mnist.jsonl, written at once, so that
# the verb goes on where it was stopped. The tables in multi-mnist.md are
# made from those lines alone. What an epoch costs is measured apart, one
# epoch of each method after the other in rounds, because a long run meets a
# machine that does other things as well.
#
# SPDX-License-Identifier: Apache-2.0
"""usage: table.py CLI [--data DIR] [--epochs N] [--seeds 1,2,3] [--noisy | --time | --tables-only]

--noisy: with few and wrong labels of one task, 8 epochs; --time: seconds of an epoch, 3 rounds.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
LINES = HERE / "multi-mnist.jsonl"
TABLES = HERE / "multi-mnist.md"

SHARPS = {
    "none": {"type": "none"},
    "sam": {"type": "sam", "rho": 0.05},
    "fs-mtl": {"type": "fs-mtl", "rho-shared": 0.05, "norm": "joint"},
}
BALANCERS = ["equal", "mgda", "pcgrad", "cagrad", "nash"]
TITLES = {
    "equal": "Equal",
    "mgda": "MGDA",
    "pcgrad": "PCGrad",
    "cagrad": "CAGrad",
    "nash": "Nash-MTL",
    "none": "plain",
    "sam": "SAM",
    "fs-mtl": "task-based",
}
ROUNDS = 3  # of --time
EPOCHS = {"clean": 20, "noisy": 8}
CLEAN = {}
NOISY = {"label-noise": "right:0.3", "label-fraction": "right:0.05"}


def read_lines():
    if not LINES.exists():
        return []
    return [json.loads(line) for line in LINES.read_text().splitlines() if line]


def key_of(line):
    return line["data"], line["sharpness"], line["balancer"], line["seed"], line["epochs"]


def settings(sharp, balancer, seed, epochs, noise):
    pairs = {
        "experiment.seed": seed,
        "experiment.epochs": epochs,
        "experiment.batch": 256,
        "experiment.first-weights": "uniform",
        "experiment.optimizer.type": "adam",
        "experiment.optimizer.lr": 0.001,
        "experiment.balancer.type": balancer,
    }
    for name, value in SHARPS[sharp].items():
        pairs[f"experiment.sharpness.{name}"] = value
    for name, value in noise.items():
        pairs[f"blocks.digits.{name}"] = value
    return [word for key, value in pairs.items() for word in ("--set", f"{key}={value}")]


def train(cli, design, data, words, env):
    done = subprocess.run(
        [cli, "train", design, "--data", data, "--json", *words],
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        sys.exit(done.stderr)
    events = [json.loads(line) for line in done.stdout.splitlines()]
    return [event for event in events if event["event"] == "epoch"]


def measure(cli, env):
    done = subprocess.run(
        [cli, "flatness", "last", "--json"], env=env, capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)["flatness"]


def run_one(cli, data, sharp, balancer, seed, epochs, noise):
    with tempfile.TemporaryDirectory() as home:
        env = dict(os.environ, BASIN_HOME=home)
        design = os.path.join(home, "design.basin")
        subprocess.run([cli, "new", "multi-mnist", "-o", design], env=env, check=True)
        rows = train(cli, design, data, settings(sharp, balancer, seed, epochs, noise), env)
        last = rows[-1]
        return {
            "data": "noisy" if noise else "clean",
            "sharpness": sharp,
            "balancer": balancer,
            "seed": seed,
            "epochs": epochs,
            "accuracy": {task: last["test"][task]["accuracy"] for task in last["test"]},
            "curve": {
                task: [round(row["test"][task]["accuracy"], 4) for row in rows]
                for task in last["test"]
            },
            "share": last["conflict"]["share"],
            "flatness": measure(cli, env),
        }


def time_one(cli, data, sharp, balancer, number):
    with tempfile.TemporaryDirectory() as home:
        env = dict(os.environ, BASIN_HOME=home)
        design = os.path.join(home, "design.basin")
        subprocess.run([cli, "new", "multi-mnist", "-o", design], env=env, check=True)
        rows = train(cli, design, data, settings(sharp, balancer, 1, 1, CLEAN), env)
        return {
            "data": "time",
            "sharpness": sharp,
            "balancer": balancer,
            "seed": number,
            "epochs": 1,
            "seconds": rows[0]["seconds"],
        }


def spread(values):
    if len(values) < 2:
        return f"{values[0]:.4f}"
    return f"{statistics.mean(values):.4f} ± {statistics.stdev(values):.4f}"


def seconds_of(lines, sharp, balancer):
    """Median of what was timed, as a word."""
    found = [
        line["seconds"]
        for line in lines
        if (line["data"], line["sharpness"], line["balancer"]) == ("time", sharp, balancer)
    ]
    return f"{statistics.median(found):.2f}" if found else "–"


def table(lines, data, epochs):
    rows = [
        "| sharpness | balancer | seeds | left | right | mean | conflict share "
        "| flatness left | flatness right | s/epoch |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for sharp in SHARPS:
        for balancer in BALANCERS:
            found = [
                line
                for line in lines
                if (line["data"], line["sharpness"], line["balancer"], line["epochs"])
                == (data, sharp, balancer, epochs)
            ]
            if not found:
                continue
            left, right = ([line["accuracy"][task] for line in found] for task in ("left", "right"))
            rows.append(
                "| "
                + " | ".join(
                    [
                        TITLES[sharp],
                        TITLES[balancer],
                        str(len(found)),
                        spread(left),
                        spread(right),
                        spread([(a + b) / 2 for a, b in zip(left, right)]),
                        spread([line["share"] for line in found]),
                        spread([line["flatness"]["left"] for line in found]),
                        spread([line["flatness"]["right"] for line in found]),
                        seconds_of(lines, sharp, balancer),
                    ]
                )
                + " |"
            )
    return rows


def write_tables(lines):
    text = [
        "# Multi-MNIST: what flat regions change",
        "",
        "LeNet, Adam 1e-3, batch 256, figures of the last epoch on the test split, mean ±",
        "standard deviation over seeds. Flatness: rise of the loss at ρ = 0.05 on 1,024 training",
        "samples with true labels. Seconds of an epoch: median of three rounds, two threads.",
        "Made by `./dev table`, `./dev table --noisy` and `./dev table --time`.",
        "",
    ]
    kinds = {(line["data"], line["epochs"]) for line in lines if line["data"] != "time"}
    for data, epochs in sorted(kinds):
        words = (
            "labels as they are"
            if data == "clean"
            else "`right` has 5 % of its labels, 30 % of them wrong"
        )
        text += [f"## {epochs} epochs, {words}", "", *table(lines, data, epochs), ""]
    TABLES.write_text("\n".join(text))


def wanted(args, kind):
    """The keys of all runs that were asked for, in the order in which they are made."""
    seeds = range(ROUNDS) if kind == "time" else map(int, args.seeds.split(","))
    epochs = 1 if kind == "time" else args.epochs or EPOCHS[kind]
    for seed in seeds:
        for sharp in args.sharps.split(","):
            for balancer in args.balancers.split(","):
                yield kind, sharp, balancer, seed, epochs


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cli")
    parser.add_argument("--data", default="../shared/data/mnist")
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--seeds", default="1,2,3")
    parser.add_argument("--sharps", default=",".join(SHARPS))
    parser.add_argument("--balancers", default=",".join(BALANCERS))
    parser.add_argument("--noisy", action="store_true")
    parser.add_argument("--time", action="store_true")
    parser.add_argument("--tables-only", action="store_true")
    args = parser.parse_args()

    kind = "time" if args.time else "noisy" if args.noisy else "clean"
    done = {key_of(line) for line in read_lines()}
    for key in [] if args.tables_only else wanted(args, kind):
        _, sharp, balancer, seed, epochs = key
        if key in done:
            continue
        if kind == "time":
            line = time_one(args.cli, args.data, sharp, balancer, seed)
        else:
            noise = NOISY if kind == "noisy" else CLEAN
            line = run_one(args.cli, args.data, sharp, balancer, seed, epochs, noise)
        with LINES.open("a") as file:
            file.write(json.dumps(line) + "\n")
        print(json.dumps({name: line[name] for name in line if name != "curve"}), flush=True)
        write_tables(read_lines())
    write_tables(read_lines())


if __name__ == "__main__":
    main()
