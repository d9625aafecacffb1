# judge.py — whole starter designs, judged in double precision
#
#   judge.py DUMP-STEPS TEMPLATES DATA [DESIGN…]
#
# Ten steps of training, taken by Basin (dump-steps.c). At each of them the
# network is built once more from its blocks and wires, and from the same
# weights and the same batch PyTorch works out the gradients of each task, in
# double precision and in single. The error of Basin and that of PyTorch in
# single precision are their distances to the double one.
#
# A rectifier, a maximum and |x| have slopes that jump. Of values within
# rounding of a jump the last bit decides on which side they are, and one
# that goes another way moves the gradient by far more than rounding does. So
# the double network is run twice, with the decisions of either side, and each
# side is compared with its own; a decision that is not within rounding of the
# jump counts as wrong, and is reported.
#
# SPDX-License-Identifier: Apache-2.0

import json
import os
import pathlib
import subprocess
import sys

# Threads that wait by spinning keep those from working that they wait for.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
try:
    import torch
    import torch.nn.functional as F
except ImportError:
    sys.exit("./dev judge needs PyTorch: pip install torch==2.13.0, or name a python3 that has "
             "it in BASIN_TORCH_PYTHON")

from judge_ops import LOSSES, OPS, flag, whole

STEPS = 10
NEAR = 3e-5  # of a tensor's root mean square: so far from a jump rounding may decide

# Starter designs with what has to be set: data, and batches that fit ten steps into minutes.
DESIGNS = {
    "two-digits": [],
    "multi-mnist": ["blocks.digits.path={data}/mnist"],
    "gru-tagger": [],
    "text-transformer": [],
    "unet": [],
    "vit": [],
    "resnet18": ["experiment.batch=8"],
    "mmoe-table": [],
    "mtan": [],
    "moe-vit": [],
    "toy-2d": [],
}


# --- what dump-steps says ---


def take(stream, dtype, *shape):
    n = torch.Size(shape).numel()
    if n == 0:
        return torch.zeros(shape, dtype=dtype)
    size = n * torch.empty(0, dtype=dtype).element_size()
    data = stream.read(size)
    if len(data) != size:
        sys.exit("judge: dump-steps stopped in the middle of a record")
    return torch.frombuffer(bytearray(data), dtype=dtype).reshape(shape)


def read_decision(stream, net, one):
    """Signs as truths; places as (index into the plane, whether there is one)."""
    raw = take(stream, {1: torch.uint8, 2: torch.int16}[one["bytes"]], one["n"])
    block = net["by_id"][one["block"]]
    shape = (net["rows"], *block["out"][0])
    if one["kind"] == "sign":
        return raw.reshape(shape).bool()
    size, stride = whole(block, "size"), whole(block, "stride") or whole(block, "size")
    place, padding = raw.reshape(shape).long(), whole(block, "padding")
    alive = place < size * size
    place = torch.where(alive, place, 0)
    down = torch.arange(shape[2])[:, None] * stride + place // size - padding
    along = torch.arange(shape[3]) * stride + place % size - padding
    width = net["by_id"][block["in"][0][0]]["out"][0][2]
    return down * width + along, alive


def read_record(stream, net):
    rows, trunk = net["rows"], net["n_trunk"]
    record = {"theta": take(stream, torch.float32, net["n_theta"])}
    record["x"] = [take(stream, torch.float32, rows, *shape) for shape in net["ports"]]
    record["targets"] = [take(stream, torch.float32, rows, t["target"]) for t in net["tasks"]]
    record["losses"] = take(stream, torch.float64, len(net["tasks"]))
    record["outputs"], record["gradients"] = [], []
    for task in net["tasks"]:
        shape = net["by_id"][net["by_id"][task["id"]]["in"][0][0]]["out"]
        record["outputs"].append(take(stream, torch.float32, rows,
                                      *shape[net["by_id"][task["id"]]["in"][0][1]]))
        record["gradients"].append(
            (take(stream, torch.float32, trunk), take(stream, torch.float32, task["n_weights"])))
    record["renewed"] = take(stream, torch.float32, net["n_theta"] - net["n_weights"])
    record["decisions"] = {one["block"]: read_decision(stream, net, one)
                           for one in net["decisions"]}
    return record


# --- one network, in one precision ---


