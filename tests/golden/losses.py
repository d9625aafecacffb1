#!/usr/bin/env python3
"""Writes losses.json: losses with their gradients, and metrics, of pictures, tokens and rows.

Made with PyTorch 2.13.0 in double precision. Where PyTorch has the loss, it is
called; focal and Dice are written out and differentiated by it. Metrics are
written out from their definitions, AUC by comparing all pairs. Every number
that goes in is a multiple of 1/32, so it is the same in float32.
"""

import json
import math
import pathlib

import torch
import torch.nn.functional as F

torch.manual_seed(7)
torch.set_default_dtype(torch.float64)
NAN = math.nan
SHAPES = {"row": (3,), "tokens": (6, 3), "picture": (3, 2, 3)}
ROWS = 3


def grid(*shape, low=-64, high=64):
    return torch.randint(low, high, shape).to(torch.float64) / 32


def spoil(target):
    """Takes about one item in four out, and all of the last sample."""
    target = target.clone()
    target[torch.rand(target.shape) < 0.25] = NAN
    target[-1] = NAN
    target[0].flatten()[0] = 1.0
    return target


def items(x):
    """rows × channels × items, whatever the layout"""
    if x.dim() == 2:
        return x[:, :, None]
    return x.transpose(1, 2) if x.dim() == 3 else x.flatten(2)


def listed(x):
    return [None if math.isnan(v) else round(v, 12) for v in x.flatten().tolist()]


def describe(kind, classes, x, t):
    return {"kind": kind, "classes": classes, "shape": list(x.shape[1:]), "rows": len(x),
            "outputs": listed(x), "targets": listed(t)}


def loss_case(loss, settings, kind, classes, x, t, value):
    x = x.clone().requires_grad_()
    mean = value(items(x), t)
    mean.backward()
    return {"loss": loss, "settings": settings, **describe(kind, classes, x.detach(), t),
            "mean": round(mean.item(), 12), "gradient": listed(x.grad)}


def metric_case(metric, loss, kind, classes, x, t, value):
    return {"metric": metric, "loss": loss, **describe(kind, classes, x, t),
            "value": round(float(value(items(x), t)), 12)}


# --- losses ---


def labels_of(t):
    return torch.where(torch.isnan(t), -100.0, t).long()


def entropy(smoothing=0.0, weights=None, ignored=None):
    def value(x, t):
        y = labels_of(t)
        if ignored is not None:
            y[y == ignored] = -100
        return F.cross_entropy(x, y.view(len(y), -1), label_smoothing=smoothing,
                               weight=None if weights is None else torch.tensor(weights))
    return value


def by_value(value):
    def of(x, t):
        there = ~torch.isnan(t.flatten())
        return value(x.flatten()[there], t.flatten()[there])
    return of


def focal_yes_no(gamma, alpha):
    def value(x, t):
        p = torch.sigmoid(x)
        p_t = p * t + (1 - p) * (1 - t)
        a_t = alpha * t + (1 - alpha) * (1 - t)
        h = F.binary_cross_entropy_with_logits(x, t, reduction="none")
        return (a_t * (1 - p_t) ** gamma * h).mean()
    return by_value(value)


def focal_classes(gamma):
    def value(x, t):
        h = F.cross_entropy(x, labels_of(t).view(len(t), -1), reduction="none")
        return ((1 - torch.exp(-h)) ** gamma * h).sum() / (~torch.isnan(t)).sum()
    return value


def channels(x):
    """items × channels"""
    return x.transpose(1, 2).flatten(0, 1)


def cosine(x, t):
    p, q = channels(x), channels(items(t))
    there = ~torch.isnan(q).any(1)
    return (1 - F.cosine_similarity(p[there], q[there], dim=1)).mean()


def divergence(temperature):
    def value(x, t):
        z, q = channels(x), channels(items(t))
        there = ~torch.isnan(q).any(1)
        log_p = F.log_softmax(z[there] / temperature, 1)
        return temperature ** 2 * F.kl_div(log_p, q[there], reduction="batchmean")
    return value


