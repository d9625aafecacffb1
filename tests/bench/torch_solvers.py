# torch_solvers.py — weights from a Gramian, as TorchJD and LibMTL find them
#
# M, the inner products of the tasks' gradients, is a float32 tensor of PyTorch.
# What those libraries leave to SciPy, CVXPY or qpsolvers is written here with
# NumPy, in double precision, without their overhead for each call. All of them
# give the weights of the gradients.
#
# SPDX-License-Identifier: Apache-2.0

import math

import numpy
import torch

FRANK_WOLFE_GAP, FRANK_WOLFE_ROUNDS = 1e-3, 100
REGULARISATION = 1e-4  # of TorchJD: of the trace, on the diagonal
NEWTON_ROUNDS = 20  # as many as the authors of Nash-MTL take convex programs
NEWTON_CLOSE = 1e-12


def mgda(m):
    """Frank-Wolfe, by tensors as TorchJD has it; stops some 1e-3 short of the optimum."""
    alpha = torch.full((len(m),), 1 / len(m))
    for _ in range(FRANK_WOLFE_ROUNDS):
        toward = torch.zeros_like(alpha)
        toward[torch.argmin(m @ alpha)] = 1.0
        a, b, c = alpha @ m @ toward, alpha @ m @ alpha, toward @ m @ toward
        if c <= a:
            step = 1.0
        elif b <= a:
            step = 0.0
        else:
            step = (b - a) / (b + c - 2 * a)
        alpha = (1 - step) * alpha + step * toward
        if step < FRANK_WOLFE_GAP:
            break
    return alpha


# --- the dual cone ---


def regularised(m):
    m = m.numpy().astype(float)
    return m / numpy.trace(m) + REGULARISATION * numpy.eye(len(m))


def move_to(m, q, z, active):
    """z of the active ones to where their slope is none, and none of them below 0."""
    while active:
        wanted = numpy.zeros_like(z)
        wanted[active] = numpy.linalg.solve(m[numpy.ix_(active, active)], -q[active])
        below = [i for i in active if wanted[i] <= 0]
        if not below:
            return wanted
        first = min(below, key=lambda i: z[i] / (z[i] - wanted[i]))
        z = z + z[first] / (z[first] - wanted[first]) * (wanted - z)
        z[first] = 0.0
        active.remove(first)
    return numpy.zeros_like(z)


def project(m, u):
    """The shortest v·J with v ≥ u: Lawson and Hanson's active sets, by the Gramian."""
    q, z, active = m @ u, numpy.zeros_like(u), []
    while True:
        pull = -(q + m @ z) / numpy.sqrt(numpy.diag(m))
        pull[active] = 0.0
        if pull.max() <= 1e-12 * u.max():
            return u + z
        active.append(int(pull.argmax()))
        z = move_to(m, q, z, active)


def upgrad(m):
    m = regularised(m)
    return sum(project(m, u) for u in numpy.eye(len(m)) / len(m))


def dualproj(m):
    return project(regularised(m), numpy.full(len(m), 1 / len(m)))


# --- bargains ---


def bargain(m, power):
    """w > 0 with (M·w)_k = w_k^-power, by Newton with the potential for a guide."""
    m = m.numpy().astype(float)
    scale = numpy.diag(m) ** (-1 / (1 + power))
    a, u = scale[:, None] * m * scale, numpy.ones(len(m))
    size = numpy.diag(a)

    def potential(u):
        gain = numpy.log(u) if power == 1 else u ** (1 - power) / (1 - power)
        return u @ a @ u / 2 - size @ gain

    for _ in range(NEWTON_ROUNDS):
        slope = a @ u - size * u**-power
        move = -numpy.linalg.solve(a + numpy.diag(power * size * u ** (-power - 1)), slope)
        step = min(1.0, 0.95 / max((-move / u).max(), 1e-9))
        while abs(move / u).max() > 0.1 and potential(u + step * move) > (
            potential(u) + 1e-4 * step * (slope @ move)
        ):
            step /= 2
        u = u + step * move
        if abs(slope / (size * u**-power)).max() < NEWTON_CLOSE:
            break
    return scale * u


def nash(m):
    """The direction is as long as 1 at most."""
    w = bargain(m, 1.0)
    return w / max(math.sqrt(w @ m.numpy() @ w), 1.0)


def fairgrad(m):
    return bargain(m, 1.0)


# --- by linear algebra ---


def imtl_g(m):
    v = torch.linalg.pinv(m) @ m.diagonal().sqrt()
    return v / v.sum()


def aligned(m):
    values, vectors = torch.linalg.eigh(m)
    kept = values > values.max() * len(m) * torch.finfo(m.dtype).eps
    values, vectors = values[kept], vectors[:, kept]
    balanced = values.min().sqrt() * (vectors * values.rsqrt()) @ vectors.T
    return balanced.mean(1)


def krum(m):
    """One task, with no outliers."""
    squares = m.diagonal()
    distances = (squares[:, None] + squares - 2 * m).clamp(min=0).sqrt()
    near = distances.fill_diagonal_(math.inf).topk(len(m) - 2, largest=False).values
    return torch.nn.functional.one_hot(near.sum(1).argmin(), len(m)).to(m.dtype)


def simplex(y):
    """Euclidean projection of a tensor onto the simplex."""
    ordered = y.sort(descending=True).values
    excess = (ordered.cumsum(0) - 1) / torch.arange(1, len(y) + 1)
    return (y - excess[(ordered > excess).nonzero().max()]).clamp(min=0)
