#!/usr/bin/env python3
"""Writes optim.json: trajectories of optimisers, factors of schedules and means of weights.

Made with PyTorch 2.13.0 in double precision; Lion, which PyTorch lacks, follows
Algorithm 2 of arXiv 2302.06675. The problem: w·A·w/2 − b·w with A and b below,
ten steps. Weight decay reaches all weights.
"""

import json
import pathlib
import warnings

import torch

torch.set_default_dtype(torch.float64)
warnings.simplefilter("ignore")

MATRIX = [[3.0, 1.0, 0.0], [1.0, 2.0, 0.5], [0.0, 0.5, 1.0]]
VECTOR = [1.0, -1.0, 0.25]
START = [1.0, -2.0, 0.5]
STEPS = 10


class Lion(torch.optim.Optimizer):
    def __init__(self, params, lr, betas=(0.9, 0.99), weight_decay=0.0):
        super().__init__(params, {"lr": lr})
        self.betas, self.weight_decay = betas, weight_decay

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for w in group["params"]:
                m = self.state[w].setdefault("m", torch.zeros_like(w))
                update = torch.sign(self.betas[0] * m + (1 - self.betas[0]) * w.grad)
                w -= group["lr"] * (update + self.weight_decay * w)
                m.copy_(self.betas[1] * m + (1 - self.betas[1]) * w.grad)


# Our method and settings, PyTorch's class and arguments; the rate is 0.1 where not given.
OPTIMIZERS = [
    ("sgd", "", torch.optim.SGD, {}),
    ("sgd", "momentum=0.9", torch.optim.SGD, {"momentum": 0.9}),
    ("sgd", "momentum=0.9 dampening=0.5", torch.optim.SGD, {"momentum": 0.9, "dampening": 0.5}),
    ("sgd", "momentum=0.8 nesterov=true weight-decay=0.01", torch.optim.SGD,
     {"momentum": 0.8, "nesterov": True, "weight_decay": 0.01}),
    ("adam", "", torch.optim.Adam, {}),
    ("adam", "beta1=0.8 beta2=0.9 eps=0.01 weight-decay=0.1", torch.optim.Adam,
     {"betas": (0.8, 0.9), "eps": 0.01, "weight_decay": 0.1}),
    ("adam", "amsgrad=true beta2=0.5", torch.optim.Adam, {"amsgrad": True, "betas": (0.9, 0.5)}),
    ("adamw", "decay-all=true", torch.optim.AdamW, {}),
    ("adamw", "decay-all=true weight-decay=0.3 beta1=0.7 beta2=0.95 eps=0.01", torch.optim.AdamW,
     {"weight_decay": 0.3, "betas": (0.7, 0.95), "eps": 0.01}),
    ("adamw", "decay-all=true amsgrad=true beta2=0.5", torch.optim.AdamW,
     {"amsgrad": True, "betas": (0.9, 0.5)}),
    ("rmsprop", "", torch.optim.RMSprop, {}),
    ("rmsprop", "alpha=0.8 eps=0.01 weight-decay=0.1", torch.optim.RMSprop,
     {"alpha": 0.8, "eps": 0.01, "weight_decay": 0.1}),
    ("rmsprop", "centered=true", torch.optim.RMSprop, {"centered": True}),
    ("rmsprop", "momentum=0.9 lr=0.01", torch.optim.RMSprop, {"momentum": 0.9, "lr": 0.01}),
    ("rmsprop", "momentum=0.5 centered=true alpha=0.9 lr=0.02", torch.optim.RMSprop,
     {"momentum": 0.5, "centered": True, "alpha": 0.9, "lr": 0.02}),
    ("adagrad", "", torch.optim.Adagrad, {}),
    ("adagrad", "lr-decay=0.1 weight-decay=0.1 eps=0.01 lr=0.5", torch.optim.Adagrad,
     {"lr_decay": 0.1, "weight_decay": 0.1, "eps": 0.01, "lr": 0.5}),
    ("lion", "", Lion, {}),
    ("lion", "beta1=0.5 beta2=0.8 weight-decay=0.2 decay-all=true", Lion,
     {"betas": (0.5, 0.8), "weight_decay": 0.2}),
]

