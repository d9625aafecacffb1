# judge_ops.py — what each block of a design is in PyTorch
#
# OPS[id](block, inputs, weights, judge) is the output of a block, or a list of
# outputs. `block` is as dump-steps prints it, `weights` has its tensors by name,
# and `judge` decides where a slope jumps (see judge.py) and takes the running
# statistics. The functions serve double and single precision alike; they call
# what PyTorch has for the purpose, since that is what Basin is compared with.
#
# SPDX-License-Identifier: Apache-2.0

import math

import torch
import torch.nn.functional as F


def number(block, name):
    return float(block["set"][name])


def whole(block, name):
    return int(number(block, name))


def flag(block, name):
    return block["set"][name] == "true"


def axis(block):
    """Of the batch's tensor: axis 1 of a sample is its first."""
    return whole(block, "axis")


# --- maps with weights ---


def dense(block, x, w, judge):
    x = x[0] if x[0].dim() == 3 else x[0].flatten(1)
    return F.linear(x, w["weight"], w["bias"])


def conv2d(block, x, w, judge):
    return F.conv2d(
        x[0], w["weight"], w["bias"], whole(block, "stride"), whole(block, "padding"),
        whole(block, "dilation"), whole(block, "groups"),
    )


def conv_transpose(block, x, w, judge):
    return F.conv_transpose2d(
        x[0], w["weight"].transpose(0, 1), w["bias"], whole(block, "stride"),
        whole(block, "padding"), whole(block, "output-padding"),
    )


def patch_embedding(block, x, w, judge):
    y = F.conv2d(x[0], w["weight"], w["bias"], whole(block, "patch"))
    return y.flatten(2).transpose(1, 2)


def embedding(block, x, w, judge):
    """The row of the padding is zero, whatever it holds: so PyTorch's begins."""
    return F.embedding(x[0].long(), w["weight"]) * (x[0] != whole(block, "padding")).unsqueeze(-1)


def positional_embedding(block, x, w, judge):
    return x[0] + w["weight"]


def class_token(block, x, w, judge):
    first = w["weight"].expand(len(x[0]), 1, -1)
    return torch.cat([first, x[0]], 1)


def scale(block, x, w, judge):
    at = axis(block)
    wide = [1] * x[0].dim()
    if at != 0:
        wide[at] = -1
    return x[0] * w["weight"].reshape(wide)


# --- normalisation ---


def batch_norm(block, x, w, judge):
    renewed = judge.statistics(block)
    return F.batch_norm(
        x[0], renewed["mean"], renewed["variance"], w["weight"], w["bias"], True,
        number(block, "momentum"), number(block, "epsilon"),
    )


def layer_norm(block, x, w, judge):
    return F.layer_norm(x[0], w["weight"].shape, w["weight"], w["bias"], number(block, "epsilon"))


def group_norm(block, x, w, judge):
    return F.group_norm(
        x[0], whole(block, "groups"), w["weight"], w["bias"], number(block, "epsilon")
    )


# --- sequences ---


def attention(block, x, w, judge):
    heads, q = whole(block, "heads"), x[0].transpose(0, 1)
    causal = flag(block, "causal")
    n = len(q)
    mask = torch.triu(torch.ones(n, n, dtype=torch.bool), 1) if causal else None
    hidden = x[1] == whole(block, "padding") if len(x) > 1 else None
    y = F.multi_head_attention_forward(
        q, q, q, q.shape[2], heads, w["in_proj_weight"], w["in_proj_bias"], None, None, False,
        0.0, w["out_proj_weight"], w["out_proj_bias"], key_padding_mask=hidden,
        need_weights=False, attn_mask=mask,
    )[0]
    return y.transpose(0, 1)


def gru(block, x, w, judge):
    ways = 2 if flag(block, "bidirectional") else 1
    names = ["weight_ih", "weight_hh", "bias_ih", "bias_hh"]
    flat = [w[name + end] for end in ("", "_reverse")[:ways] for name in names]
    h = x[0].new_zeros(ways, len(x[0]), whole(block, "hidden"))
    return torch.gru(x[0], h, flat, True, 1, 0.0, True, ways == 2, True)[0]


# --- mixtures ---


