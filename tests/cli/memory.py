# memory.py — what `basin-cli check` tells of memory, against what training takes
#
#   memory.py BASIN-CLI
#
# Trains starter designs on little data and compares the peak of resident memory,
# less that of a program that trains nothing, with what was told.
#
# SPDX-License-Identifier: Apache-2.0

import json
import os
import pathlib
import subprocess
import sys
import tempfile

MIB = 2 ** 20
SHARE, SLACK = 0.1, 8 * MIB  # the slack is for data, the store and what else a run keeps

# Batches and data that take seconds.
DESIGNS = {
    "two-digits": ["blocks.digits.train-size=512", "blocks.digits.test-size=64"],
    "gru-tagger": ["blocks.sentences.train-size=256", "blocks.sentences.test-size=64"],
    "unet": ["blocks.rooms.train-size=64", "blocks.rooms.test-size=16"],
    "vit": ["blocks.digits.train-size=256", "blocks.digits.test-size=64"],
    "resnet18": ["blocks.digits.train-size=16", "blocks.digits.test-size=8",
                 "experiment.batch=8"],
}


def peak(home, *words):
    """Bytes resident at most of basin-cli with these words."""
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL,
                               env=dict(os.environ, BASIN_HOME=home))
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit("%s: exit status %d" % (" ".join(words), process.returncode))
    return usage.ru_maxrss * 1024


def check(cli, folder, name, sets):
    path = str(pathlib.Path(folder) / f"{name}.basin")
    words = [word for pair in sets for word in ("--set", pair)] + ["--threads", "2"]
    subprocess.run([cli, "new", name, "-o", path], check=True, stdout=subprocess.DEVNULL)
    found = subprocess.run([cli, "check", path, "--json", *words], check=True,
                           stdout=subprocess.PIPE)
    told = json.loads(found.stdout)["memory"]
    taken = (peak(folder, cli, "train", path, "--epochs", "1", *words)
             - peak(folder, cli, "methods"))
    good = abs(told - taken) <= SHARE * taken + SLACK
    print("%s %s: told %.1f MiB, taken %.1f MiB" % ("ok" if good else "not ok", name,
                                                   told / MIB, taken / MIB))
    return good


def main():
    cli = sys.argv[1]
    print("1..%d" % len(DESIGNS))
    with tempfile.TemporaryDirectory() as folder:
        results = [check(cli, folder, name, sets) for name, sets in DESIGNS.items()]
    sys.exit(0 if all(results) else 1)


main()