RUN = 20  # epochs of a run, one step each

# ours, settings, PyTorch's class and arguments
SCHEDULES = [
    ("constant", "", "ConstantLR", {"factor": 1.0}),
    ("step", "every=3 gamma=0.3", "StepLR", {"step_size": 3, "gamma": 0.3}),
    ("multi-step", "milestones=4,9,9,15 gamma=0.5", "MultiStepLR",
     {"milestones": [4, 9, 9, 15], "gamma": 0.5}),
    ("exponential", "gamma=0.9", "ExponentialLR", {"gamma": 0.9}),
    ("polynomial", "power=0.9", "PolynomialLR", {"total_iters": RUN, "power": 0.9}),
    ("polynomial", "power=2", "PolynomialLR", {"total_iters": RUN, "power": 2.0}),
    ("cosine", "", "CosineAnnealingLR", {"T_max": RUN}),
    ("cosine", "minimum=0.25", "CosineAnnealingLR", {"T_max": RUN, "eta_min": 0.25}),
    ("one-cycle", "", "OneCycleLR", {"max_lr": 1.0, "total_steps": RUN + 1}),
    ("one-cycle", "max-factor=3 pct-start=0.4 div-factor=10 final-div-factor=100", "OneCycleLR",
     {"max_lr": 3.0, "total_steps": RUN + 1, "pct_start": 0.4, "div_factor": 10.0,
      "final_div_factor": 100.0}),
]


def descend(kind, arguments):
    matrix, vector = torch.tensor(MATRIX), torch.tensor(VECTOR)
    w = torch.tensor(START, requires_grad=True)
    optimizer = kind([w], **{"lr": 0.1, **arguments})
    path = []
    for _ in range(STEPS):
        optimizer.zero_grad()
        (w @ matrix @ w / 2 - vector @ w).backward()
        optimizer.step()
        path.append([round(float(x), 12) for x in w.detach()])
    return path


def place(name, arguments, step):
    """Epoch at which ours is what PyTorch's is at this step. Its one-cycle is at
    its peak a step early and ends at the last step; ours knows no steps."""
    if name != "OneCycleLR":
        return float(step)
    rise = arguments.get("pct_start", 0.3)
    peak, last = rise * arguments["total_steps"] - 1, arguments["total_steps"] - 1
    if step <= peak:
        return RUN * rise * step / peak
    return RUN * (rise + (1 - rise) * (step - peak) / (last - peak))


def follow(name, arguments):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    schedule = getattr(torch.optim.lr_scheduler, name)(
        optimizer, **arguments, **({"cycle_momentum": False} if name == "OneCycleLR" else {}))
    points = []
    for step in range(RUN + 1):
        points.append([round(place(name, arguments, step), 12),
                       round(optimizer.param_groups[0]["lr"], 14)])
        optimizer.step()
        if step < RUN:
            schedule.step()
    return points


def average(**arguments):
    """The mean after each point of the trajectory of SGD with momentum."""
    module = torch.nn.ParameterList([torch.zeros(3)])
    mean = torch.optim.swa_utils.AveragedModel(module, **arguments)
    means = []
    for point in descend(torch.optim.SGD, {"momentum": 0.9}):
        with torch.no_grad():
            module[0].copy_(torch.tensor(point))
        mean.update_parameters(module)
        means.append([round(float(x), 12) for x in mean.module[0]])
    return means


def main():
    assert torch.__version__.startswith("2.13.0"), torch.__version__
    golden = {
        "made-with": "PyTorch 2.13.0",
        "matrix": MATRIX, "vector": VECTOR, "start": START,
        "optimizers": [{"id": i, "settings": s, "path": descend(k, a)}
                       for i, s, k, a in OPTIMIZERS],
        "averaged": 1,
        "ema": average(multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.8)),
        "swa": average(),
        "epochs": RUN,
        "schedules": [{"id": i, "settings": s, "points": follow(k, a)}
                      for i, s, k, a in SCHEDULES],
    }
    text = json.dumps(golden).replace('{"id"', '\n{"id"')
    (pathlib.Path(__file__).parent / "optim.json").write_text(text + "\n", encoding="utf-8")


main()
