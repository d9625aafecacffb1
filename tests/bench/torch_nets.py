# torch_nets.py — the networks of bench-networks.c in PyTorch
#
# Batch and weights are Basin's own, from a dump of bench-step (bench-told.c), so
# that losses and gradients can be compared before anything is timed. The
# parameters of a trunk come in the order of Basin's tensors, or `pieces` says
# which of these each is made of.
#
# SPDX-License-Identifier: Apache-2.0

import json
import math

import torch
from torch import nn
from torch.nn import functional

from torch_step import Network, flat

# Images can lie in memory in two ways; the faster one is what counts.
LAYOUTS = {"rows": torch.contiguous_format, "channels-last": torch.channels_last}
N_EXPERTS = 8
PICTURE, PICTURES = (3, 32, 32), {"resnet18", "vit"}  # that Basin has as rows of a table


class Dump:
    """What a step of Basin begins with, and what it finds."""

    def __init__(self, path, dtype=torch.float32):
        self.path, self.dtype = path, dtype
        with open(path, "rb") as file:
            self.head = json.loads(file.readline())
            self.at = file.tell()
        rows, self.tasks = self.head["rows"], self.head["tasks"]
        self.x = self.take(rows * math.prod(self.head["x"])).view(rows, *self.head["x"])
        self.targets = [
            self.take(rows * task["target"]).view(rows, task["target"]) for task in self.tasks
        ]

    def take(self, n):
        """The next floats."""
        with open(self.path, "rb") as file:
            file.seek(self.at)
            values = torch.frombuffer(bytearray(file.read(4 * n)), dtype=torch.float32)
        self.at += 4 * n
        return values.to(self.dtype)


# --- blocks ---