def dice(x, t):
    y = labels_of(t).view(len(t), -1)
    there = (y >= 0).to(x.dtype)[:, None]
    if x.shape[1] == 1:
        p, truth = torch.sigmoid(x), y[:, None].clamp(min=0).to(x.dtype)
    else:
        p, truth = torch.softmax(x, 1), F.one_hot(y.clamp(min=0), x.shape[1]).transpose(1, 2)
    over = 2 * (p * truth * there).sum(2) + 1
    under = (p * there).sum(2) + (truth * there).sum(2) + 1
    return (1 - over / under)[there.sum((1, 2)) > 0].mean()


def class_targets(shape, classes):
    n = {1: (), 2: shape[:1], 3: shape[1:]}[len(shape)]
    return spoil(torch.randint(0, classes, (ROWS, *n)).to(torch.float64).view(ROWS, -1))


def loss_cases():
    for name, shape in SHAPES.items():
        x, t = grid(ROWS, *shape), class_targets(shape, 3)
        yield loss_case("cross-entropy", {}, "class", 3, x, t, entropy())
        yield loss_case("cross-entropy", {"smoothing": "0.2", "class-weights": "0.5,2,1.25",
                                          "ignore-index": "0"}, "class", 3, x, t,
                        entropy(0.2, [0.5, 2.0, 1.25], 0))
        yield loss_case("focal", {"gamma": "1.5"}, "class", 3, x, t, focal_classes(1.5))
        if name != "row":
            yield loss_case("dice", {}, "class", 3, x, t, dice)

        q = torch.softmax(grid(ROWS, *shape), 2 if name == "tokens" else 1)
        q = q.to(torch.float32).to(torch.float64)
        q[-1] = NAN
        yield loss_case("kl", {"temperature": "2.5"}, "values", 0, x, q, divergence(2.5))
        t = spoil(grid(ROWS, *shape))
        yield loss_case("cosine", {}, "values", 0, x, t, cosine)

    x, t = grid(ROWS, 1, 2, 3) * 2, class_targets((1, 2, 3), 2)
    yield loss_case("bce", {"pos-weight": "2.5"}, "class", 2, x, t, by_value(
        lambda x, t: F.binary_cross_entropy_with_logits(x, t, pos_weight=torch.tensor(2.5))))
    yield loss_case("focal", {}, "class", 2, x, t, focal_yes_no(2.0, 0.25))
    yield loss_case("dice", {}, "class", 2, x, t, dice)
    t = spoil(grid(ROWS, 1, 2, 3))
    yield loss_case("l1", {}, "values", 0, x, t, by_value(F.l1_loss))
    yield loss_case("mse", {}, "values", 0, x, t, by_value(F.mse_loss))
    yield loss_case("huber", {"delta": "0.75"}, "values", 0, x, t,
                    by_value(lambda x, t: F.huber_loss(x, t, delta=0.75)))
    yield loss_case("value", {}, "values", 0, x, t, by_value(lambda x, t: (x - t).mean()))


# --- metrics ---


def guess(x):
    return x.argmax(1) if x.shape[1] > 1 else (x[:, 0] > 0).long()


def regions(x, t, classes):
    y, found = labels_of(t).view(len(t), -1), guess(x)
    for c in range(classes):
        truth, guessed = y == c, (found == c) & (y >= 0)
        yield (truth & guessed).sum().item(), truth.sum().item(), guessed.sum().item()


def mean_iou(classes):
    return lambda x, t: torch.tensor([b / (u + g - b) for b, u, g in regions(x, t, classes)
                                      if u + g > 0]).mean()


def f1(classes):
    return lambda x, t: torch.tensor([2 * b / (u + g) for b, u, g in regions(x, t, classes)
                                      if u + g > 0]).mean()


def accuracy(x, t):
    y = labels_of(t).view(len(t), -1)
    return (guess(x) == y).sum() / (y >= 0).sum()


