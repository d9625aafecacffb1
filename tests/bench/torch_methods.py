# torch_methods.py — balancing methods in PyTorch, as TorchJD and LibMTL do them
#
# A yardstick for methods.py. The mathematics is that of the papers, the form that
# of the libraries, and the code neither's. TorchJD's methods work from the
# Jacobian: a backward pass for each task, its Gramian, weights, and their product
# with the Jacobian; heads follow their own gradients. LibMTL's weigh losses before
# one backward pass, or take the gradients of all tasks as K×d numbers. Where both
# have a method, the cheaper form is written. A step is a function of a network
# (torch_step.py), which keeps what the method learns.
#
# SPDX-License-Identifier: Apache-2.0

import math

import torch

import torch_solvers
from torch_step import METHODS as STEPS
from torch_step import balance, cagrad, climb, flat

STEPS_PER_EPOCH = 4  # as bench-step counts them on pictures: 1024 of them, 256 in a batch


def keep(net, **initial):
    """What the method has learned so far, and the number of the epoch, from 0."""
    if not hasattr(net, "kept"):
        net.kept = dict(initial, step=-1)
    net.kept["step"] += 1
    return net.kept, net.kept["step"] // STEPS_PER_EPOCH


# --- TorchJD: the Jacobian ---


def jacobian_of(net):
    rows = net.rows()
    return torch.stack([flat(g) for g, _ in rows]), [a for _, a in rows]


def by_gramian(weigh):
    def step(net):
        jacobian, heads = jacobian_of(net)
        w = torch.as_tensor(weigh(jacobian @ jacobian.T), dtype=jacobian.dtype)
        net.apply(w @ jacobian, heads)

    return step


def by_jacobian(combine):
    def step(net):
        jacobian, heads = jacobian_of(net)
        net.apply(combine(jacobian), heads)

    return step


def random(gramian):
    return torch.randn(len(gramian)).softmax(0)


def config(jacobian):
    """By the pseudo-inverse of the unit rows, K×d."""
    units = torch.nan_to_num(jacobian / jacobian.norm(dim=1, keepdim=True))
    v = torch.nn.functional.normalize(torch.linalg.pinv(units).sum(1), dim=0)
    return (jacobian @ v).sum() * v


def trimmed_mean(jacobian):
    """With nothing trimmed."""
    n = len(jacobian)
    upper = jacobian.topk(n, dim=0, largest=False).values
    return upper.topk(n, dim=0).values.mean(0)


def graddrop(jacobian):
    sums, sizes = jacobian.sum(0), jacobian.abs().sum(0)
    p = 0.5 * (1 + torch.nan_to_num(sums / sizes))
    u = torch.rand(len(p))
    keeps = (p > u) * (jacobian > 0) + (p < u) * (jacobian < 0)
    return (jacobian * keeps).sum(0)


# --- LibMTL: weighted losses ---


def by_loss(combine):
    """One backward pass of a number made of the losses."""

    def step(net):
        net.optimizer.zero_grad()
        combine(net, torch.stack(net.losses())).backward()
        net.optimizer.step()

    return step


def fixed(net, losses):
    return losses.sum()


def rlw(net, losses):
    return torch.randn(len(losses)).softmax(0) @ losses


def gls(net, losses):
    return losses.prod() ** (1 / len(losses))


def si(net, losses):
    return losses.log().sum()


def learned(net, losses, initial):
    """A number for each task, stepped by the model's optimiser, without momentum."""
    if not hasattr(net, "kept"):
        s = torch.full((len(losses),), initial, requires_grad=True)
        net.optimizer.add_param_group({"params": [s], "momentum": 0.0})
        keep(net, s=s)
    return net.kept["s"]


def uw(net, losses):
    s = learned(net, losses, -0.5)
    return (losses / (2 * s.exp()) + s / 2).sum()


def imtl_l(net, losses):
    s = learned(net, losses, 0.0)
    return (s.exp() * losses - s).sum()


def dwa(net, losses):
    kept, epoch = keep(net, means=[])
    if kept["step"] % STEPS_PER_EPOCH == 0:
        kept["means"].append(torch.zeros(len(losses)))
    kept["means"][epoch] += losses.detach() / STEPS_PER_EPOCH
    if epoch < 2:
        return losses.sum()
    ratio = kept["means"][epoch - 1] / kept["means"][epoch - 2]
    return len(losses) * (ratio / 2.0).softmax(0) @ losses


