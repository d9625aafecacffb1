# torch_step.py — the steps of bench-step.c in PyTorch, as a yardstick
#
# The same methods. It is written as one who wants it fast would write it, in
# eager mode: one flat Gramian, weights worked out on a few numbers, one fused
# optimiser. torch_nets.py has the networks.
#
# SPDX-License-Identifier: Apache-2.0

import math
from operator import mul

import torch

RATE = 1e-4
RHO = 0.05
RADIUS = 0.5  # c of CAGrad
CAGRAD_STEPS = 25


class Network:
    """A trunk, a head and a loss for each task, one batch, and the optimiser of all weights."""

    def __init__(self, trunk, heads, x, losses):
        self.trunk, self.heads, self.x, self.loss_from = trunk, heads, x, losses
        self.shared = list(trunk.parameters())
        self.own = [list(head.parameters()) for head in heads]
        self.optimizer = torch.optim.SGD(
            self.shared + [p for own in self.own for p in own], lr=RATE, momentum=0.9, fused=True
        )

    def losses(self):
        z = self.trunk(self.x)
        return [loss(head(z)) for head, loss in zip(self.heads, self.loss_from)]

    def loss_of(self, task):
        return self.loss_from[task](self.heads[task](self.trunk(self.x)))

    def gradients(self, loss, task, retain):
        """Of the trunk and of the task's head."""
        all_of = torch.autograd.grad(loss, self.shared + self.own[task], retain_graph=retain)
        return all_of[: len(self.shared)], all_of[len(self.shared) :]

    def rows(self):
        """Of all tasks at the weights as they are, from one forward pass."""
        losses = self.losses()
        last = len(losses) - 1
        return [self.gradients(loss, task, task < last) for task, loss in enumerate(losses)]

    def apply(self, direction, heads):
        """A fused optimiser reads a gradient in the layout of its weights, whatever it has."""
        for p, part in zip(self.shared, direction.split([p.numel() for p in self.shared])):
            part = part.view_as(p)
            p.grad = part if p.is_contiguous() else torch.empty_like(p).copy_(part)
        for task, gradients in enumerate(heads):
            for p, g in zip(self.own[task], gradients):
                p.grad = g
        self.optimizer.step()


def flat(gradients):
    return torch.cat([g.reshape(-1) for g in gradients])


# --- weights from a Gramian ---


def pcgrad(gramian):
    """Natural order: the cost of drawing another is left out."""
    m = gramian.tolist()
    tasks = range(len(m))
    total = [0.0 for _ in tasks]
    for i in tasks:
        u = [float(k == i) for k in tasks]
        for j in tasks:
            inner = sum(a * b for a, b in zip(m[j], u))
            if j != i and inner < 0.0:
                u[j] -= inner / m[j][j]
        total = [a + b for a, b in zip(total, u)]
    return total


def simplex(y):
    """Euclidean projection onto the simplex."""
    total, shift = -1.0, 0.0
    for n, u in enumerate(sorted(y, reverse=True), 1):
        total += u
        if u <= total / n:
            break
        shift = total / n
    return [max(u - shift, 0.0) for u in y]


def cagrad(gramian):
    """Projected gradient on the dual, which is convex; lists are fast for a few tasks."""
    m = gramian.tolist()
    n = len(m)
    trace = sum(m[k][k] for k in range(n))
    mean = [sum(row) / n for row in m]
    phi = RADIUS * math.sqrt(max(sum(mean) / n, 0.0))
    w = [1.0 / n] * n
    for _ in range(CAGRAD_STEPS):
        mw = [sum(map(mul, row, w)) for row in m]
        pull = phi / math.sqrt(max(sum(map(mul, w, mw)), 1e-30))
        w = simplex([x - (a + pull * b) / trace for x, a, b in zip(w, mean, mw)])
    mw = [sum(map(mul, row, w)) for row in m]
    factor = phi / math.sqrt(max(sum(map(mul, w, mw)), 1e-30))
    scale = 1.0 / (1.0 + RADIUS * RADIUS)
    return [(1.0 / n + factor * x) * scale for x in w]


def balance(weigh, rows):
    """Σ w_k·g_k of flat gradients."""
    jacobian = torch.stack(rows)
    return torch.tensor(weigh(jacobian @ jacobian.T)) @ jacobian


# --- steps ---


def step_equal(net):
    net.optimizer.zero_grad()
    losses = net.losses()
    (sum(losses) / len(losses)).backward()
    net.optimizer.step()


def step_pcgrad(net):
    rows = net.rows()
    net.apply(balance(pcgrad, [flat(g) for g, _ in rows]), [a for _, a in rows])


def climb(gradients):
    """ρ·g/|g|, of a list of tensors."""
    norm = math.sqrt(sum(n * n for n in torch.stack(torch._foreach_norm(gradients)).tolist()))
    return torch._foreach_mul(gradients, RHO / norm if norm > 0.0 else 0.0)


def step_fs_mtl(net):
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
    net.apply(balance(cagrad, clean).add_(balance(cagrad, flatness)), heads)


METHODS = {"equal": step_equal, "pcgrad": step_pcgrad, "fs-mtl": step_fs_mtl}