def auc(x, t):
    score = (x[:, 1] - x[:, 0] if x.shape[1] == 2 else x[:, 0]).flatten()
    yes, no = score[t.flatten() == 1][:, None], score[t.flatten() == 0][None]
    return ((yes > no).double() + 0.5 * (yes == no)).mean()


def ece(x, t):
    y = labels_of(t).view(len(t), -1)
    p = torch.softmax(x, 1) if x.shape[1] > 1 else torch.cat([torch.sigmoid(-x),
                                                              torch.sigmoid(x)], 1)
    sure, right = p.max(1).values[y >= 0], (guess(x) == y)[y >= 0].double()
    gap = 0.0
    for b in range(15):
        there = (sure > b / 15) & (sure <= (b + 1) / 15)
        if there.any():
            gap += there.double().mean() * abs(right[there].mean() - sure[there].mean())
    return gap


def angles(x, t):
    p, q = channels(x), channels(items(t))
    there = ~torch.isnan(q).any(1)
    return torch.rad2deg(torch.acos(F.cosine_similarity(p[there], q[there], dim=1).clamp(-1, 1)))


def agreement(x, t):
    p, q = channels(x), channels(items(t))
    there = ~torch.isnan(q).any(1)
    return (p[there].argmax(1) == q[there].argmax(1)).double().mean()


def lean(x, t):
    """Helps the true class along."""
    x = x.clone()
    for r, i in (~torch.isnan(t)).nonzero().tolist():
        items(x)[r, int(t[r, i]), i] += 1.25
    return x


def metric_cases():
    for name, shape in SHAPES.items():
        x, t = grid(ROWS, *shape), class_targets(shape, 3)
        x = lean(x, t)
        chosen = [("accuracy", accuracy), ("f1", f1(3)), ("ece", ece)]
        for metric, value in chosen + ([("mean-iou", mean_iou(3))] if name == "picture" else []):
            yield metric_case(metric, "cross-entropy", "class", 3, x, t, value)
        q = torch.softmax(x + grid(ROWS, *shape), 2 if name == "tokens" else 1).float().double()
        q[-1] = NAN
        yield metric_case("agreement", "kl", "values", 0, x, q, agreement)

    for loss, width in (("bce", 1), ("cross-entropy", 2)):
        x, t = grid(ROWS, width, 3, 4, low=-4, high=4), class_targets((width, 3, 4), 2)
        for metric, value in (("auc", auc), ("f1", f1(2)), ("mean-iou", mean_iou(2)),
                              ("ece", ece)):
            yield metric_case(metric, loss, "class", 2, x, t, value)

    t = spoil(grid(ROWS, 3, 2, 3))
    t[0] = grid(3, 2, 3)
    x = t.nan_to_num(0.25) + grid(ROWS, 3, 2, 3, low=-32, high=32)
    yield metric_case("mean-angle", "cosine", "values", 0, x, t, lambda x, t: angles(x, t).mean())
    for metric, limit in (("within-11", 11.25), ("within-30", 30)):
        yield metric_case(metric, "cosine", "values", 0, x, t,
                          lambda x, t: (angles(x, t) < limit).double().mean())

    x, t = grid(ROWS, 1, 2, 3), spoil(grid(ROWS, 1, 2, 3, low=1, high=128))
    yield metric_case("relative", "l1", "values", 0, x, t,
                      by_value(lambda x, t: ((x - t).abs() / t).mean()))
    yield metric_case("rmse", "l1", "values", 0, x, t,
                      by_value(lambda x, t: F.mse_loss(x, t).sqrt()))


def lines(cases):
    return ",\n".join(json.dumps(case) for case in cases)


path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(f'{{"made-with": "PyTorch {torch.__version__.split("+")[0]}",\n'
                f'"losses": [\n{lines(loss_cases())}],\n'
                f'"metrics": [\n{lines(metric_cases())}]}}\n')