def stch(net, losses):
    kept, epoch = keep(net, nadir=torch.zeros(len(losses)))
    if epoch <= 4:
        if epoch == 4:
            kept["nadir"] += losses.detach() / STEPS_PER_EPOCH
        return losses.log().sum()
    relative = (losses / kept["nadir"]).log()
    largest = relative.max().detach()
    return len(losses) * (relative - largest).exp().sum().log()


def famo(net):
    """One forward pass more, of the same batch after the step."""
    n = len(net.heads)
    kept, _ = keep(net, xi=torch.zeros(n), moments=torch.zeros(2, n))
    losses = torch.stack(net.losses())
    before = losses.detach() + 1e-8
    z = kept["xi"].softmax(0)
    net.optimizer.zero_grad()
    ((z / before / (z / before).sum()) @ losses).backward()
    net.optimizer.step()
    with torch.no_grad():
        gain = before.log() - (torch.stack(net.losses()) + 1e-8).log()
    slope = z * (gain - z @ gain) + 1e-3 * kept["xi"]
    t = kept["step"] + 1
    m, v = kept["moments"]
    m.lerp_(slope, 0.1)
    v.lerp_(slope * slope, 0.001)
    root = (v / (1 - 0.999**t)).sqrt() + 1e-8
    kept["xi"] -= 0.025 * m / (1 - 0.9**t) / root


# --- LibMTL: gradients of all tasks, K×d ---


def gradients_of(net, losses):
    """Of the trunk by each of @losses, one after another; the graph stays."""
    return torch.stack(
        [flat(torch.autograd.grad(loss, net.shared, retain_graph=True)) for loss in losses]
    )


def fairgrad(net):
    """The weighted loss goes backward once more, so heads are weighted."""
    losses = net.losses()
    jacobian = gradients_of(net, losses)
    w = torch.as_tensor(torch_solvers.fairgrad(jacobian @ jacobian.T), dtype=torch.float32)
    net.optimizer.zero_grad()
    (w @ torch.stack(losses)).backward()
    net.optimizer.step()


def excessmtl(net):
    losses = net.losses()
    jacobian = gradients_of(net, losses)
    n = len(jacobian)
    kept, _ = keep(net, squares=torch.zeros_like(jacobian), w=torch.ones(n))
    squares = jacobian * jacobian
    kept["squares"] += squares
    excess = (squares / (kept["squares"] + 1e-7).sqrt()).sum(1)
    if "first" in kept:
        w = kept["w"] * (0.01 * excess / kept["first"]).exp()
        kept["w"] = n * w / w.sum()
    kept.setdefault("first", excess)
    net.optimizer.zero_grad()
    (kept["w"] @ torch.stack(losses)).backward()
    net.optimizer.step()


def rows_of(net):
    """Losses, gradients of the trunk, K×d, and those of the heads, from one forward pass."""
    losses = net.losses()
    last = len(losses) - 1
    rows = [net.gradients(loss, task, task < last) for task, loss in enumerate(losses)]
    return torch.stack(losses).detach(), torch.stack([flat(g) for g, _ in rows]), rows


def gradnorm(net):
    """Heads are plain; logits stepped without momentum."""
    losses, jacobian, rows = rows_of(net)
    n = len(losses)
    kept, epoch = keep(net, a=torch.ones(n), first=torch.zeros(n))
    p = n * kept["a"].softmax(0)
    net.apply(p @ jacobian, [a for _, a in rows])
    if epoch == 0:
        kept["first"] += losses / STEPS_PER_EPOCH
        return
    norms = jacobian.norm(dim=1)
    pace = losses / kept["first"]
    target = (p * norms).mean() * (pace / pace.mean()) ** 1.5
    slope = (p * norms - target).sign() * norms
    rate = net.optimizer.param_groups[0]["lr"]
    kept["a"] -= rate * p * (slope - (p * slope).mean())


def gradvac(net):
    """By vectors of d, as published; natural order: the cost of drawing another is left out."""
    _, jacobian, rows = rows_of(net)
    n = len(jacobian)
    kept, _ = keep(net, targets=torch.zeros(n, n).tolist())
    norms = [g.norm().item() for g in jacobian]
    moved = jacobian.clone()
    for i, g in enumerate(moved):
        for j in range(n):
            if j == i:
                continue
            own, target = g.norm().item(), kept["targets"][i][j]
            f = (g @ jacobian[j]).item() / (own * norms[j] + 1e-8)
            if f < target:
                root = math.sqrt(1 - target * target)
                more = own * (target * math.sqrt(1 - f * f) - f * root) / (norms[j] * root + 1e-8)
                g += more * jacobian[j]
            kept["targets"][i][j] = 0.5 * target + 0.5 * f
    net.apply(moved.sum(0), [a for _, a in rows])