def seen(x, experts):
    by_token = x.dim() == 3 and experts[0].dim() == 3 and x.shape[1] == experts[0].shape[1]
    return x if by_token else x.flatten(1)


def mix(shares, experts):
    stack = torch.stack(experts)
    while shares.dim() < stack.dim():
        shares = shares.unsqueeze(-2)
    return (shares.movedim(-1, 0) * stack).sum(0)


def gate(block, x, w, judge):
    z = F.linear(seen(x[0], x[1:]), w["weight"], w["bias"])
    return mix(torch.softmax(z, -1), x[1:])


def top_k_gate(block, x, w, judge):
    z = F.linear(seen(x[0], x[1:]), w["weight"])
    best = torch.sort(z, dim=-1, descending=True, stable=True).indices[..., : whole(block, "k")]
    even = torch.softmax(z, -1).flatten(0, -2).mean(0) * z.shape[-1]
    judge.penalties[block["id"]] = number(block, "balance") * ((even - 1) ** 2).mean()
    shares = torch.softmax(z.gather(-1, best), -1)
    return mix(torch.zeros_like(z).scatter(-1, best, shares), x[1:])


def cross_stitch(block, x, w, judge):
    y = 0
    for feature, share in zip(x, [w["own"], *w["others"]]):
        if len(share) > 1 and x[0].dim() == 4:
            share = share.reshape(-1, 1, 1)
        y = y + share * feature
    return y


# --- images ---


def upsample(block, x, w, judge):
    mode = block["set"]["mode"]
    align = flag(block, "align-corners") if mode == "bilinear" else None
    return F.interpolate(
        x[0], scale_factor=whole(block, "factor"), mode=mode, align_corners=align
    )


def average_pool(block, x, w, judge):
    kernel = whole(block, "kernel")
    return F.avg_pool2d(
        x[0], kernel, whole(block, "stride") or kernel, whole(block, "padding"),
        count_include_pad=flag(block, "count-include-pad"),
    )


def adaptive_average_pool(block, x, w, judge):
    return F.adaptive_avg_pool2d(x[0], (whole(block, "height"), whole(block, "width")))


def pad(block, x, w, judge):
    mode = {"zeros": "constant"}.get(block["set"]["mode"], block["set"]["mode"])
    return F.pad(x[0], [whole(block, side) for side in ("left", "right", "top", "bottom")], mode)


# --- shapes and axes ---


def reshape(block, x, w, judge):
    return x[0].reshape(len(x[0]), *block["out"][0])


def flatten(block, x, w, judge):
    return x[0].flatten(1)


def cut(block, x, w, judge):
    at, n = axis(block), x[0].shape[axis(block)]
    first, last = (i - 1 if i > 0 else n + i for i in (whole(block, "from"), whole(block, "to")))
    return x[0].narrow(at, first, last - first + 1)


def split(block, x, w, judge):
    at = axis(block)
    place = at if at > 0 else x[0].dim() + at
    return x[0].split([out[place - 1] for out in block["out"]], at)


def transpose(block, x, w, judge):
    order = block["set"].get("order", "")
    if not order:
        return x[0].transpose(1, 2)
    return x[0].permute(0, *[int(i) for i in order.split(",")])


def mean(block, x, w, judge):
    return x[0].mean(axis(block), keepdim=flag(block, "keep") or x[0].dim() == 2)


def multiply(block, x, w, judge):
    return math.prod(x)


def plus(block, x, w, judge):
    return sum(x[1:], x[0])


def drop(block, x, w, judge):
    if number(block, "p") > 0.0:
        raise SystemExit("judge: dropout of %s: set it to 0" % block["id"])
    return x[0]


def pointwise(function):
    return lambda block, x, w, judge: function(x[0])


def point(block, x, w, judge):
    return torch.cat([w["x1"], w["x2"]]).expand(len(x[0]), 2)


