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

CLI = sys.argv.pop(1)
J2 = "-4,1,1\n6 1 1\n"
J4 = "3 0 1\n-2,1,1\n0\t-3 .5\n"
SMALL = ["--set", "blocks.digits.train-size=600", "--set", "blocks.digits.test-size=200"]

# Computed independently in double precision; the digits printed there.
GOLDEN = [
    (J2, "equal", {}, [0.5, 0.5], [1, 1, 1]),
    (J2, "mgda", {}, [0.6, 0.4], [0, 1, 1]),
    (J2, "upgrad", {}, [1.111111111, 0.789473684], [0.292397661, 1.900584795, 1.900584795]),
    (J2, "dualproj", {}, [0.611111111, 0.5], [0.555555556, 1.111111111, 1.111111111]),
    (J2, "pcgrad", {}, [2.222222222, 1.578947368], [0.584795322, 3.801169591, 3.801169591]),
    (
        J2,
        "cagrad",
        {"c": 0.5, "rescale": "none"},
        [0.704124145, 0.5],
        [0.183503419, 1.204124145, 1.204124145],
    ),
    (
        J2,
        "cagrad",
        {"c": 0.5, "rescale": "1/(1+c^2)"},
        [0.563299316, 0.4],
        [0.146802735, 0.963299316, 0.963299316],
    ),
    (
        J2,
        "cagrad",
        {"c": 0.5, "rescale": "1/(1+c)"},
        [0.469416097, 0.333333333],
        [0.122335613, 0.802749430, 0.802749430],
    ),
    (
        J2,
        "cagrad",
        {"c": 0.4, "rescale": "none"},
        [0.663299316, 0.5],
        [0.346802735, 1.163299316, 1.163299316],
    ),
    (J2, "imtl-g", {}, [0.592330317, 0.407669683], [0.076696831, 1, 1]),
    (J2, "config", {}, [1.226483157, 0.844123601], [0.158808976, 2.070606758, 2.070606758]),
    (J2, "aligned", {}, [0.559071916, 0.408261068], [0.213278746, 0.967332984, 0.967332984]),
    (
        J2,
        "aligned",
        {"scale-mode": "rmse"},
        [1.510865643, 1.103306398],
        [0.576375813, 2.614172041, 2.614172041],
    ),
    (
        J2,
        "nash",
        {"max-norm": 0},
        [0.591461152, 0.407071483],
        [0.076584288, 0.998532635, 0.998532635],
    ),
    (J2, "nash", {}, [0.418226192, 0.287843006], [0.054153270, 0.706069198, 0.706069198]),
    (
        J4,
        "mgda",
        {},
        [0.313918306, 0.483358548, 0.202723147],
        [-0.024962179, -0.124810893, 0.898638427],
    ),
    (
        J4,
        "upgrad",
        {},
        [0.586411150, 0.852187576, 0.478931947],
        [0.054858298, -0.584608265, 1.678064699],
    ),
    (
        J4,
        "dualproj",
        {},
        [0.333333333, 0.416666667, 0.333333333],
        [0.166666667, -0.583333333, 0.916666667],
    ),
    (
        J4,
        "cagrad",
        {"c": 0.4},
        [0.287356322, 0.444747861, 0.287356322],
        [-0.027426757, -0.417321104, 0.875782344],
    ),
    (
        J4,
        "imtl-g",
        {},
        [0.319403776, 0.473045532, 0.207550692],
        [0.012120264, -0.149606545, 0.896224654],
    ),
    (
        J4,
        "config",
        {},
        [0.987087152, 1.461902463, 0.641415779],
        [0.037456530, -0.462344873, 2.769697504],
    ),
    (
        J4,
        "aligned",
        {},
        [0.287096277, 0.395298511, 0.224905511],
        [0.070691809, -0.279418022, 0.794847544],
    ),
    (
        J4,
        "aligned",
        {"scale-mode": "median"},
        [0.588138212, 0.809798587, 0.460735773],
        [0.144817463, -0.572408731, 1.628304685],
    ),
    (
        J4,
        "nash",
        {"max-norm": 0},
        [0.581237106, 0.862862935, 0.444823785],
        [0.017985447, -0.471608420, 1.666511933],
    ),
    (J4, "pcgrad", {"order": "natural"}, [1.5, 2.25, 1.414414414], [0, -1.993243243, 4.457207207]),
    (
        J4,
        "pcgrad",
        {"order": "reversed"},
        [1.644819820, 2.25, 1.270270270],
        [0.434459459, -1.560810811, 4.529954955],
    ),
]


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
