#!/usr/bin/env python3
# frames.py — what watching a run costs it, and how fast the screen is meanwhile
#
# In each pair the command line trains the starter design, then the studio
# trains it with all plots in sight, one after the other on the same machine,
# both with one thread. The studio draws with GTK's GL renderer; frame-meter.c
# notes its frames. Seconds are those that the run recorded, training alone.
#
# SPDX-License-Identifier: Apache-2.0
"""usage: desktop.sh frames.py BASIN BASIN-CLI METER [--pairs N] [--epochs N] [--plots a,b,…]"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

PLOTS = "losses,metrics,conflict,cosine,weights,flatness,landscape"
PATIENCE = 300.0  # s, for a run
SETTLE = 1.0  # s of frames that are left out: the first of each plot
SETTINGS = "[io/github/basin_studio/Basin]\nthreads=1\nlayout='{plots}'\n"


class Home:
    """A home of its own for both programs, with one design in it."""

    def __init__(self, folder, cli, epochs, plots):
        self.cli = cli
        self.frames = os.path.join(folder, "frames")
        self.design = os.path.join(folder, "design.basin")
        settings = os.path.join(folder, "config", "glib-2.0", "settings")
        os.makedirs(settings)
        with open(os.path.join(settings, "keyfile"), "w", encoding="utf-8") as file:
            file.write(SETTINGS.format(plots=plots))
        self.env = dict(
            os.environ,
            BASIN_HOME=os.path.join(folder, "basin"),
            XDG_CONFIG_HOME=os.path.join(folder, "config"),
            GSETTINGS_BACKEND="keyfile",
            GSK_RENDERER="gl",
            LIBGL_ALWAYS_SOFTWARE="1",
        )
        self.env.pop("GDK_DEBUG", None)
        design = json.loads(self.run("new", "two-digits"))
        design["experiment"]["epochs"] = epochs
        with open(self.design, "w", encoding="utf-8") as file:
            json.dump(design, file)

    def run(self, *words):
        return subprocess.run(
            [self.cli, *words], env=self.env, check=True, capture_output=True, text=True
        ).stdout

    def lines(self, *words):
        return [json.loads(line) for line in self.run(*words, "--json").splitlines()]

    def seconds(self, run):
        """Training alone, of all epochs."""
        return sum(line["seconds"] for line in self.lines("show", run) if "seconds" in line)


def train_in_terminal(home):
    home.run("train", home.design, "--threads", "1")
    return home.seconds("last")


def press(*keys):
    subprocess.run(["xdotool", "key", "--clearmodifiers", *keys], check=True)


def wait(look, what):
    deadline = time.monotonic() + PATIENCE
    while not look():
        if time.monotonic() > deadline:
            sys.exit(f"not in {PATIENCE:.0f} s: {what}")
        time.sleep(0.5)


def active_window(process):
    said = subprocess.run(
        ["xdotool", "getactivewindow", "getwindowpid"], check=False, capture_output=True, text=True
    ).stdout
    return said.strip() == str(process.pid)


def read_frames(path, begin, end):
    """Pairs of ms: when a frame began, how long GTK worked on it."""
    with open(path, encoding="utf-8") as file:
        pairs = [tuple(int(word) / 1e3 for word in line.split()) for line in file]
    return [(began, ended - began) for began, ended in pairs if 1e3 * begin < began < 1e3 * end]


def train_in_studio(home, basin, meter, least):
    """Seconds of training, the intervals between frames and the work on each, in ms.

    Nobody asks for the end of the run in the first `least` seconds: asking takes time too."""
    before = len(home.lines("runs"))
    env = dict(home.env, LD_PRELOAD=meter, BASIN_FRAMES=home.frames)
    with subprocess.Popen([basin, home.design], env=env) as process:
        wait(lambda: active_window(process), "the studio's window")
        time.sleep(SETTLE)
        press("shift+F11")
        time.sleep(SETTLE)
        press("ctrl+r")
        began = time.monotonic()
        time.sleep(least)
        wait(lambda: len(home.lines("runs")) > before, "a run")
        wait(lambda: home.lines("runs")[0]["status"] == "done", "the end of the run")
        seconds = home.seconds("last")
        process.terminate()
    frames = read_frames(home.frames, began + SETTLE, began + seconds)
    if len(frames) < 20:
        sys.exit(f"the studio drew {len(frames)} frames while it trained")
    intervals = [b[0] - a[0] for a, b in zip(frames, frames[1:])]
    return seconds, intervals, [work for _, work in frames]


def percentiles(values):
    cuts = statistics.quantiles(values, n=20)
    return f"median {cuts[9]:5.1f}, 5 to 95 % {cuts[0]:5.1f} to {cuts[18]:5.1f} ms"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("basin", "cli", "meter"):
        parser.add_argument(name)
    parser.add_argument("--pairs", type=int, default=7)
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--plots", default=PLOTS)
    args = parser.parse_args()

    ratios, intervals, works = [], [], []
    for pair in range(args.pairs):
        with tempfile.TemporaryDirectory() as folder:
            home = Home(folder, args.cli, args.epochs, args.plots)
            alone = train_in_terminal(home)
            watched, new_intervals, new_works = train_in_studio(
                home, args.basin, args.meter, alone
            )
        ratios.append(watched / alone)
        intervals += new_intervals
        works += new_works
        print(
            f"pair {pair + 1}: basin-cli {alone:6.2f} s, studio {watched:6.2f} s, "
            f"ratio {ratios[-1]:.3f}, frame every {statistics.median(new_intervals):.1f} ms",
            flush=True,
        )
    print(f"training watched / alone: median {statistics.median(ratios):.3f} of {args.pairs} pairs")
    print(f"from frame to frame:      {percentiles(intervals)} ({len(intervals)} frames)")
    print(f"GTK's work on a frame:    {percentiles(works)}")


if __name__ == "__main__":
    main()