class ClassToken(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.token = nn.Parameter(torch.zeros(1, 1, width))

    def forward(self, x):
        return torch.cat([self.token.expand(len(x), -1, -1), x], 1)


class Places(nn.Module):
    def __init__(self, tokens, width):
        super().__init__()
        self.values = nn.Parameter(torch.zeros(tokens, width))

    def forward(self, x):
        return x + self.values


class Patches(nn.Conv2d):
    def __init__(self, channels, width, patch):
        super().__init__(channels, width, patch, patch)

    def forward(self, x):
        return super().forward(x).flatten(2).transpose(1, 2)


class Layer(nn.Module):
    """Attention and two dense layers, each behind a norm and beside a shortcut."""

    def __init__(self, width, n_heads):
        super().__init__()
        self.n_heads = n_heads
        self.first = nn.LayerNorm(width)
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.second = nn.LayerNorm(width)
        self.up = nn.Linear(width, 4 * width)
        self.down = nn.Linear(4 * width, width)

    def attend(self, x):
        qkv = self.qkv(x).view(*x.shape[:2], 3, self.n_heads, -1).permute(2, 0, 3, 1, 4)
        o = functional.scaled_dot_product_attention(*qkv.unbind(0))
        return self.out(o.transpose(1, 2).reshape(x.shape))

    def forward(self, x):
        x = x + self.attend(self.first(x))
        return x + self.down(functional.gelu(self.up(self.second(x))))


class First(nn.Module):
    def forward(self, x):
        return x[:, 0]


def conv_norm(inputs, channels, kernel, stride=1):
    conv = nn.Conv2d(inputs, channels, kernel, stride, kernel // 2)
    return nn.Sequential(conv, nn.BatchNorm2d(channels))


class Residual(nn.Module):
    def __init__(self, inputs, channels, stride):
        super().__init__()
        self.body = nn.Sequential(
            conv_norm(inputs, channels, 3, stride),
            nn.ReLU(inplace=True),
            conv_norm(channels, channels, 3),
        )
        self.short = conv_norm(inputs, channels, 1, stride) if stride > 1 else nn.Identity()

    def forward(self, x):
        y = self.body(x)
        y += self.short(x)
        return functional.relu_(y)


def pair(inputs, channels):
    first, second = conv_norm(inputs, channels, 3), conv_norm(channels, channels, 3)
    return nn.Sequential(first, nn.ReLU(inplace=True), second, nn.ReLU(inplace=True))


class UNet(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.fine, self.middle = pair(3, width), pair(width, 2 * width)
        self.coarse = pair(2 * width, 4 * width)
        self.up, self.top = pair(6 * width, 2 * width), pair(3 * width, width)

    def forward(self, x):
        fine = self.fine(x)
        middle = self.middle(functional.max_pool2d(fine, 2))
        z = self.coarse(functional.max_pool2d(middle, 2))
        z = self.up(torch.cat([middle, functional.interpolate(z, scale_factor=2)], 1))
        return self.top(torch.cat([fine, functional.interpolate(z, scale_factor=2)], 1))


class Experts(nn.Linear):
    """All of them as one product."""

    def forward(self, x):
        return x, functional.relu(super().forward(x)).view(len(x), N_EXPERTS, -1)


class Gated(nn.Module):
    """A gate over the experts, a layer and an output."""

    def __init__(self, inputs, width):
        super().__init__()
        self.gate = nn.Linear(inputs, N_EXPERTS)
        self.tower = nn.Linear(width, 8)
        self.out = nn.Linear(8, 1)

    def forward(self, z):
        x, experts = z
        shares = functional.softmax(self.gate(x), 1)
        return self.out(functional.relu(self.tower((shares.unsqueeze(1) @ experts).squeeze(1))))


# --- losses; a value that is not there is NaN ---


def mse(y):
    return lambda x: functional.mse_loss(x, y)


def cross_entropy(y):
    """Of a row, or of each pixel."""
    classes = y.nan_to_num(-100).long()
    if y.shape[1] == 1:
        return lambda x: functional.cross_entropy(x, classes[:, 0])
    return lambda x: functional.cross_entropy(x, classes.view(len(x), *x.shape[2:]))


def l1(y):
    there = ~y.isnan()
    if there.all():
        return lambda x: functional.l1_loss(x.view_as(y), y)
    mask, count, y = there.to(y.dtype), there.sum(), y.nan_to_num()
    return lambda x: ((x.view_as(y) - y).abs() * mask).sum() / count


def cosine(y):
    """Of three channels."""
    there = ~y.view(len(y), 3, -1).isnan().any(1)
    side = math.isqrt(there.shape[1])
    t = functional.normalize(y.view(len(y), 3, side, side).nan_to_num(), dim=1)
    t = (t * there.view(len(y), 1, side, side)).contiguous()
    count = there.sum()
    return lambda x: 1 - (functional.normalize(x, dim=1) * t).sum() / count


# --- networks ---


def dense_heads(n, width, size):
    return [nn.Linear(width, size) for _ in range(n)]


def toy(dump):
    trunk = nn.Sequential(nn.Linear(2, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU())
    return trunk, dense_heads(len(dump.tasks), 32, 1), map(mse, dump.targets)


def mlp(dump):
    trunk = nn.Sequential(
        nn.Flatten(), nn.Linear(1296, 256), nn.ReLU(), nn.Linear(256, 128), nn.ReLU()
    )
    return trunk, dense_heads(len(dump.tasks), 128, 10), map(cross_entropy, dump.targets)


def lenet(dump):
    trunk = nn.Sequential(
        nn.Conv2d(1, 10, 9),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(10, 20, 5),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(500, 50),
        nn.ReLU(),
    )
    return trunk, dense_heads(len(dump.tasks), 50, 10), map(cross_entropy, dump.targets)


def resnet18(dump):
    trunk = nn.Sequential(conv_norm(3, 64, 3), nn.ReLU(inplace=True))
    inputs = 64
    for stage in range(4):
        for n in range(2):
            stride = 2 if stage > 0 and n == 0 else 1
            trunk.append(Residual(inputs, 64 << stage, stride))
            inputs = 64 << stage
    trunk.extend([nn.AdaptiveAvgPool2d(1), nn.Flatten()])
    return trunk, dense_heads(len(dump.tasks), 512, 10), map(cross_entropy, dump.targets)


def vit(dump):
    trunk = nn.Sequential(Patches(3, 128, 4), ClassToken(128), Places(65, 128))
    trunk.extend([Layer(128, 4) for _ in range(6)])
    trunk.extend([First(), nn.LayerNorm(128)])
    return trunk, dense_heads(len(dump.tasks), 128, 10), map(cross_entropy, dump.targets)


def unet(dump):
    losses = [loss(y) for loss, y in zip([cross_entropy, l1, cosine], dump.targets)]
    return UNet(32), [nn.Conv2d(32, n, 1) for n in (5, 1, 3)], losses


def mmoe(dump):
    heads = [Gated(100, 16) for _ in dump.tasks]
    return Experts(100, N_EXPERTS * 16), heads, map(mse, dump.targets)


WORKLOADS = {maker.__name__: maker for maker in [toy, mlp, lenet, resnet18, vit, unet, mmoe]}
IMAGES = {"lenet", "resnet18", "unet", "vit"}


def layouts_of(workload):
    return list(LAYOUTS) if workload in IMAGES else ["rows"]


def make(workload, dump, layout):
    """The network on the dump's batch, with weights of its own."""
    order = LAYOUTS[layout]
    trunk, heads, losses = WORKLOADS[workload](dump)
    for module in [trunk, *heads]:
        module.to(dtype=dump.dtype, memory_format=order)
    x = dump.x.view(-1, *PICTURE) if workload in PICTURES else dump.x
    if x.dim() == 4:
        x = x.contiguous(memory_format=order)
    net = Network(trunk, heads, x, list(losses))
    n = len(dump.head["tensors"])
    net.pieces = [[i] for i in range(n)]
    if workload == "mmoe":
        net.pieces = [list(range(0, n, 2)), list(range(1, n, 2))]
    return net


# --- the same weights, the same gradients ---


def sizes_of(dump):
    return [math.prod(shape) for shape in dump.head["tensors"]]


def load_weights(net, dump):
    """Those of the dump, which is at them."""
    parts = dump.take(dump.head["trunk"]).split(sizes_of(dump))
    with torch.no_grad():
        for p, pieces in zip(net.shared, net.pieces, strict=True):
            p.copy_(torch.cat([parts[i] for i in pieces]).view(p.shape))
        for own, task in zip(net.own, dump.tasks, strict=True):
            parts = dump.take(task["weights"]).split([p.numel() for p in own])
            for p, part in zip(own, parts, strict=True):
                p.copy_(part.view(p.shape))


def in_order(net, dump, gradients):
    """Gradients of the trunk as they follow each other in Basin."""
    sizes = sizes_of(dump)
    parts = [None] * len(sizes)
    for g, pieces in zip(gradients, net.pieces):
        for i, part in zip(pieces, g.reshape(-1).split([sizes[i] for i in pieces])):
            parts[i] = part
    return torch.cat(parts)


def distance(a, b):
    return ((a - b).norm() / b.norm()).item()


def read_basin(dump):
    """Losses, then each task's gradients of the trunk and of its head, where the dump has them."""
    losses = torch.tensor([task["loss"] for task in dump.tasks], dtype=dump.dtype)
    rows = [dump.take(dump.head["trunk"]) for _ in dump.tasks]
    return [losses, *rows, *(dump.take(task["weights"]) for task in dump.tasks)]


def work_out(net, dump):
    """The same by PyTorch."""
    losses = torch.stack([loss.detach() for loss in net.losses()])
    rows = net.rows()
    trunk = [in_order(net, dump, g) for g, _ in rows]
    return [losses, *trunk, *(flat(own) for _, own in rows)]


def check(workload, path):
    """How far Basin and PyTorch are from PyTorch in double precision: the largest relative
    distance of losses or of one task's gradients, of the trunk or of a head."""
    found = []
    for dtype in torch.float32, torch.float64:
        dump = Dump(path, dtype)
        net = make(workload, dump, "rows")
        load_weights(net, dump)
        found.append([v.double() for v in work_out(net, dump)])
    single, double = found
    basin = read_basin(dump)
    return [max(map(distance, of, double)) for of in (basin, single)]
