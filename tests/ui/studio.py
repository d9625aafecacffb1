# studio.py — the studio's acceptance test: designed, trained, closed and killed from outside
#
# Usage: desktop.sh studio.py BASIN BASIN-CLI WATCHDOG [TEST...]
#
# Each test starts Basin in a home of its own and works it by its accessibility
# tree and by keys. The watchdog is preloaded: while a test edits, trains or
# saves, no turn of the main loop may take 50 ms of processor time; watchdog.c
# says why it is that clock. BASIN_PICTURES names a folder for pictures of the
# screen.
#
# SPDX-License-Identifier: Apache-2.0

import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

try:
    import gi

    gi.require_version("Gio", "2.0")
    import driver
    from driver import FOCUSED, ROLES, SENSITIVE, TYPE_NAME, wait
except ImportError as missing:
    print(f"{missing}: install python3-gi", file=sys.stderr)
    sys.exit(77)
if not shutil.which("xdotool") or not shutil.which("xprop"):
    print("no xdotool or xprop here: install xdotool and x11-utils", file=sys.stderr)
    sys.exit(77)

BASIN, CLI, WATCHDOG = (os.path.abspath(sys.argv.pop(1)) for _ in range(3))
PICTURES = os.environ.get("BASIN_PICTURES")


def cli(*words, status=0):
    done = subprocess.run([CLI, *words], capture_output=True, text=True, check=False)
    assert done.returncode == status, f"{words}: {done.returncode}: {done.stderr}"
    return done.stdout


def read(path):
    with open(path, "rb") as file:
        return file.read()


def runs():
    return [json.loads(line) for line in cli("runs", "--json").splitlines()]