def moco(net):
    losses, jacobian, rows = rows_of(net)
    n = len(losses)
    kept, _ = keep(net, y=torch.zeros_like(jacobian), w=torch.full((n,), 1 / n))
    pace = 1 / math.sqrt(kept["step"] + 1)
    scaled = jacobian * (losses / (jacobian.norm(dim=1) + 1e-8))[:, None]
    y = kept["y"]
    y -= 0.5 * pace * (y - scaled)
    kept["w"] = (kept["w"] - 0.1 * pace * (y @ y.T @ kept["w"])).softmax(0)
    net.apply(kept["w"] @ y, [a for _, a in rows])


def dbmtl(net):
    """Gradients of the logarithms."""
    losses = net.losses()
    last = len(losses) - 1
    rows = [
        net.gradients((loss + 1e-8).log(), task, task < last) for task, loss in enumerate(losses)
    ]
    jacobian = torch.stack([flat(g) for g, _ in rows])
    kept, _ = keep(net, q=torch.zeros_like(jacobian))
    kept["q"] += 0.1 * (jacobian - kept["q"])
    norms = kept["q"].norm(dim=1)
    net.apply((norms.max() / (norms + 1e-8)) @ kept["q"], [a for _, a in rows])


def three_batches(net):
    """Jacobians of three batches, here the same one, and sums of the heads' gradients."""
    drawn = [jacobian_of(net) for _ in range(3)]
    heads = [[sum(parts) for parts in zip(*own)] for own in zip(*(h for _, h in drawn))]
    return [jacobian for jacobian, _ in drawn], heads


def modo(net):
    (one, other, own), heads = three_batches(net)
    n = len(own)
    kept, _ = keep(net, w=torch.full((n,), 1 / n))
    w = kept["w"]
    kept["w"] = torch_solvers.simplex(w - 0.001 * (one @ (other.T @ w) + 0.1 * w))
    net.apply(kept["w"] @ own, [[g / 3 for g in parts] for parts in heads])


def sdmgrad(net):
    """Heads follow the sum of the batches."""
    (one, other, own), heads = three_batches(net)
    n = len(own)
    kept, _ = keep(net, w=torch.full((n,), 1 / n))
    cross = one @ other.T
    cross /= cross.diagonal().clamp(min=0).sqrt().mean() ** 2
    w, pull, move = kept["w"], 0.3 * cross.mean(1), torch.zeros(n)
    for _ in range(20):
        move = 0.5 * move + cross @ w + pull
        w = torch_solvers.simplex(w - 5.0 * move)
    kept["w"] = w
    net.apply(((w + 0.3 / n) / 1.3) @ own, heads)


# --- sharpness ---


def sam(net):
    """Foret's, with CAGrad at the perturbed point."""
    weights = net.shared + [p for own in net.own for p in own]
    losses = net.losses()
    move = climb(list(torch.autograd.grad(sum(losses) / len(losses), weights)))
    with torch.no_grad():
        torch._foreach_add_(weights, move)
    rows = net.rows()
    with torch.no_grad():
        torch._foreach_sub_(weights, move)
    net.apply(balance(cagrad, [flat(g) for g, _ in rows]), [a for _, a in rows])


METHODS = {
    **STEPS,
    **{
        name.replace("_", "-"): by_gramian(getattr(torch_solvers, name))
        for name in ("aligned", "dualproj", "imtl_g", "krum", "mgda", "nash", "upgrad")
    },
    "cagrad": by_gramian(cagrad),
    "random": by_gramian(random),
    **{
        method.__name__.replace("_", "-"): by_jacobian(method)
        for method in (config, graddrop, trimmed_mean)
    },
    **{
        method.__name__.replace("_", "-"): by_loss(method)
        for method in (dwa, fixed, gls, imtl_l, rlw, si, stch, uw)
    },
    **{
        method.__name__: method
        for method in (dbmtl, excessmtl, fairgrad, famo, gradnorm, gradvac, moco, modo, sdmgrad)
    },
    "sam": sam,
}