class Judge:
    """Runs the blocks. `forced`: decisions to follow; None: its own, which it notes."""

    def __init__(self, net, record, dtype, forced):
        self.net, self.record, self.dtype, self.forced = net, record, dtype, forced
        self.made, self.wrong, self.followed = {}, 0, 0
        self.weights, self.leaves = {}, []
        self.theta = record["theta"].to(dtype)
        for tensor in net["tensors"]:
            n = torch.Size(tensor["shape"]).numel()
            w = self.theta[tensor["offset"]:tensor["offset"] + n].reshape(tensor["shape"]).clone()
            if tensor["offset"] < net["n_weights"]:
                w.requires_grad_()
            self.leaves.append(w)
            self.weights.setdefault(tensor["block"], {})[tensor["name"]] = w

    def note(self, differs, distance, x):
        """Decisions other than this network's own, and how far from the jump they are."""
        self.followed += int(differs.sum())
        scale = x.square().mean().sqrt().item()
        self.wrong += int((differs & (distance > NEAR * scale)).sum())

    def rectify(self, block, x, slope):
        active = x > 0
        if self.forced is None:
            self.made[block["id"]] = active.detach()
            return F.relu(x) if slope == 0.0 else F.leaky_relu(x, slope)
        if block["id"] not in self.forced:  # the pooling behind it decides for both
            return x
        told = self.forced[block["id"]]
        self.note(told != active, x.detach().abs(), x.detach())
        return torch.where(told, x, slope * x)

    def pool(self, block, x):
        stride = whole(block, "stride") or whole(block, "size")
        best, index = F.max_pool2d(x, whole(block, "size"), stride, whole(block, "padding"),
                                   return_indices=True)
        if self.forced is None:
            self.made[block["id"]] = index, torch.ones_like(index, dtype=torch.bool)
            return best
        told, alive = self.forced[block["id"]]
        y = x.flatten(2).gather(2, told.flatten(2)).view_as(best)
        best, y_now = best.detach(), y.detach()
        fused = block["in"][0][0] not in self.forced and self.net["by_id"][
            block["in"][0][0]]["op"] == "relu"
        lives = best > 0 if fused else torch.ones_like(alive)
        self.note(alive & (y_now != best), best - y_now, x.detach())
        self.note(alive != lives, best.abs(), x.detach())
        return torch.where(alive, y, 0.0)

    def absolute(self, task, d):
        if self.forced is None:
            self.made[task["id"]] = d.detach() > 0
            return d.abs()
        told = self.forced[task["id"]]
        self.note(told != (d > 0), d.detach().abs(), d.detach())
        return torch.where(told, d, -d)

    def statistics(self, block):
        """Means and variances, which batch_norm() writes to."""
        return self.weights[block["id"]]

    def forward(self):
        values, losses = {}, []
        behind = {}  # block → those that it follows from, itself included
        self.penalties = {}
        for block in self.net["blocks"]:
            behind[block["id"]] = {block["id"]}.union(*(behind[name] for name, _ in block["in"]))
            if not block["in"]:
                values[block["id"]] = [x.to(self.dtype) for x in self.record["x"]]
                continue
            x = [values[name][port] for name, port in block["in"]]
            if block["op"] == "task":
                values[block["id"]] = x
                continue
            if block["op"] not in OPS:
                sys.exit("judge: judge_ops.py has no function for %s" % block["op"])
            y = OPS[block["op"]](block, x, self.weights.get(block["id"], {}), self)
            values[block["id"]] = y if isinstance(y, (list, tuple)) else [y]
        for k, task in enumerate(self.net["tasks"]):
            if task["loss"] not in LOSSES:
                sys.exit("judge: judge_ops.py has no function for %s" % task["loss"])
            losses.append(LOSSES[task["loss"]](task, values[task["id"]][0],
                                               self.record["targets"][k].to(self.dtype), self)
                          + sum(p for name, p in self.penalties.items()
                                if name in behind[task["id"]]))
        self.outputs = [values[task["id"]][0].detach() for task in self.net["tasks"]]
        return losses

    def run(self):
        """Losses, and for each task its gradients over the trunk and over its head."""
        losses, rows = self.forward(), []
        learned = [(t, w) for t, w in zip(self.net["tensors"], self.leaves) if w.requires_grad]
        for k, task in enumerate(self.net["tasks"]):
            found = torch.autograd.grad(losses[k] * task["weight"], [w for _, w in learned],
                                        retain_graph=True, allow_unused=True)
            whole_row = torch.zeros(self.net["n_weights"], dtype=self.dtype)
            for (tensor, w), g in zip(learned, found):
                if g is not None:
                    whole_row[tensor["offset"]:tensor["offset"] + w.numel()] = g.flatten()
            head = self.net["n_trunk"] + sum(t["n_weights"] for t in self.net["tasks"][:k])
            rows.append((whole_row[:self.net["n_trunk"]],
                         whole_row[head:head + task["n_weights"]]))
        return [loss.item() for loss in losses], rows