class Acceptance(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="studio-")
        self.addCleanup(shutil.rmtree, self.folder)
        os.environ["BASIN_HOME"] = os.path.join(self.folder, "home")
        self.studios = []

    def tearDown(self):
        for studio in self.studios:
            for hold in studio.faults():
                self.fail(f"the main loop was held {hold}: {hold.where()}")
            since = studio.watched_from or 0
            slow = [
                hold
                for hold in studio.holds()
                if hold.asleep > driver.LIMIT and hold.end > since
            ]
            for hold in slow:
                print(f"{self.id()}: for information, {hold}: {hold.where()}", file=sys.stderr)

    def start(self, *words):
        studio = driver.Studio(driver.connect(), [BASIN, *words], self.folder, WATCHDOG)
        self.addCleanup(studio.kill)
        self.studios.append(studio)
        studio.focus()
        return studio

    def picture(self, name):
        if PICTURES:
            driver.picture(os.path.join(PICTURES, f"shots-{name}.png"))

    def write_design(self, epochs=400):
        """Glyph Pairs with few samples: an epoch is three steps."""
        path = os.path.join(self.folder, "small.basin")
        design = json.loads(cli("new", "two-digits"))
        design["blocks"][0]["params"] = {"train-size": 600, "test-size": 200}
        design["experiment"]["epochs"] = epochs
        with open(path, "w", encoding="utf-8") as file:
            json.dump(design, file)
        return path

    def open(self, path):
        studio = self.start(path)
        studio.find("Canvas, * blocks, *", role="panel")
        studio.find("Losses", role="image")
        studio.watch()
        return studio

    def end(self, studio):
        self.assertEqual(studio.ended(), 0, studio.said())
        self.assertEqual(studio.threads_left(), 0, "threads at work when it ended")

    # --- the outline ---

    def rows(self, studio):
        return [row.name for row in studio.find("Outline of the design", role="tree").children]

    def row(self, studio, pattern):
        return studio.find(pattern, role="list item", under="Outline of the design").name

    def select(self, studio, block):
        self.row(studio, f"{block}, *")
        tree = studio.find("Outline of the design", role="tree")
        names = [row.name for row in tree.children]
        number = next(i for i, name in enumerate(names) if name.startswith(f"{block}, "))
        studio.select_row(tree, number)
        studio.find(block, role="label", under="MtwInspector")

    def ask(self, studio, action, menu, words):
        """An action that asks, and the answer by keyboard."""
        outline = studio.find("MtwOutline")
        studio.act(outline, f"outline.ask-{action}")
        entry = studio.find(menu, role="entry", under="MtwOutline")
        wait(lambda: studio.has_state(entry, FOCUSED), f"the focus in “{menu}”")
        studio.write(words)
        wait(lambda: studio.text(entry) == words, f"“{words}” in “{menu}”")
        studio.keys("Return")

    def outline(self, studio):
        studio.keys("ctrl+shift+o")
        outline = studio.find("Outline of the design", role="tree")
        wait(lambda: studio.find("Outline", role="button").has(driver.PRESSED), "the outline")
        return outline

    def choose(self, studio, name, group, n_down):
        """Chooses in a drop-down row, by mouse and keys."""
        row = studio.find(name, role="combo box", under=group)
        with studio.opening():
            studio.point_at(row)
            studio.find(role="list item", under=name, state=FOCUSED)
        studio.keys("Home", *["Down"] * n_down, "Return")

    # --- tests ---

    def test_design(self):
        """(a) Draw, edit, undo, save, and open the same design again."""
        path = os.path.join(self.folder, "three.basin")
        studio = self.start()
        studio.click("Glyph Pairs", described="Two heads*")
        studio.find("Canvas, 14 blocks, 2 tasks", role="panel")
        self.outline(studio)
        studio.watch()

        self.select(studio, "relu3")
        self.ask(studio, "add", "Add block", "dense")
        studio.says("Added dense2*")
        self.select(studio, "dense2")
        self.ask(studio, "add", "Add block", "task")
        studio.says("Added task1*")
        self.row(studio, "dense2, dense; 32 units; in: relu3, 50 values; *to task1*")
        studio.find("* problem", role="button")

        # The same wire once more, by hand.
        self.select(studio, "dense2")
        self.ask(studio, "disconnect", "Disconnect", "relu3")
        self.row(studio, "dense2, dense; 32 units; in: nothing; *")
        self.select(studio, "relu3")
        self.ask(studio, "connect", "Connect to", "dense2")
        self.row(studio, "dense2, dense; 32 units; in: relu3, 50 values; *to task1*")

        self.select(studio, "dense2")
        studio.set_value(studio.find("Units", role="spin button", under="MtwInspector"), 10)
        self.row(studio, "dense2, dense; 10 units; *")
        studio.keys("ctrl+z")
        self.row(studio, "dense2, dense; 32 units; *")
        studio.keys("ctrl+shift+z")
        self.row(studio, "dense2, dense; 10 units; *")

        self.select(studio, "task1")
        self.choose(studio, "Target", "Task", 1)
        studio.find("No problems", role="button")
        self.row(studio, "task1, task; *; no problems")
        self.picture("design")
        rows = self.rows(studio)

        with studio.opening():
            studio.keys("ctrl+shift+s")
            name = studio.find("Name:", role="text", under="Save the Design")
        studio.focus("Save the Design")
        studio.type_into(name, path)
        studio.click("Save", under="Save the Design")
        studio.says("Saved")
        saved = read(path)
        cli("check", path)
        with studio.opening():
            studio.keys("ctrl+q")
            self.end(studio)

        studio = self.open(path)
        self.outline(studio)
        self.assertEqual(self.rows(studio), rows)
        os.unlink(path)
        studio.keys("ctrl+s")
        studio.says("Saved")
        self.assertEqual(read(path), saved)

    def group(self, studio, name, *blocks):
        """Chooses blocks with the mouse and makes a group of them, by the name."""
        for block in blocks:
            studio.point_at(studio.find(f"{block}, *", role="button"))
            driver.xdotool("keydown", "shift")
        driver.xdotool("keyup", "shift")
        studio.keys("ctrl+g")
        entry = studio.find("Name of the group", role="text")
        wait(lambda: studio.has_state(entry, FOCUSED), "the focus in the name")
        studio.keys("ctrl+a")
        studio.write(name)
        studio.keys("Return")
        studio.says(f"Grouped {len(blocks)} blocks as {name}1")

    def test_groups(self):
        """Blocks into a group, opened, changed within, taken back, and apart again."""
        path = self.write_design()
        studio = self.open(path)
        self.group(studio, "stem", "conv1", "relu1", "pool1")
        studio.find("stem1, group, closed, 3 blocks", role="button", state=FOCUSED)
        studio.gone("conv1, *", role="button")

        studio.keys("Return")
        studio.find("stem1, group, open, 3 blocks", role="button", described="*, both tasks; *")
        studio.find("stem1/pool1, max pool", role="button")
        studio.keys("Right")
        studio.find("stem1/conv1, convolution", role="button", state=FOCUSED)
        channels = studio.find("Channels", role="spin button", under="MtwInspector")
        studio.set_value(channels, 12)
        studio.find("stem1/conv1, convolution", role="button", described="12 of *, both tasks; *")
        self.picture("groups")
        studio.keys("ctrl+z")
        studio.find("stem1/conv1, convolution", role="button", described="10 of *, both tasks; *")

        studio.keys("ctrl+s")
        studio.says("Saved")
        (saved,) = json.loads(read(path))["groups"]
        self.assertEqual([b["id"] for b in saved["blocks"]], ["conv1", "relu1", "pool1"])
        studio.keys("Left")
        studio.find("stem1, group, open, 3 blocks", role="button", state=FOCUSED)
        studio.keys("ctrl+shift+g")
        studio.says("Ungrouped stem1")
        studio.find("conv1, convolution", role="button", state=FOCUSED)
        studio.keys("ctrl+z")
        studio.find("stem1, group, open, 3 blocks", role="button")

    def test_training(self):
        """(b, c, e, f) Train, change, pause, keep, stop, export; the page of runs."""
        studio = self.open(self.write_design(2000))
        plot = studio.find("Losses", role="image")
        self.assertEqual(studio.read(plot, "Description"), "Press Train to see losses.")

        studio.click("Train")
        studio.find("Epoch * of 2*", role="label", under="MtwObservatory")
        first = wait(lambda: self.losses(studio, plot), "the first sentence of the losses")
        wait(lambda: self.losses(studio, plot) != first, f"other losses than “{first}”")
        with studio.opening():
            studio.click("Method: CAGrad", under="Gradient balancing")
            studio.find("PCGrad", role="list item", under="Gradient balancing")
            studio.write("equal")
            self.picture("methods")
            studio.keys("Return")
        studio.find("Method: Equal*", role="button", under="Gradient balancing")
        studio.find("balancer → *", role="label", under="MtwObservatory")
        self.picture("training")

        studio.click("Pause")
        paused = studio.find("Paused at step *", role="label", under="MtwObservatory")
        studio.click("Resume")
        wait(lambda: studio.read(paused, "Name").startswith("Epoch "), "training again")

        with studio.opening():
            studio.keys("ctrl+q")
            studio.click("Keep Training", under="Stop Training?")
        studio.gone("Stop Training?")
        studio.find("Pause", role="button")
        studio.click("Stop")
        studio.find("Stopped at step *", role="label", under="MtwObservatory")
        self.assertEqual([run["status"] for run in runs()], ["stopped"])

        self.measure(studio)
        self.export(studio)
        self.work_runs(studio)

    def losses(self, studio, plot):
        said = studio.read(plot, "Description")
        return said if said.startswith("Loss of left ") else None

    def measure(self, studio):
        with studio.opening():
            studio.keys("ctrl+k")
            studio.find("Measure…", role="label")
            studio.write("measure")
            studio.keys("Return")
            studio.find("Nothing has been measured yet.", role="label", under="Measurements")
            studio.find("Takes about *", under="Measurements")
            studio.click("Measure", under="Measurements")
            studio.find("Sharpness after epoch *", role="label", under="Measurements")
            studio.find("Adaptive sharpness", role="label", under="Measurements")
            self.picture("measurements")
        studio.keys("Escape")
        studio.gone("Measurements")

    def export(self, studio):
        path = os.path.join(self.folder, "net.h")
        with studio.opening():
            studio.click("Main Menu")
            studio.click("Export…", role="menu item")
            studio.find("*.h", role="label", under="Export")
            self.picture("export")
            studio.click("Export", under="Export")
            name = studio.find("Name:", role="text")
        studio.type_into(name, path)
        studio.click("Export", under=name.window())
        studio.says("Exported net.h")
        wait(lambda: os.path.exists(path), path)

        source = os.path.join(self.folder, "net.c")
        with open(source, "w", encoding="utf-8") as file:
            file.write('#include "net.h"\nint main (void) { return 0; }\n')
        flags = ["-std=c99", "-Wall", "-Wextra", "-Werror", "-c"]
        subprocess.run(["cc", *flags, source, "-o", source + ".o"], check=True)

    def work_runs(self, studio):
        run = runs()[0]["name"]
        with studio.opening():
            studio.keys("alt+2")
            studio.find(run, role="label", under="Runs")
        table = studio.find("GtkColumnListView", under="MtwRunsPage")
        self.picture("runs")
        studio.select_row(table, 0)
        studio.act(studio.find("MtwRunsPage"), "runs.delete")
        studio.gone(run, role="label", under="Runs")
        self.assertEqual(runs(), [])
        studio.click("Undo", under="AdwToastWidget")
        studio.find(run, role="label", under="Runs")
        self.assertEqual(len(runs()), 1)
        studio.select_row(table, 0)
        with studio.opening():
            studio.act(studio.find("MtwRunsPage"), "runs.open")
            studio.find("Design of run 1", role="label")

    def test_stop_and_close(self):
        """(c) Closing while training saves a checkpoint."""
        studio = self.open(self.write_design(2000))
        studio.click("Train")
        studio.find("Epoch * of 2*", role="label", under="MtwObservatory")
        with studio.opening():
            studio.keys("ctrl+w")
            studio.click("Stop and Close", under="Stop Training?")
            self.end(studio)
        run = runs()[0]
        self.assertEqual(run["status"], "stopped")
        folder = os.path.join(os.environ["BASIN_HOME"], "data", "runs", run["run"])
        names = [name for _, _, found in os.walk(folder) for name in found]
        saved = [name for name in names if name.startswith("step-")]
        self.assertTrue(saved, list(os.walk(folder)))

    def test_kill(self):
        """(d) Edits survive kill -9."""
        path = self.write_design()
        journals = os.path.join(os.environ["BASIN_HOME"], "state", "journal")
        studio = self.open(path)
        self.outline(studio)
        self.select(studio, "dense1")
        studio.set_value(studio.find("Units", role="spin button", under="MtwInspector"), 24)
        self.row(studio, "dense1, dense; 24 units; *")
        wait(
            lambda: os.path.isdir(journals)
            and any(name.endswith(".journal") for name in os.listdir(journals)),
            "a journal",
        )
        studio.kill()

        studio = self.start()
        studio.find("Basin was closed while “Glyph Pairs” had unsaved changes.")
        self.picture("restore")
        studio.click("Restore")
        studio.find("Canvas, *", role="panel")
        self.outline(studio)
        self.row(studio, "dense1, dense; 24 units; *")
        studio.find("● Edited", role="label")

    def test_problems(self):
        """(g) What is wrong is said, keeps Train from being pressed, and is mended by a button."""
        studio = self.open(self.write_design())
        self.outline(studio)
        self.select(studio, "relu3")
        self.ask(studio, "disconnect", "Disconnect", "fc_left")
        said = "fc_left has nothing at its input: connect a block to it."
        train = studio.find("Train", role="button", described=f"Cannot train: {said}")
        self.assertFalse(train.has(SENSITIVE))
        studio.find(said, role="label", under="MtwObservatory")
        self.open_problem(studio)
        studio.find(said, role="list item")
        self.picture("problems")
        studio.keys("Escape")
        wait(lambda: not self.is_open(studio, "1 problem"), "the list of problems closed")
        studio.keys("ctrl+z")
        studio.find("No problems", role="button")

        self.select(studio, "fc_left")
        studio.set_value(studio.find("Units", role="spin button", under="MtwInspector"), 7)
        self.open_problem(studio)
        studio.click("Give fc_left 10 Units", under="1 problem")
        studio.find("No problems", role="button")
        self.row(studio, "fc_left, dense; 10 units; *")
        self.assertTrue(studio.find("Train", role="button").has(SENSITIVE))

    def is_open(self, studio, name):
        return any(button.has(driver.PRESSED) for button in studio.all(name, role="button"))

    def open_problem(self, studio):
        with studio.opening():
            studio.click("1 problem")
            wait(lambda: self.is_open(studio, "1 problem"), "the list of problems")

    def test_names(self):
        """(h) What can be pressed or filled in has a name of its own."""
        studio = self.open(self.write_design())
        wanted = {
            ROLES[r]
            for r in ("button", "check box", "combo box", "entry", "spin button", "toggle button")
            + ("page tab", "menu item", "image", "tree", "table", "text")
        }
        bad = []
        for element in studio.tree().walk():
            if element.role not in wanted or "Action" not in element.interfaces:
                continue
            named = element.name and not TYPE_NAME.match(element.name)
            if not named and not self.is_part(element):
                bad.append(f"{element} in {self.place(element)}")
        self.assertEqual(bad, [])

    def is_part(self, element):
        """Of what has a name: a picture beside words, the two buttons that a menu button is made
        of, the button in a drop-down."""
        own_name = element.parent.name and not TYPE_NAME.match(element.parent.name)
        inner = [c for c in element.children if c.role == element.role]
        return (
            element.name == "GtkImage"
            and element.role == ROLES["image"]
            or own_name
            and element.parent.role in (element.role, ROLES["combo box"])
            or any(c.name and not TYPE_NAME.match(c.name) for c in inner)
        )

    def place(self, element):
        names = []
        while element.parent is not None:
            element = element.parent
            if element.name:
                names.append(element.name)
        return " < ".join(names[:4])


if __name__ == "__main__":
    unittest.main()
