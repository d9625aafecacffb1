#!/usr/bin/env python3
# torch-step.py — the steps of bench-step.c in PyTorch, as a yardstick
#
# The same networks, batches, methods and lines. It is written as one who
# wants it fast would write it, in eager mode: one flat Gramian, weights
# worked out on two numbers, one fused optimiser, the faster layout for images.
#
# SPDX-License-Identifier: Apache-2.0
"""usage: torch-step.py"""

import math
import time

import torch
from torch import nn
from torch.nn import functional

SEED = 1
RATE = 1e-4
ROUND_TIME = 2e-3  # seconds, as the next two; bench-step.c has the same
CASE_TIME = 0.5
MIN_ROUNDS = 5
RHO = 0.05
RADIUS = 0.5  # c of CAGrad
GOLDEN = (math.sqrt(5.0) - 1.0) / 2.0


class Network:
    """A trunk, two heads, one batch, and the optimiser of all weights."""

    def __init__(self, trunk, heads, x, targets, loss):
        self.trunk, self.heads, self.x, self.targets, self.loss = trunk, heads, x, targets, loss
        self.shared = list(trunk.parameters())
        self.own = [list(head.parameters()) for head in heads]
        self.optimizer = torch.optim.SGD(
            self.shared + self.own[0] + self.own[1], lr=RATE, momentum=0.9, fused=True
        )

    def losses(self):
        z = self.trunk(self.x)
        return [self.loss(head(z), y) for head, y in zip(self.heads, self.targets)]

    def loss_of(self, task):
        return self.loss(self.heads[task](self.trunk(self.x)), self.targets[task])

    def gradients(self, loss, task, retain):
        """Of the trunk and of the task's head."""
        all_of = torch.autograd.grad(loss, self.shared + self.own[task], retain_graph=retain)
        return all_of[: len(self.shared)], all_of[len(self.shared) :]

    def rows(self):
        """Of both tasks at the weights as they are, from one forward pass."""
        first, second = self.losses()
        return [self.gradients(first, 0, True), self.gradients(second, 1, False)]

    def apply(self, direction, heads):
        for p, part in zip(self.shared, direction.split([p.numel() for p in self.shared])):
            p.grad = part.view_as(p)
        for task, gradients in enumerate(heads):
            for p, g in zip(self.own[task], gradients):
                p.grad = g
        self.optimizer.step()


def flat(gradients):
    return torch.cat([g.reshape(-1) for g in gradients])


def pcgrad(m):
    (aa, ab), (_, bb) = m
    if ab >= 0.0:
        return 1.0, 1.0
    return 1.0 - ab / aa, 1.0 - ab / bb


def cagrad(m):
    """The dual is convex in one number for two tasks; golden section finds it."""
    (aa, ab), (_, bb) = m
    mean = [(aa + ab) / 2.0, (ab + bb) / 2.0]
    phi = RADIUS * math.sqrt(max(sum(mean) / 2.0, 0.0))

    def length(u):
        return math.sqrt(max(u * u * aa + 2.0 * u * (1.0 - u) * ab + (1.0 - u) ** 2 * bb, 0.0))

    def dual(u):
        return u * mean[0] + (1.0 - u) * mean[1] + phi * length(u)

    low, high = 0.0, 1.0
    for _ in range(30):
        inner, outer = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
        if dual(inner) < dual(outer):
            high = outer
        else:
            low = inner
    u = (low + high) / 2.0
    factor = phi / length(u)
    scale = 1.0 / (1.0 + RADIUS * RADIUS)
    return (0.5 + factor * u) * scale, (0.5 + factor * (1.0 - u)) * scale


def balance(weigh, rows):
    """Σ w_k·g_k of two flat gradients."""
    jacobian = torch.stack(rows)
    return torch.tensor(weigh((jacobian @ jacobian.T).tolist())) @ jacobian


def step_equal(net):
    net.optimizer.zero_grad()
    first, second = net.losses()
    ((first + second) / 2.0).backward()
    net.optimizer.step()


def step_balanced(weigh):
    def step(net):
        rows = net.rows()
        net.apply(balance(weigh, [flat(g) for g, _ in rows]), [a for _, a in rows])

    return step


def climb(gradients):
    """ρ·g/|g|, of a list of tensors."""
    norm = math.sqrt(sum(n * n for n in torch.stack(torch._foreach_norm(gradients)).tolist()))
    return torch._foreach_mul(gradients, RHO / norm if norm > 0.0 else 0.0)


def step_fs_mtl(weigh):
    def step(net):
        rows = net.rows()
        clean = [flat(g) for g, _ in rows]
        flatness, heads = [], []
        for task, (g, a) in enumerate(rows):
            weights = net.shared + net.own[task]
            move = climb(g) + climb(a)
            with torch.no_grad():
                torch._foreach_add_(weights, move)
            s, b = net.gradients(net.loss_of(task), task, False)
            with torch.no_grad():
                torch._foreach_sub_(weights, move)
            flatness.append(flat(s).sub_(clean[task]))
            heads.append(b)
        net.apply(balance(weigh, clean).add_(balance(weigh, flatness)), heads)

    return step


METHODS = {
    "equal": step_equal,
    "pcgrad": step_balanced(pcgrad),
    "fs-mtl(pcgrad)": step_fs_mtl(pcgrad),
    "cagrad": step_balanced(cagrad),
}


def toy():
    trunk = nn.Sequential(nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU())
    return Network(
        trunk,
        [nn.Linear(32, 1), nn.Linear(32, 1)],
        torch.randn(64, 32),
        [torch.randn(64, 1) for _ in range(2)],
        functional.mse_loss,
    )


def classes():
    return [torch.randint(10, (256,)) for _ in range(2)]


def perceptron():
    trunk = nn.Sequential(nn.Linear(1296, 256), nn.ReLU(), nn.Linear(256, 256), nn.ReLU())
    return Network(
        trunk,
        [nn.Linear(256, 10), nn.Linear(256, 10)],
        torch.randn(256, 1296),
        classes(),
        functional.cross_entropy,
    )


def lenet(layout):
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
    ).to(memory_format=layout)
    x = torch.randn(256, 1, 36, 36).to(memory_format=layout)
    return Network(
        trunk, [nn.Linear(50, 10), nn.Linear(50, 10)], x, classes(), functional.cross_entropy
    )


# The faster of two layouts is what counts.
WORKLOADS = {
    "A": [toy],
    "B": [perceptron],
    "C": [lambda: lenet(torch.contiguous_format), lambda: lenet(torch.channels_last)],
}


def time_steps(step, net, n_steps):
    began = time.perf_counter()
    for _ in range(n_steps):
        step(net)
    return time.perf_counter() - began


def time_case(step, net):
    """Seconds a step, of the fastest round."""
    for _ in range(3):
        step(net)
    n_steps = 1
    while time_steps(step, net, n_steps) < ROUND_TIME:
        n_steps *= 2
    best, spent, rounds = math.inf, 0.0, 0
    while rounds < MIN_ROUNDS or spent < CASE_TIME:
        took = time_steps(step, net, n_steps)
        best, spent, rounds = min(best, took / n_steps), spent + took, rounds + 1
    return best


def main():
    for threads in (1, 2):
        torch.set_num_threads(threads)
        for workload, makes in WORKLOADS.items():
            for method, step in METHODS.items():
                torch.manual_seed(SEED)
                best = min(time_case(step, make()) for make in makes)
                print(f"{workload} {method:14} {threads} {1e3 * best:10.4f} ms/step", flush=True)


if __name__ == "__main__":
    main()
