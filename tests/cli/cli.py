# cli.py — basin-cli as its users meet it: files, exit status, streams
#
# Usage: cli.py BASIN-CLI [TEST...]
#
# SPDX-License-Identifier: Apache-2.0

import json
import math
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest

from golden_balance import GOLDEN, J2, J4

CLI = sys.argv.pop(1)
SMALL = ["--set", "blocks.digits.train-size=600", "--set", "blocks.digits.test-size=200"]


class CliTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.env = dict(os.environ, BASIN_HOME=self.folder.name, LC_ALL="C.UTF-8")
        self.design = os.path.join(self.folder.name, "two.basin")

    def tearDown(self):
        self.folder.cleanup()

    def run_cli(self, *words, status=0, text=None):
        done = subprocess.run(
            [CLI, *map(str, words)],
            env=self.env,
            input=text,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        self.assertEqual(done.returncode, status, f"{words}: {done.stderr}")
        return done

    def make_design(self):
        self.run_cli("new", "two-digits", "-o", self.design)

    def train(self, *words, status=0):
        done = self.run_cli("train", self.design, "--json", *SMALL, *words, status=status)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def test_golden_vectors(self):
        for text, method, settings, weights, direction in GOLDEN:
            words = [
                word for key, value in settings.items() for word in ("--set", f"{key}={value}")
            ]
            done = self.run_cli("balance", method, "--jacobian", "-", "--json", *words, text=text)
            answer = json.loads(done.stdout)
            for found, expected in zip(
                answer["weights"] + answer["direction"], weights + direction
            ):
                self.assertAlmostEqual(found, expected, delta=1e-9, msg=f"{method} {settings}")
            self.assertEqual(answer["status"], "ok")

    def test_balance_edges(self):
        zero = json.loads(
            self.run_cli("balance", "mgda", "--jacobian", "-", "--json", text="1 -1\n-1 1\n").stdout
        )
        self.assertEqual(zero["status"], "stationary")
        tiny = json.loads(
            self.run_cli(
                "balance",
                "upgrad",
                "--jacobian",
                "-",
                "--json",
                text="3e-3 0 1e-3\n-2e-3 1e-3 1e-3\n0 -3e-3 5e-4\n",
            ).stdout
        )
        for found, expected in zip(tiny["weights"], [0.586411150, 0.852187576, 0.478931947]):
            self.assertAlmostEqual(found, expected, delta=1e-7)
        for text in ("1 2\n3\n", "1 x\n", "", "nan 1\n1 1\n"):
            done = self.run_cli("balance", "mgda", "--jacobian", "-", text=text, status=1)
            self.assertTrue(done.stderr.startswith("basin-cli: "), text)
            self.assertEqual(done.stdout, "")

    def test_methods(self):
        for kind, least in (("balancer", 35), ("sharpness", 11)):
            lines = self.run_cli("methods", kind, "--json").stdout.splitlines()
            methods = [json.loads(line) for line in lines]
            self.assertGreaterEqual(len(methods), least)
            for method in methods:
                self.assertTrue(method["title"] and method["summary"], method)
                if method["id"] != "none":
                    self.assertTrue(method["reference"], method)
                self.assertTrue(all(param["summary"] for param in method["params"]), method)

    def test_unknown_words(self):
        lines = self.run_cli("methods", "--json").stdout.splitlines()
        methods = [json.loads(line) for line in lines]
        told = self.run_cli("methods", "sauce", status=2).stderr
        for kind in {method["kind"] for method in methods}:
            self.assertIn(kind, told)
        told = self.run_cli("probe", "sauce", "last", status=1).stderr
        for method in methods:
            if method["kind"] == "probe":
                self.assertIn(method["id"], told)
        told = self.run_cli("balance", "sauce", "--jacobian", "-", text="1\n", status=1).stderr
        self.assertRegex(told, "there is .*, .* and [0-9]+ more")

    def test_usage(self):
        self.run_cli(status=2)
        self.run_cli("dance", status=2)
        self.run_cli("train", status=2)
        self.run_cli("train", "x.basin", "--epochs", "many", status=2)
        self.run_cli("balance", "mgda", status=2)
        for verb in (
            "new",
            "check",
            "train",
            "sweep",
            "runs",
            "show",
            "balance",
            "methods",
            "flatness",
            "landscape",
            "probe",
            "plot",
            "export",
        ):
            self.assertIn(f"basin-cli {verb}", self.run_cli(verb, "--help").stdout)

    def test_wrong_input(self):
        self.assertIn("nothing.basin", self.run_cli("check", "nothing.basin", status=1).stderr)
        with open(self.design, "w") as file:
            file.write('{"basin": 1, "blocks": [{"id": "a", "type": "conv9"}]}')
        self.assertIn("conv9", self.run_cli("train", self.design, status=1).stderr)
        self.run_cli("show", "last", status=1)
        self.run_cli("show", "../../etc", status=1)

    def test_check(self):
        self.make_design()
        facts = json.loads(self.run_cli("check", self.design, "--json").stdout)
        self.assertEqual((facts["trunk"], facts["heads"]), (30890, {"left": 510, "right": 510}))
        self.assertEqual(facts["problems"], [])
        self.assertGreater(facts["memory"], 100_000)
        done = self.run_cli("check", self.design, "--set", "blocks.conv1.kernel=40", status=1)
        self.assertIn("conv1", done.stderr)

    def test_groups(self):
        text = self.run_cli("new", "vit").stdout
        with open(self.design, "w") as file:
            file.write(text)
        key = "blocks.layers.repeat=3"
        facts = json.loads(self.run_cli("check", self.design, "--set", key, "--json").stdout)
        use = {"group": "transformer", "blocks": 24, "parameters": 100416}
        self.assertEqual(facts["uses"], {"layers": use})
        done = self.run_cli("check", self.design)
        self.assertIn("layers (transformer): 32 blocks, 133888 parameters", done.stdout)
        key = "blocks.layers/attend.heads=5"
        done = self.run_cli("check", self.design, "--set", key, status=1)
        self.assertIn("layers/attend", done.stderr)

    def test_train_says_all(self):
        self.make_design()
        start, first, second, end = self.train(
            "--epochs", 2, "--set", "experiment.sharpness.type=fs-mtl"
        )
        self.assertEqual(
            (start["event"], start["parameters"], start["tasks"]),
            ("start", 31910, ["left", "right"]),
        )
        self.assertEqual((end["event"], end["run"], end["status"]), ("end", start["run"], "done"))
        self.assertEqual((first["epoch"], second["epoch"]), (1, 2))
        for row in (first, second):
            for split in ("train", "test"):
                for task in ("left", "right"):
                    self.assertTrue(0 <= row[split][task]["accuracy"] <= 1)
                    self.assertGreater(row[split][task]["loss"], 0)
            for part in (row["conflict"], row["flat"]):
                self.assertTrue(0 <= part["share"] <= 1)
                self.assertEqual(part["cosine"][0][0], 1)
                self.assertEqual(part["cosine"][0][1], part["cosine"][1][0])
            self.assertEqual(set(row["weights"]), {"left", "right"})
        shown = self.run_cli("show", "last", "--json").stdout.splitlines()
        self.assertEqual([json.loads(line) for line in shown], [start, first, second, end])

    def test_threads_and_seed(self):
        self.make_design()
        rows = [self.train("--epochs", 1, "--threads", n)[1] for n in (1, 3)]
        self.assertEqual(*({key: row[key] for key in row if key != "seconds"} for row in rows))
        other = self.train("--epochs", 1, "--set", "experiment.seed=7")[1]
        self.assertNotEqual(other["test"], rows[0]["test"])

    def test_interrupt_and_resume(self):
        self.make_design()
        whole = self.train("--epochs", 4)
        run = subprocess.Popen(
            [CLI, "train", self.design, "--json", *SMALL, "--epochs", "4000"],
            env=self.env,
            stdout=subprocess.PIPE,
            text=True,
        )
        lines = [json.loads(run.stdout.readline()) for _ in range(3)]
        run.send_signal(signal.SIGINT)
        rest = run.stdout.read().splitlines()
        run.stdout.close()
        self.assertEqual(run.wait(timeout=60), 130)
        self.assertEqual(json.loads(rest[-1])["status"], "stopped")
        self.run_cli("train", "--resume", lines[0]["run"], "--epochs", len(rest) + 5, "--json")
        shown = [
            json.loads(line) for line in self.run_cli("show", "last", "--json").stdout.splitlines()
        ]
        self.assertEqual([row["epoch"] for row in shown[1:-1]], list(range(1, len(rest) + 6)))
        for row, other in zip(whole[1:-1], shown[1:-1]):
            self.assertEqual(
                {key: row[key] for key in row if key != "seconds"},
                {key: other[key] for key in other if key != "seconds"},
            )

    def test_not_finite(self):
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
                    "experiment": {
                        "batch": 8,
                        "epochs": 100,
                        "optimizer": {"type": "sgd", "lr": 100},
                    },
                },
                file,
            )
        done = self.run_cli("train", self.design, status=3)
        self.assertIn("loss of y is not finite", done.stderr)
        self.assertEqual(json.loads(self.run_cli("runs", "--json").stdout)["status"], "failed")

    def test_names_the_task(self):
        self.run_cli("new", "toy-2d", "-o", self.design)
        words = ["--epochs", "30", "--set", "experiment.balancer=gls"]
        refused = self.run_cli("train", self.design, *words, status=1)
        self.assertRegex(refused.stderr, "Step [0-9]+: gls: the loss of l1 is -")

    def export(self):
        """Exports the last run, compiles it and runs its self test. Returns its text."""
        folder = os.path.join(self.folder.name, "out")
        path = self.run_cli("export", "last", "--format", "c", "-o", folder).stdout.strip()
        with open(path) as file:
            text = file.read()
        name = os.path.basename(path)[:-2]
        with open(os.path.join(folder, "main.c"), "w") as file:
            file.write(
                f"#define {name.upper()}_SELF_TEST\n"
                f'#include "{name}.h"\n'
                f"static float scratch[{name.upper()}_SCRATCH_FLOATS];\n"
                f"int main (void) {{ return {name}_self_test (scratch, 0); }}\n"
            )
        strict = ["-std=c99", "-Wall", "-Wextra", "-pedantic", "-Werror"]
        subprocess.run(["cc", *strict, "-o", "program", "main.c", "-lm"], cwd=folder, check=True)
        subprocess.run([os.path.join(folder, "program")], check=True)
        return text

    def test_export(self):
        self.make_design()
        self.train("--epochs", 1)
        self.assertNotIn("prepare", self.export())

        table = os.path.join(self.folder.name, "line.csv")
        with open(table, "w") as file:
            file.write("x,colour,y\n")
            for n in range(64):
                file.write(f"{20 + n % 16},{['red', 'blue', '?'][n % 3]},{300 + 2 * (n % 16)}\n")
        with open(self.design, "w") as file:
            json.dump(
                {
                    "basin": 1,
                    "name": "Line",
                    "blocks": [
                        {
                            "id": "table",
                            "type": "csv",
                            "params": {"path": table, "targets": "y", "test": 0},
                        },
                        {"id": "fit", "type": "dense", "params": {"units": 1}},
                        {"id": "y", "type": "task", "params": {"loss": "mse"}},
                    ],
                    "wires": [["table.features", "fit.in"], ["fit.out", "y.in"]],
                    "experiment": {"batch": 16, "epochs": 2},
                },
                file,
            )
        self.run_cli("train", self.design)
        text = self.export()
        # Of 0 … 15, four times: the mean 7.5 and the spread sqrt((16² - 1) / 12).
        self.assertIn(" *   0 x: mean 27.5, scale 4.60977, to input 0\n", text)
        self.assertIn(" *   1 colour: a class by its number, to inputs 1 to 2\n", text)
        self.assertIn(" *     0: blue, 1: red\n", text)
        self.assertIn("#define LINE_Y_COLOUR_RED 1\n", text)
        self.assertIn("static const float line_y_raw_mean[2] = {\n  27.5f, 0.0f\n};\n", text)
        self.assertIn("{\n  20.0f, 1.0f, 21.0f, 0.0f, 22.0f, NAN, NAN, NAN\n};\n", text)
        self.assertIn("#define LINE_Y_MEAN 315.0f\n#define LINE_Y_SCALE 9.21954", text)

        os.remove(table)
        again = self.export()
        self.assertEqual(again.split("#ifdef")[0], text.split("#ifdef")[0])
        self.assertIn("drawn for want of the data", again)

    def test_probes_and_plots(self):
        self.make_design()
        self.train("--epochs", 1)
        flat = json.loads(self.run_cli("flatness", "last", "--json").stdout)
        self.assertTrue(all(value > 0 for value in flat["flatness"].values()))
        self.assertEqual(flat["samples"], 600)
        said = self.run_cli("flatness", "last").stdout
        self.assertIn("Rise of the loss at ρ = 0.05, after epoch 1, on 600 samples:", said)
        grid = json.loads(
            self.run_cli(
                "landscape", "last", "--json", "--set", "side=9", "--set", "samples=64"
            ).stdout
        )
        self.assertEqual(len(grid["losses"]["left"]), 81)
        self.assertTrue(all(math.isfinite(value) for value in grid["losses"]["right"]))
        for plot in ("losses", "metrics", "conflict", "weights", "flatness"):
            for ending, magic in (("svg", b"<?xml"), ("png", b"\x89PNG"), ("pdf", b"%PDF")):
                path = os.path.join(self.folder.name, f"{plot}.{ending}")
                self.run_cli("plot", "last", "--plot", plot, "-o", path)
                with open(path, "rb") as file:
                    self.assertEqual(file.read(len(magic)), magic)

    def test_measures(self):
        self.make_design()
        self.train("--epochs", 1)
        lines = self.run_cli("methods", "probe", "--json").stdout.splitlines()
        probes = {json.loads(line)["id"] for line in lines} - {"flatness", "landscape"}
        self.assertIn("hessian", probes)
        few = ["--set", "samples=128"]
        for probe in probes:
            quick = ["--set", "draws=3", "--set", "steps=4", "--set", "starts=2"]
            sets = few + (quick if probe == "hessian" else [])
            run = self.run_cli("probe", probe, "last", "--json", *sets)
            found = [json.loads(line) for line in run.stdout.splitlines()]
            self.assertTrue(found)
            self.assertRegex(run.stderr, r"\d+ passes, \d+ rows forward, \d+ rows and tasks back")
            self.assertEqual({line["probe"] for line in found}, {probe})
            self.assertLessEqual({"left", "right", None}, {line["task"] for line in found})
            self.assertTrue(all(line["value"] is not None for line in found))
            self.assertTrue(any(line["error"] is not None for line in found))
            said = self.run_cli("probe", probe, "last", *sets).stdout
            kinds = {line["measure"] for line in found}
            self.assertEqual(said.count("\n"), 1 + len(kinds) + len(found))
            cost = self.run_cli("probe", probe, "last", "--cost", *sets).stdout
            self.assertRegex(cost, r"^\d+ passes")
        again = self.run_cli("probe", "sharpness", "last", "--json", *few).stdout
        self.assertEqual(again, self.run_cli("probe", "sharpness", "last", "--json", *few).stdout)
        self.assertIn(
            "basin-cli landscape", self.run_cli("probe", "landscape", "last", status=1).stderr
        )

    def test_kept(self):
        self.make_design()
        self.train("--epochs", 1)
        self.assertIn("No probe has measured", self.run_cli("probe", "--kept", "last").stdout)
        sets = ["--set", "samples=64", "--set", "rho=0.25"]
        probe = self.run_cli("probe", "sharpness", "last", "--json", *sets)
        found = [json.loads(line) for line in probe.stdout.splitlines()]
        for _ in range(2):
            self.run_cli("probe", "flat-parts", "last", "--set", "samples=64")
        lines = self.run_cli("probe", "--kept", "last", "--json").stdout.splitlines()
        kept = [json.loads(line) for line in lines]
        self.assertEqual({line["probe"] for line in kept}, {"sharpness", "flat-parts"})
        own = [line for line in kept if line["probe"] == "sharpness"]
        for line in own:
            self.assertEqual(line["epoch"], 1)
            self.assertIn("samples=64 rho=0.25 adaptive-rho=0.5", line["settings"])
        for key in ("measure", "task", "value", "error", "samples"):
            self.assertEqual([line[key] for line in own], [line[key] for line in found])
        others = [(line["measure"], line["task"], line.get("other")) for line in kept]
        self.assertEqual(len(others), len(set(others)))
        said = self.run_cli("probe", "--kept", "last").stdout
        self.assertEqual(said.count("\n"), 2 + len(kept))
        self.assertRegex(said, r"sharpness after epoch 1, step \d+, on 64 samples; samples=64 rho")
        self.run_cli("probe", "--kept", "sharpness", "last", status=2)
        self.run_cli("probe", "last", status=2)

    def test_measured_while_training(self):
        self.make_design()
        measures = ["--measure", "sharpness:samples=64:rho=0.25", "--measure", "update:samples=64"]
        plain = self.train("--epochs", 3)
        measured = self.train("--epochs", 3, *measures, "--every", "2")
        self.assertEqual([e.get("test") for e in plain], [e.get("test") for e in measured])
        lines = self.run_cli("probe", "--kept", "last", "--json").stdout.splitlines()
        kept = [json.loads(line) for line in lines]
        places = {(line["probe"], line["epoch"]) for line in kept}
        self.assertEqual(places, {(p, e) for p in ("sharpness", "update") for e in (2, 3)})
        again = self.run_cli(
            "probe", "sharpness", "last", "--json", "--set", "samples=64", "--set", "rho=0.25"
        )
        found = [json.loads(line)["value"] for line in again.stdout.splitlines()]
        own = [x["value"] for x in kept if (x["probe"], x["epoch"]) == ("sharpness", 3)]
        self.assertEqual(own, found)
        self.run_cli("train", self.design, "--measure", "landscape", status=1)
        self.run_cli("train", self.design, "--measure", "sharpness:rho=no", status=1)

    def test_paths(self):
        picture = os.path.join(self.folder.name, "paths.svg")
        self.run_cli("new", "toy-2d", "-o", self.design)
        for start, balancer in (("-5", "cagrad"), ("7.5", "equal")):
            sets = ["--set", f"blocks.point.x2={start}", "--set", f"experiment.balancer={balancer}"]
            self.run_cli("train", self.design, "--epochs", "12", *sets)
        said = self.run_cli("plot", "--paths", picture, "1", "2").stdout.splitlines()
        self.assertEqual(len(said), 4)
        self.assertRegex(said[2], r"^\| CAGrad \| \(-8.5, -5\) \| 12000 \| .*, -8.35\d\) ")
        self.assertRegex(said[3], r"^\| Equal Weights \| \(-8.5, 7.5\) \| 12000 \| .*\| no \|$")
        with open(picture, "rb") as file:
            self.assertEqual(file.read(5), b"<?xml")

        self.run_cli("train", self.design, "--epochs", "35", "--set", "blocks.point.x2=-5")
        said = self.run_cli("plot", "--paths", picture, "3").stdout.splitlines()
        self.assertRegex(said[2], r"\| -15.09\d\d \| 0.000 \| yes \|$")

        self.make_design()
        self.train("--epochs", 1)
        refused = self.run_cli("plot", "--paths", picture, "3", "4", status=1)
        self.assertIn("runs with 2 tasks and 2 shared weights", refused.stderr)
        self.run_cli("plot", "3", "--paths", picture, "--plot", "loss", status=2)
        refused = self.run_cli("plot", "3", "--paths", picture, "--task", "l1", status=2)
        self.assertIn("--paths FILE without them and --task", refused.stderr)
        self.run_cli("plot", "3", "4", "--plot", "loss", "-o", picture, status=2)

    def test_kill(self):
        self.make_design()
        for n in range(5):
            run = subprocess.Popen(
                [CLI, "train", self.design, *SMALL, "--epochs", "4000"],
                env=self.env,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            time.sleep(0.25 + 0.11 * n)
            run.kill()
            run.wait()
        for row in map(json.loads, self.run_cli("runs", "--json").stdout.splitlines()):
            self.assertEqual(row["status"], "lost")
        self.train("--epochs", 1)


if __name__ == "__main__":
    unittest.main()
