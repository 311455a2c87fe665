"""StyleGAN2 in NumPy and float64, by the recipes of its authors, and pickles of it.

Tensors have the names and axes that NVIDIA's PyTorch releases give them. Convolutions
that resample insert zeros, filter and convolve, one after the other.
"""

import dataclasses
import math

import numpy as np
import pickles

FIR = np.outer([1, 3, 3, 1], [1, 3, 3, 1]) / 64


@dataclasses.dataclass(frozen=True)
class Networks:
    """Random networks, and what they compute.

    Attributes:
        size: Rows and columns of an image.
        classes: Number of classes; 0: none.
        latents: Components of a latent.
        width: Width of w.
        channels: Of each stage.
        colors: Of the images.
        architecture: Of the discriminator.
        clamp: Of all activations, in pickles of the form of StyleGAN3's repository,
            whose layers alone keep it; None: none, in the form of StyleGAN2-ADA's.
    """

    size: int = 8
    classes: int = 0
    latents: int = 5
    width: int = 6
    channels: int = 4
    colors: int = 3
    architecture: str = "resnet"
    mapping_layers: int = 2
    seed: int = 0
    clamp: float | None = None

    @property
    def sizes(self):
        return [4 * 2**n for n in range(int(math.log2(self.size)) - 1)]

    def generator(self, seed=0):
        """Returns the tensors of a generator, by name."""
        draw = np.random.default_rng(self.seed + seed).normal
        c, found = self.channels, {}
        found |= self._mapping("mapping", draw, self.latents, self.width)
        found["mapping.w_avg"] = draw(size=self.width)
        for size in self.sizes:
            name = f"synthesis.b{size}"
            if size == 4:
                found[f"{name}.const"] = draw(size=(c, 4, 4))
            for part in ("conv0", "conv1", "torgb")[size == 4 :]:
                color = part == "torgb"
                out, k = (self.colors, 1) if color else (c, 3)
                found[f"{name}.{part}.weight"] = draw(size=(out, c, k, k))
                found[f"{name}.{part}.bias"] = draw(size=out)
                found[f"{name}.{part}.affine.weight"] = draw(size=(c, self.width))
                found[f"{name}.{part}.affine.bias"] = draw(size=c)
                if not color:
                    found[f"{name}.{part}.noise_strength"] = draw()
                    found[f"{name}.{part}.noise_const"] = draw(size=(size, size))
                    found[f"{name}.{part}.resample_filter"] = FIR
        return found

    def discriminator(self):
        """Returns the tensors of a discriminator, by name."""
        draw = np.random.default_rng(self.seed + 7).normal
        c, found = self.channels, {}
        shapes = {f"b{self.size}.fromrgb": (c, self.colors, 1, 1)}
        for size in self.sizes[:0:-1]:
            shapes |= {f"b{size}.conv{n}": (c, c, 3, 3) for n in (0, 1)}
            if self.architecture == "resnet":
                found[f"b{size}.skip.weight"] = draw(size=(c, c, 1, 1))
            found[f"b{size}.resample_filter"] = FIR
        shapes["b4.conv"] = (c, c + 1, 3, 3)
        shapes["b4.fc"] = (c, c * 16)
        shapes["b4.out"] = (c if self.classes else 1, c)
        for name, shape in shapes.items():
            found[f"{name}.weight"] = draw(size=shape)
            found[f"{name}.bias"] = draw(size=shape[0])
        if self.classes:
            found |= self._mapping("mapping", draw, 0, c, 8)
        return found

    def _mapping(self, name, draw, latents, width, layers=None):
        found, inputs = {}, latents
        if self.classes:
            found[f"{name}.embed.weight"] = draw(size=(width, self.classes))
            found[f"{name}.embed.bias"] = draw(size=width)
            inputs = latents + width
        for place in range(layers or self.mapping_layers):
            weight = draw(size=(width, inputs)) / 0.01
            found[f"{name}.fc{place}.weight"] = weight
            found[f"{name}.fc{place}.bias"] = draw(size=width)
            inputs = width
        return found

    def pickle(self, **changed):
        """Returns the bytes of a pickle with all three networks; `network` changed."""
        of_g, of_d = self._arguments() if self.clamp is None else self._named()
        g, d, clamp = "Generator", "Discriminator", self.clamp
        found = {
            "G": written(g, self.generator(), *of_g, clamp=clamp),
            "D": written(d, self.discriminator(), *of_d, clamp=clamp),
            "G_ema": written(g, self.generator(1), *of_g, clamp=clamp),
            "augment_pipe": None,
            "training_set_kwargs": pickles.easy({"path": "x"}),
        }
        return pickles.dumps({**found, **changed})

    def _arguments(self):
        """Arguments of G and of D, by place and by name, as StyleGAN2-ADA has them."""
        of_g = {"synthesis_kwargs": self._stages()}
        of_g["mapping_kwargs"] = {"num_layers": self.mapping_layers}
        common = (self.classes, self.size, self.colors)
        of_d = {"architecture": self.architecture, **self._stages()}
        of_d["epilogue_kwargs"] = {"mbstd_group_size": 2}
        latents = (self.latents, self.classes, self.width)
        return ((*latents, *common[1:]), of_g), (common, of_d)

    def _named(self):
        """The same as StyleGAN3's repository has them: all by name."""
        common = {"c_dim": self.classes, "img_resolution": self.size}
        common |= {"img_channels": self.colors, **self._stages()}
        of_g = {"z_dim": self.latents, "w_dim": self.width}
        of_g["mapping_kwargs"] = {"num_layers": self.mapping_layers}
        of_g["fused_modconv_default"] = "inference_only"
        of_d = {"architecture": self.architecture, "block_kwargs": {"freeze_layers": 0}}
        of_d["mapping_kwargs"] = {"freeze_layers": 0, "freeze_embed": False}
        of_d["epilogue_kwargs"] = {"mbstd_group_size": 2}
        return ((), of_g | common), ((), of_d | common)

    def _stages(self):
        return {"channel_base": 10**6, "channel_max": self.channels}


