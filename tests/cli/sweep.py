# sweep.py — basin-cli sweep: what it trains, what it does not train again, what it tells
#
# Usage: sweep.py BASIN-CLI [TEST...]
#
# SPDX-License-Identifier: Apache-2.0

import csv
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import unittest

CLI = sys.argv.pop(1)
DEADLINE = 600  # s; sanitizers take their time
SMALL = ["--set", "blocks.digits.train-size=600", "--set", "blocks.digits.test-size=200"]
GRID = ["--methods", "equal,pcgrad", "--sharpness", "none,fs-mtl:adaptive=true:rho-shared=2"]
TIMES = ("seconds_per_epoch", "seconds_per_epoch_sd")


class SweepTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.design = os.path.join(self.folder.name, "two.basin")
        self.csv = os.path.join(self.folder.name, "table.csv")
        self.env = dict(os.environ, LC_ALL="C.UTF-8")
        self.move("home")
        self.run_cli("new", "two-digits", "-o", self.design)

    def tearDown(self):
        self.folder.cleanup()

    def move(self, name):
        """Another store, without any runs."""
        self.env["BASIN_HOME"] = os.path.join(self.folder.name, name)

    def run_cli(self, *words, status=0):
        done = subprocess.run(
            [CLI, *map(str, words)],
            env=self.env,
            capture_output=True,
            text=True,
            check=False,
            timeout=DEADLINE,
        )
        self.assertEqual(done.returncode, status, f"{words}: {done.stderr}")
        return done

    def sweep(self, *words, status=0):
        return self.run_cli("sweep", self.design, *SMALL, "--csv", self.csv, *words, status=status)

    def runs(self):
        return [json.loads(line) for line in self.run_cli("runs", "--json").stdout.splitlines()]

    def rows(self):
        """The table in the .csv file, without what depends on the clock."""
        with open(self.csv, newline="") as file:
            rows = list(csv.DictReader(file))
        for row in rows:
            self.assertGreater(float(row["seconds_per_epoch"]), 0)
        return [{key: row[key] for key in row if key not in TIMES} for row in rows]

    def epochs(self, run):
        events = map(json.loads, self.run_cli("show", run, "--json").stdout.splitlines())
        return [event for event in events if event["event"] == "epoch"]

    def wait_for(self, ready):
        end = time.monotonic() + DEADLINE
        while time.monotonic() < end:
            if ready():
                return
        self.fail("nothing came of it in time")

    def check_spread(self, row, name, values):
        self.assertAlmostEqual(float(row[name]), statistics.mean(values), delta=1e-8)
        self.assertAlmostEqual(float(row[name + "_sd"]), statistics.stdev(values), delta=1e-8)

    def check_row(self, row, shown):
        """@shown: events of the epochs of each seed."""
        last = [epochs[-1] for epochs in shown]
        accuracy = [
            [epoch["test"][task]["accuracy"] for epoch in last] for task in ("left", "right")
        ]
        self.check_spread(row, "left_accuracy", accuracy[0])
        self.check_spread(row, "right_accuracy", accuracy[1])
        self.check_spread(row, "mean", [sum(pair) / 2 for pair in zip(*accuracy)])
        self.check_spread(row, "left_loss", [epoch["test"]["left"]["loss"] for epoch in last])
        self.check_spread(row, "conflict", [epoch["conflict"]["share"] for epoch in last])
        late = [epochs[-max(1, len(epochs) // 10):] for epochs in shown]
        self.check_spread(
            row,
            "conflict_late",
            [statistics.mean(epoch["conflict"]["share"] for epoch in epochs) for epochs in late],
        )

        best = [
            min(
                epochs,
                key=lambda epoch: sum(epoch["validation"][t]["loss"] for t in ("left", "right")),
            )
            for epochs in shown
        ]
        self.check_spread(row, "epoch_selected", [epoch["epoch"] for epoch in best])
        self.check_spread(
            row, "left_accuracy_selected", [epoch["test"]["left"]["accuracy"] for epoch in best]
        )

    def test_two_by_two_by_two(self):
        # A rate so high that the best epoch is not always the last.
        words = [*GRID, "--seeds", "1,2", "--epochs", 4, "--jobs", 3]
        words += ["--set", "blocks.digits.validation=0.2", "--set", "experiment.optimizer.lr=0.02"]
        told = self.sweep(*words)
        runs = self.runs()
        rows = self.rows()
        self.assertEqual(len(runs), 8)
        self.assertEqual({run["status"] for run in runs}, {"done"})
        self.assertEqual(
            [(row["sharpness"], row["balancer"]) for row in rows],
            [
                (sharpness, method)
                for sharpness in ("none", "fs-mtl:adaptive=true:rho-shared=2")
                for method in ("equal", "pcgrad")
            ],
        )
        settings = {}
        for run in sorted(runs, key=lambda run: run["seed"]):
            settings.setdefault(run["settings"], []).append(run)
        self.assertEqual([len(pair) for pair in settings.values()], [2] * 4)
        chosen = set()
        for row in rows:
            self.assertEqual((row["seeds"], row["failed"]), ("2", "0"))
            pair = next(
                pair
                for pair in settings.values()
                if abs(statistics.mean(run["flatness"]["left"] for run in pair)
                       - float(row["left_rise"])) < 1e-8
            )
            shown = [self.epochs(run["run"]) for run in pair]
            self.check_row(row, shown)
            self.check_spread(row, "right_rise", [run["flatness"]["right"] for run in pair])
            chosen.add(row["epoch_selected"])
        self.assertNotEqual(chosen, {"4"})
        lines = told.stdout.splitlines()
        self.assertEqual(len(lines[0].split("|")), len(lines[1].split("|")))
        mean, spread = float(rows[1]["mean"]), float(rows[1]["mean_sd"])
        self.assertIn(f"| {mean:.4f} ± {spread:.4f} |", lines[3])
        self.assertIn("8 of 8: ", told.stderr)

        # Once more there is nothing to do, and one job at a time says the same.
        again = self.sweep(*words)
        self.assertEqual(again.stdout, told.stdout)
        self.assertIn("8 runs, 8 of them done", again.stderr)
        self.assertEqual(len(self.runs()), 8)
        self.move("other")
        self.sweep(*words, "--jobs", 1)
        self.assertEqual(self.rows(), rows)

    def test_more_of_it(self):
        self.sweep("--methods", "equal", "--seeds", "1", "--epochs", 1, "--no-flatness")
        self.assertNotIn("left_rise", self.rows()[0])
        first = self.runs()[0]
        self.assertIsNone(first["flatness"]["left"])

        # The run counts, but is measured now; one of another length does not count.
        self.run_cli("train", self.design, *SMALL, "--epochs", 2)
        done = self.sweep("--methods", "equal,mgda", "--seeds", "1..2", "--epochs", 1)
        self.assertIn("4 runs, 0 of them done and 1 begun", done.stderr)
        runs = self.runs()
        self.assertEqual(len(runs), 5)
        self.assertEqual(runs[-1]["run"], first["run"])
        self.assertGreater(runs[-1]["flatness"]["left"], 0)

        # Other settings of the measurement ask for another one, and do not mix with the first.
        rise = [float(row["left_rise"]) for row in self.rows()]
        self.sweep("--methods", "equal,mgda", "--seeds", "1..2", "--epochs", 1,
                   "--flatness", "rho=0.5")
        self.assertGreater(float(self.rows()[0]["left_rise"]), 2 * rise[0])
        self.sweep("--methods", "equal,mgda", "--seeds", "1..2", "--epochs", 1, "--table")
        self.assertEqual([float(row["left_rise"]) for row in self.rows()], rise)
        self.assertEqual(len(self.runs()), 5)

        # A run that went on for longer is another one.
        self.run_cli("train", "--resume", first["run"], "--epochs", 2)
        table = self.sweep("--methods", "equal,mgda", "--seeds", "1..2", "--epochs", 1, "--table")
        self.assertIn("| equal | 1 of 2 |", table.stdout)

    def test_other_axes(self):
        done = self.sweep("--set", "experiment.batch=100,200", "--set", "experiment.epochs=1",
                          "--grid", "blocks.digits.label-noise=0,right:0.5", "--no-flatness")
        self.assertIn("| batch | digits.label-noise | seeds |", done.stdout)
        self.assertEqual(
            [(row["batch"], row["digits.label-noise"]) for row in self.rows()],
            [(batch, noise) for batch in ("100", "200") for noise in ("0", "right:0.5")],
        )
        # A value that the design takes as it stands is one value, commas or not.
        self.sweep("--set", "blocks.digits.label-noise=left:0.1,right:0.5", "--epochs", 1,
                   "--no-flatness")
        self.assertEqual(len(self.rows()), 1)
        self.assertEqual(len(self.runs()), 5)

        table = self.sweep("--seeds", "5", "--epochs", 1, "--table", "--metric", "f1")
        self.assertIn("| 0 of 1 |", table.stdout)
        self.assertEqual(len(self.runs()), 5)

    def test_killed(self):
        words = [*GRID, "--seeds", "1", "--epochs", 40, "--jobs", 1]
        self.sweep(*words)
        whole = self.rows()

        self.move("killed")
        run = subprocess.Popen(
            [CLI, "sweep", self.design, *SMALL, *map(str, words)],
            env=self.env,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.wait_for(
            lambda: [(run["status"], run["epoch"] > 2) for run in self.runs()]
            == [("training", True), ("done", True)]
        )
        run.kill()
        run.wait()
        before = self.runs()
        self.assertEqual([run["status"] for run in before], ["lost", "done"])

        done = self.sweep(*words)
        self.assertIn("4 runs, 1 of them done and 1 begun", done.stderr)
        after = self.runs()
        self.assertEqual(len(after), 4)
        self.assertEqual([run["run"] for run in after[2:]], [run["run"] for run in before])
        self.assertIn("resume: resumed", self.run_cli("show", before[0]["run"]).stdout)
        self.assertNotIn("resume: resumed", self.run_cli("show", before[1]["run"]).stdout)
        self.assertEqual(self.rows(), whole)

    def test_interrupt(self):
        words = [CLI, "sweep", self.design, *SMALL, "--methods", "equal,mgda,nash", "--jobs", "2"]
        run = subprocess.Popen(
            [*words, "--epochs", "4000"],
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.wait_for(lambda: [run["epoch"] > 1 for run in self.runs()] == [True, True])
        run.send_signal(signal.SIGINT)
        told, error = run.communicate(timeout=DEADLINE)
        self.assertEqual(run.returncode, 130)
        self.assertEqual(told, "")
        self.assertIn("Stopped: 0 of 3 runs are done", error)
        self.assertEqual([run["status"] for run in self.runs()], ["stopped"] * 2)

    def test_failure(self):
        table = os.path.join(self.folder.name, "line.csv")
        with open(table, "w") as file:
            file.write("x,y\n" + "".join(f"{n},{2 * n}\n" for n in range(64)))
        with open(self.design, "w") as file:
            json.dump(
                {
                    "basin": 1,
                    "blocks": [
                        {"id": "table", "type": "csv", "params": {"path": table, "targets": "y"}},
                        {"id": "line", "type": "dense", "params": {"units": 1}},
                        {"id": "y", "type": "task", "params": {"loss": "mse", "target": "y"}},
                    ],
                    "wires": [["table.features", "line.in"], ["line.out", "y.in"]],
                    "experiment": {"batch": 8, "epochs": 100, "optimizer": "sgd"},
                },
                file,
            )
        words = ["sweep", self.design, "--set", "experiment.optimizer.lr=100,0.01", "--csv"]
        done = self.run_cli(*words, self.csv, status=3)
        self.assertIn("100 · seed 1: ", done.stderr)
        self.assertIn("loss of y is not finite", done.stderr)
        self.assertIn("| 100 | 0 of 1, 1 failed |", done.stdout)
        with open(self.csv, newline="") as file:
            rows = list(csv.DictReader(file))
        self.assertEqual([(row["seeds"], row["failed"]) for row in rows], [("0", "1"), ("1", "0")])
        self.assertEqual(rows[0]["y_rise"], "")
        self.assertGreater(float(rows[1]["y_rise"]), 0)
        again = self.run_cli(*words, self.csv, status=3)
        self.assertIn("1 of those done have failed, and are tried again only after", again.stderr)
        self.assertEqual(len(self.runs()), 2)

    def test_wrong_words(self):
        for words, said in (
            (["--methods", "equal,pcgard"], "pcgrad"),
            (["--methods", "equal,,mgda"], "a value is missing"),
            (["--methods", ""], "a value is missing"),
            (["--methods", "mgda,mgda"], "“mgda” stands there twice"),
            (["--methods", "cagrad,cagrad:c=0.5"], "one and the same run"),
            (["--methods", "cagrad:d=1"], "cagrad has no setting"),
            (["--sharpness", "none,fs-mtl:rho-shared=-1"], "rho-shared"),
            (["--seeds", "1,two"], "two"),
            (["--seeds", "3..1"], "3..1"),
            (["--seeds", "1..20000"], "more than 10000"),
            (["--seeds", "1..2000", "--set", "experiment.batch=1,2,3,4,5,6"], "more than 10000"),
            (["--set", "experiment.epoks=3"], "epoks"),
            (["--set", "experiment.batch"], "KEY=VALUE"),
            (["--set", "experiment.batch=64,many"], "many"),
            (["--set", "blocks.conv1.kernel=5,40"], "conv1"),
            (["--grid", "experiment.batch"], "KEY=VALUE"),
            (["--grid", "experiment.seed=1,2", "--seeds", "1,2"], "given twice"),
            (["--flatness", "roh=1"], "roh"),
            (["--metric", "acuracy"], "acuracy"),
            (["--csv", "/no/such/folder/table.csv"], "/no/such/folder/table.csv"),
            (["--markdown", self.folder.name], self.folder.name),
            (["--data", "/no/such/folder"], "/no/such/folder"),
        ):
            design = self.design
            if "--data" in words:
                design = os.path.join(self.folder.name, "mnist.basin")
                self.run_cli("new", "multi-mnist", "-o", design)
            done = self.run_cli("sweep", design, "--epochs", 1, *words, status=1)
            self.assertIn(said, done.stderr)
            self.assertTrue(done.stderr.startswith("basin-cli: "), done.stderr)
            self.assertEqual(done.stdout, "")
        for words in (["--jobs", "0"], ["--threads", "x"], ["--epochs", "0"], ["--seed", "1"]):
            self.run_cli("sweep", self.design, *words, status=2)
        self.run_cli("sweep", status=2)
        self.assertIn("basin-cli sweep FILE", self.run_cli("sweep", "--help").stdout)
        self.assertEqual(self.runs(), [])


if __name__ == "__main__":
    unittest.main()