def cagrad_toy(block, x, w, judge):
    """As the paper's code; where it has jumps, ten steps do not come."""
    first = block["set"]["loss"] == "first"
    x1, x2 = x[0][:, 0], x[0][:, 1]
    bend = torch.tanh(x2)
    valley = (-x1 - 7) / 2 + bend if first else (-x1 + 3) / 2 - bend + 2
    bowl = ((x1 - (7 if first else -7)) ** 2 + 0.1 * (x2 + 8) ** 2) / 10 - 20
    up, down = (torch.clamp(torch.tanh(side * x2 / 2), 0) for side in (1, -1))
    toy = up * (torch.log(torch.clamp(valley.abs(), 0.000005)) + 6) + down * bowl
    return number(block, "factor") * toy[:, None]


OPS = {
    "dense": dense, "conv2d": conv2d, "conv-transpose": conv_transpose,
    "patch-embedding": patch_embedding, "embedding": embedding,
    "positional-embedding": positional_embedding, "class-token": class_token, "scale": scale,
    "batch-norm": batch_norm, "layer-norm": layer_norm, "group-norm": group_norm,
    "attention": attention, "gru": gru, "gate": gate, "top-k-gate": top_k_gate,
    "cross-stitch": cross_stitch, "upsample": upsample, "average-pool": average_pool,
    "adaptive-average-pool": adaptive_average_pool, "pad": pad, "reshape": reshape,
    "flatten": flatten, "slice": cut, "split": split, "transpose": transpose, "mean": mean,
    "multiply": multiply, "point": point, "cagrad-toy": cagrad_toy, "add": plus, "dropout": drop,
    "relu": lambda block, x, w, judge: judge.rectify(block, x[0], 0.0),
    "leaky-relu": lambda block, x, w, judge: judge.rectify(block, x[0], number(block, "slope")),
    "max-pool": lambda block, x, w, judge: judge.pool(block, x[0]),
    "concat": lambda block, x, w, judge: torch.cat(x, 1),
    "global-average-pool": pointwise(lambda x: x.mean((2, 3))),
    "tanh": pointwise(torch.tanh), "sigmoid": pointwise(torch.sigmoid),
    "silu": pointwise(F.silu),
    "elu": lambda block, x, w, judge: F.elu(x[0], number(block, "alpha")),
    "gelu": lambda block, x, w, judge: F.gelu(x[0], approximate=block["set"]["approximate"]),
    "softplus": lambda block, x, w, judge: F.softplus(x[0], number(block, "beta")),
    "softmax": lambda block, x, w, judge: x[0].softmax(axis(block)),
}


# --- losses: means over what has a target ---


def items(x):
    """Samples × channels × items."""
    if x.dim() == 2:
        return x[:, :, None]
    return x.transpose(1, 2) if x.dim() == 3 else x.flatten(2)


def cross_entropy(task, x, t, judge):
    y = torch.where(torch.isnan(t), -100.0, t).long()
    ignored = int(task["set"]["ignore-index"])
    if ignored >= 0:
        y[y == ignored] = -100
    weights = task["set"]["class-weights"]
    if weights:
        weights = x.new_tensor([float(v) for v in weights.split(",")])
    return F.cross_entropy(
        items(x), y.view(len(y), -1), label_smoothing=float(task["set"]["smoothing"]),
        weight=weights if len(weights) else None,
    )


def by_value(function):
    def loss(task, x, t, judge):
        there = ~torch.isnan(t.flatten())
        return function(task, x.flatten()[there], t.flatten()[there], judge)

    return loss


def cosine(task, x, t, judge):
    p, q = (items(v).transpose(1, 2).flatten(0, 1) for v in (x, t.view_as(x)))
    there = ~torch.isnan(q).any(1)
    return (1 - F.cosine_similarity(p[there], q[there], dim=1)).mean()


LOSSES = {
    "cross-entropy": cross_entropy,
    "mse": by_value(lambda task, x, t, judge: F.mse_loss(x, t)),
    "l1": by_value(lambda task, x, t, judge: judge.absolute(task, x - t).mean()),
    "huber": by_value(lambda task, x, t, judge: F.huber_loss(
        x, t, delta=float(task["set"]["delta"]))),
    "bce": by_value(lambda task, x, t, judge: F.binary_cross_entropy_with_logits(
        x, t, pos_weight=x.new_tensor(float(task["set"]["pos-weight"])))),
    "cosine": cosine,
    "value": by_value(lambda task, x, t, judge: (x - t).mean()),
}