def written(class_name, tensors, arguments=(), options=None, half=(), clamp=None):
    """A published network of tensors in float32, but for names in `half`.

    Those have float16 and their channels last in memory, as on the makers' devices.
    Convolutions keep `clamp`, unless it is None.
    """
    buffers = ("w_avg", "resample_filter", "noise_const")
    found = {True: {}, False: {}}
    for name, value in tensors.items():
        if name in half:
            value = np.ascontiguousarray(value.transpose(0, 2, 3, 1), "f2")
            value = value.transpose(0, 3, 1, 2)
        else:
            value = np.asarray(value, "f4")
        is_buffer = name.rpartition(".")[2] in buffers
        found[is_buffer][name] = pickles.tensor(value, parameter=not is_buffer)
    values = {} if clamp is None else _kept(tensors, clamp)
    return pickles.network(
        class_name, found[False], found[True], arguments, options or {}, values
    )


def _kept(tensors, clamp):
    """Returns attributes of modules."""
    found = {"mapping.w_avg_beta": 0.998} if "mapping.w_avg" in tensors else {}
    for name, value in tensors.items():
        layer, _, kind = name.rpartition(".")
        if kind == "weight" and value.ndim == 4:
            around = layer.endswith(".skip")
            found[f"{layer}.conv_clamp"] = None if around else clamp
    return found


def generator(arguments=None, tensors=(), without=(), half=(), **options):
    """G_ema of other arguments or tensors, as an argument of `Networks.pickle`."""
    case = Networks()
    kept = {n: t for n, t in case.generator(1).items() if n not in without}
    if arguments is None:
        arguments = (case.latents, case.classes, case.width, case.size, case.colors)
    inner = {"channel_base": 10**6, "channel_max": case.channels}
    known = {"mapping_kwargs": {"num_layers": 2}, "synthesis_kwargs": inner}
    for name, value in options.items():
        known[name] = value if type(value) is int else known.get(name, {}) | value
    kept |= dict(tensors)
    return {"G_ema": written("Generator", kept, arguments, known, half)}


def discriminator(arguments=None, tensors=(), without=(), **options):
    """D of other arguments or tensors, as an argument of `Networks.pickle`."""
    case = Networks()
    common = (case.classes, case.size, case.colors)
    inner = {"channel_base": 10**6, "channel_max": case.channels, **options}
    kept = {n: t for n, t in case.discriminator().items() if n not in without}
    kept |= dict(tensors)
    return {"D": written("Discriminator", kept, arguments or common, inner)}


# === What they compute ===


def mapping(t, latents, classes, name="mapping", truncation=1.0):
    """Returns w; `classes` are one-hot, or None."""
    parts = [] if latents is None else [_normalized(latents)]
    if classes is not None:
        y = _dense(t, f"{name}.embed", classes)
        parts.append(_normalized(y))
    x, place = np.concatenate(parts, axis=1), 0
    while f"{name}.fc{place}.weight" in t:
        x = _leaky(_dense(t, f"{name}.fc{place}", x, 0.01))
        place += 1
    center = t.get(f"{name}.w_avg", 0.0)
    return center + truncation * (x - center)


def synthesis(t, w, sizes, clamp=None):
    """Returns images (batch, colors, rows, columns) of one w for all layers."""
    x, image = None, None
    for size in sizes:
        name = f"synthesis.b{size}"
        if x is None:
            x = np.repeat(t[f"{name}.const"][None], len(w), axis=0)
        else:
            x = _clamped(_modulated(t, f"{name}.conv0", x, w, up=True), clamp)
        x = _clamped(_modulated(t, f"{name}.conv1", x, w), clamp)
        colors = _clamped(_modulated(t, f"{name}.torgb", x, w, color=True), clamp)
        image = colors if image is None else colors + _filtered(_zeros(image), 2, 1, 4)
    return image