# --- errors ---


class Errors:
    """Of trunk, heads or outputs: relative, one of each step and task."""

    def __init__(self):
        self.rms, self.most = [], []

    def add(self, found, true):
        if true.numel() == 0 or true.abs().max() == 0.0:
            return
        off = found.double() - true
        self.rms.append((off.norm() / true.norm()).item())
        self.most.append((off.abs().max() / true.abs().max()).item())

    def mean(self):
        return (sum(e * e for e in self.rms) / max(len(self.rms), 1)) ** 0.5

    def worst(self):
        return max(self.most, default=0.0)


PARTS = ("trunk", "heads", "outputs")


def told_signs(net, record, made):
    """The decisions of |x| follow from the outputs that Basin gives."""
    for k, task in enumerate(net["tasks"]):
        if task["loss"] == "l1":
            t = record["targets"][k].flatten()
            d = (record["outputs"][k].flatten() - t)[~torch.isnan(t)]
            made[task["id"]] = d > 0
    return made


def compare(errors, found, outputs, reference):
    _, rows = reference.run()
    for part, n in (("trunk", 0), ("heads", 1)):
        for mine, true in zip(found, rows):
            errors[part].add(mine[n], true[n])
    for mine, true in zip(outputs, reference.outputs):
        errors["outputs"].add(mine, true)
    return reference.wrong


def judge_step(net, record, basin, torch32):
    """Adds the errors of one step; returns the decisions that were wrong, of both."""
    wrong = compare(basin, record["gradients"], record["outputs"],
                    Judge(net, record, torch.float64,
                          told_signs(net, record, dict(record["decisions"]))))
    single = Judge(net, record, torch.float32, None)
    _, rows = single.run()
    return wrong, compare(torch32, rows, single.outputs,
                          Judge(net, record, torch.float64, single.made))


def judge(program, path, sets, n_steps):
    basin, torch32 = ({part: Errors() for part in PARTS} for _ in range(2))
    wrong = [0, 0]
    with subprocess.Popen([program, path, str(n_steps), *sets], stdout=subprocess.PIPE) as dump:
        line = dump.stdout.readline()
        if not line:
            sys.exit("judge: dump-steps did not take %s" % path)
        net = json.loads(line)
        net["by_id"] = {block["id"]: block for block in net["blocks"]}
        for _ in range(n_steps):
            found = judge_step(net, read_record(dump.stdout, net), basin, torch32)
            wrong = [a + b for a, b in zip(wrong, found)]
    return basin, torch32, wrong


def show(name, basin, torch32, wrong):
    """A line a part; whether Basin is as close as PyTorch."""
    good = wrong[0] <= wrong[1]
    for part in PARTS:
        a, b = basin[part], torch32[part]
        if not a.rms:
            continue
        closer = sum(x <= y for x, y in zip(a.rms, b.rms))
        print("| `%s` | %s | %.2e | %.2e | **%.2f** | %.2e | %.2e | %.2f | %d of %d |" % (
            name, part, a.mean(), b.mean(), a.mean() / b.mean(), a.worst(), b.worst(),
            a.worst() / b.worst(), closer, len(a.rms)), flush=True)
        good = good and (part == "outputs" or a.mean() <= b.mean())
    if any(wrong):
        print("%s: decisions that rounding does not excuse: Basin %d, PyTorch %d"
              % (name, *wrong))
    return good


def main():
    program, templates, data, *names = sys.argv[1:]
    known = [n for n in DESIGNS if (pathlib.Path(templates) / f"{n}.basin").exists()]
    bad = [n for n in names if n not in known]
    if bad:
        sys.exit("judge: no starter design %s; there are: %s" % (", ".join(bad), ", ".join(known)))
    print("PyTorch %s; %d steps" % (torch.__version__, STEPS))
    print("| design | part | Basin, rms | PyTorch | ratio | Basin, most | PyTorch | ratio "
          "| closer |\n|---|---|---|---|---|---|---|---|---|")
    worse = []
    for name in names or known:
        sets = [s.format(data=data) for s in DESIGNS[name]]
        if any("{data}" in s for s in DESIGNS[name]) and not pathlib.Path(data).is_dir():
            print("%s: skipped, there is no data in %s" % (name, data))
            continue
        path = str(pathlib.Path(templates) / f"{name}.basin")
        if not show(name, *judge(program, path, sets, STEPS)):
            worse.append(name)
    if worse:
        sys.exit("judge: not as close as PyTorch: " + ", ".join(worse))


if __name__ == "__main__":
    main()
