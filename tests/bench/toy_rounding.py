"""toy_rounding.py [float32|float64] [POINTS] — PCGrad on toy-2d, a program of its own

From each starting point of the CAGrad paper, and from points within 1e-6 of it, 100,000 steps
of PCGrad and Adam (rate 0.001): where the unmoved one ends and the spread of the mean losses
there. Rows are rounded to the type, and so are the weights, the direction, Adam and the point:
with float32 that is what Basin does, and its path is the same (see studies/toy-2d.md).

SPDX-License-Identifier: Apache-2.0
"""

import sys

import numpy as np

STARTS = [(-8.5, 7.5), (-8.5, -5.0), (9.0, 9.0)]
STEPS = 100_000
FLOOR = 5e-6


def loss(point, first):
    """Values and slopes, in double precision, of algorithm 11.7's first or second loss."""
    x, y = point[:, 0], point[:, 1]
    sign, centre = (1.0, 7.0) if first else (-1.0, -7.0)
    bend, half = np.tanh(y), np.tanh(y / 2)
    u, v, slope = np.maximum(half, 0), np.maximum(-half, 0), (1 - half**2) / 2
    z = ((-x - 7) / 2 if first else (3 - x) / 2 + 2) + sign * bend
    live = np.abs(z) >= FLOOR
    inverse = np.where(live, 1 / np.where(live, z, 1), 0)
    log_z = np.log(np.maximum(np.abs(z), FLOOR)) + 6
    bowl = ((x - centre) ** 2 + 0.1 * (y + 8) ** 2) / 10 - 20
    across = -u / 2 * inverse + v * (x - centre) / 5
    along = (np.where(y >= 0, slope * log_z, 0) + u * sign * (1 - bend**2) * inverse
             - np.where(y <= 0, slope * bowl, 0) + v * 0.02 * (y + 8))
    return u * log_z + v * bowl, np.stack([across, along], axis=1)


def pcgrad(rows, kind):
    """The sum of both gradients, each projected off the other where they are opposed."""
    a, b = (row.astype(np.float64) for row in rows)
    dot = np.minimum((a * b).sum(axis=1), 0)
    weights = [1 - dot / np.maximum((row * row).sum(axis=1), 1e-300) for row in (a, b)]
    return sum(w.astype(kind)[:, None] * row for w, row in zip(weights, rows))


def train(point, kind):
    mean, square = np.zeros_like(point), np.zeros_like(point)
    for step in range(1, STEPS + 1):
        rows = [loss(point.astype(np.float64), first)[1].astype(kind) for first in (True, False)]
        g = pcgrad(rows, kind)
        mean = kind(0.9) * mean + kind(1 - 0.9) * g
        square = kind(0.999) * square + kind(1 - 0.999) * g * g
        scale = np.sqrt(square) / kind(np.sqrt(1 - 0.999**step)) + kind(1e-8)
        point = point - kind(0.001 / (1 - 0.9**step)) * mean / scale
    return point


def main():
    kind = getattr(np, sys.argv[1] if len(sys.argv) > 1 else "float64")
    n = int(sys.argv[2]) if len(sys.argv) > 2 else 24
    start = np.repeat(np.array(STARTS), n, axis=0)
    moved = np.random.default_rng(1).uniform(-1e-6, 1e-6, start.shape)
    moved[::n] = 0
    end = train((start + moved).astype(kind), kind).astype(np.float64)
    ends = (loss(end, True)[0] + loss(end, False)[0]) / 2
    for i, place in enumerate(STARTS):
        part = ends[i * n:(i + 1) * n]
        print(f"{kind.__name__} {place}: ends at ({end[i * n, 0]:.3f}, {end[i * n, 1]:.3f}), mean "
              f"loss {part[0]:.4f}; within 1e-6 of it from {part.min():.4f} to {part.max():.4f}")


main()