def judge(t, images, classes, sizes, residual, group=2, clamp=None):
    """Returns logits (batch, 1)."""
    x = _clamped(_leaky(_convolution(t, f"b{sizes[-1]}.fromrgb", images, 0)), clamp)
    for size in sizes[:0:-1]:
        around = x
        x = _clamped(_leaky(_convolution(t, f"b{size}.conv0", x, 1)), clamp)
        x = _filtered(x, 2, 2, 1)
        x = _leaky(_convolution(t, f"b{size}.conv1", x, 0)[:, :, ::2, ::2])
        x = _clamped(x, clamp)
        if residual:
            around = _filtered(around, 1, 1, 1)[:, :, ::2, ::2]
            around = _convolution(t, f"b{size}.skip", around, 0)
            x = math.sqrt(0.5) * (x + around)
    x = np.concatenate([x, _deviation(x, group)], axis=1)
    x = _clamped(_leaky(_convolution(t, "b4.conv", x, 1)), clamp)
    x = _leaky(_dense(t, "b4.fc", x.reshape(len(x), -1)))
    x = _dense(t, "b4.out", x)
    if classes is None:
        return x
    features = mapping(t, None, classes)
    return (x * features).sum(1, keepdims=True) / math.sqrt(x.shape[1])


def _clamped(x, clamp):
    return x if clamp is None else np.clip(x, -clamp, clamp)


def _leaky(x):
    return np.where(x > 0, x, 0.2 * x) * math.sqrt(2)


def _normalized(x):
    return x / np.sqrt((x**2).mean(axis=1, keepdims=True) + 1e-8)


def _dense(t, name, x, multiplier=1.0):
    weight = t[f"{name}.weight"] * multiplier / math.sqrt(x.shape[1])
    return x @ weight.T + t[f"{name}.bias"] * multiplier


def _correlated(x, weight, padding):
    """Returns what PyTorch calls a convolution; weight (batch or 1, out, in, k, k)."""
    pad = (padding, padding)
    x = np.pad(x, ((0, 0), (0, 0), pad, pad))
    k = weight.shape[-1]
    patches = np.lib.stride_tricks.sliding_window_view(x, (k, k), axis=(2, 3))
    weight = np.broadcast_to(weight, (len(x), *weight.shape[1:]))
    return np.einsum("bihwkl,boikl->bohw", patches, weight)


def _convolution(t, name, x, padding):
    weight = t[f"{name}.weight"]
    weight = weight / math.sqrt(np.prod(weight.shape[1:]))
    bias = t.get(f"{name}.bias", np.zeros(len(weight)))
    return _correlated(x, weight[None], padding) + bias[:, None, None]


def _zeros(x):
    wide = np.zeros((*x.shape[:2], 2 * x.shape[2], 2 * x.shape[3]))
    wide[:, :, ::2, ::2] = x
    return wide


def _filtered(x, before, after, gain):
    pad = (before, after)
    x = np.pad(x, ((0, 0), (0, 0), pad, pad))
    patches = np.lib.stride_tricks.sliding_window_view(x, (4, 4), axis=(2, 3))
    return np.einsum("bihwkl,kl->bihw", patches, FIR * gain)


def _modulated(t, name, x, w, up=False, color=False):
    styles = _dense(t, f"{name}.affine", w)
    weight = t[f"{name}.weight"]
    if color:
        styles = styles / math.sqrt(weight.shape[1])
    weight = weight[None] * styles[:, None, :, None, None]
    if not color:
        norm = np.sqrt((weight**2).sum(axis=(2, 3, 4), keepdims=True) + 1e-8)
        weight = weight / norm
    if up:
        x = _correlated(_filtered(_zeros(x), 3, 2, 4), weight[..., ::-1, ::-1], 0)
    else:
        x = _correlated(x, weight, 0 if color else 1)
    bias = t[f"{name}.bias"][:, None, None]
    if color:
        return x + bias
    noise = t[f"{name}.noise_const"] * t[f"{name}.noise_strength"]
    return _leaky(x + noise + bias)


def _deviation(x, group):
    rows = len(x)
    y = x.reshape(group, rows // group, *x.shape[1:])
    deviation = np.sqrt(((y - y.mean(0)) ** 2).mean(0) + 1e-8).mean(axis=(1, 2, 3))
    deviation = np.tile(deviation, group)[:, None, None, None]
    return np.broadcast_to(deviation, (rows, 1, *x.shape[2:]))
