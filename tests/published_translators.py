"""Published translators in NumPy and float64, by the rules of their authors' programs.

Tensors have the names and axes that the PyTorch scripts give them, images are
`(channels, height, width)`. Transposed convolutions add up what each pixel spreads.
"""

import dataclasses

import numpy as np
import pickles

BLUR, SPREAD = np.array([1.0, 2.0, 1.0]), np.array([1.0, 3.0, 3.0, 1.0])


@dataclasses.dataclass(frozen=True)
class Translator:
    """Random weights of a network, and what it computes.

    Attributes:
        normalization: "instance", with biases, or "batch", with scales and shifts.
        width: Channels of the first convolution.
        channels: Of the sources, and of the targets.
    """

    normalization: str = "instance"
    width: int = 2
    channels: tuple = (3, 2)
    seed: int = 0

    def tensors(self):
        """Returns the tensors by name; layers of the network draw them in order."""
        found = {}
        draw = np.random.default_rng(self.seed)
        for name, shape, up, normed in self.layers():
            found[f"{name}.weight"] = draw.normal(0, 0.3, shape)
            count = shape[1 if up else 0]
            # Behind a batch's norms, and in place of one but at the end, there is none.
            if self.normalization == "instance" or normed is None:
                found[f"{name}.bias"] = draw.normal(size=count)
            if normed and self.normalization == "batch":
                found[f"{normed}.weight"] = draw.uniform(0.5, 1.5, count)
                for kind in ("bias", "running_mean"):
                    found[f"{normed}.{kind}"] = draw.normal(size=count)
                found[f"{normed}.running_var"] = draw.uniform(0.5, 2, count)
                found[f"{normed}.num_batches_tracked"] = np.array(3)
        return found | self.constants()

    def constants(self):
        return {}


@dataclasses.dataclass(frozen=True)
class UNet(Translator):
    """pix2pix's generator of `depth` stages."""

    depth: int = 5

    def sizes(self):
        return [self.width * min(2**n, 8) for n in range(self.depth)]

    def modules(self):
        """Yields of each stage but the first its prefix, and places behind it."""
        within = "model.model.1.model"
        for stage in range(1, self.depth):
            yield stage, within, 3 if stage == self.depth - 1 else 5
            within += ".3.model"

    def layers(self):
        sizes = self.sizes()
        yield "model.model.0", (sizes[0], self.channels[0], 4, 4), False, _UNNORMED
        for stage, within, place in self.modules():
            last = stage == self.depth - 1
            shape = (sizes[stage], sizes[stage - 1], 4, 4)
            yield f"{within}.1", shape, False, _UNNORMED if last else f"{within}.2"
            shape = (sizes[stage] * (1 if last else 2), sizes[stage - 1], 4, 4)
            yield f"{within}.{place}", shape, True, f"{within}.{place + 1}"
        yield "model.model.3", (2 * sizes[0], self.channels[1], 4, 4), True, None

    def __call__(self, tensors, image, moving=False):
        """Returns the translation of an image, with its own or moving statistics."""
        modules = list(self.modules())

        def inside(x, level):
            if level == len(modules):
                return x
            _, within, place = modules[level]
            activated = np.where(x > 0, x, 0.2 * x)
            y = convolved(tensors, f"{within}.1", activated, 2, 1)
            if place == 5:
                y = normed(tensors, f"{within}.2", y, moving)
                y = inside(y, level + 1)
            y = spread(tensors, f"{within}.{place}", np.maximum(y, 0), 1)
            y = normed(tensors, f"{within}.{place + 1}", y, moving)
            # The activation is in place: a skip carries what went through it.
            return np.concatenate([activated, y])

        x = inside(convolved(tensors, "model.model.0", image, 2, 1), 0)
        return np.tanh(spread(tensors, "model.model.3", np.maximum(x, 0), 1))


@dataclasses.dataclass(frozen=True)
class ResNet(Translator):
    """CycleGAN's generator, and CUT's, which is `antialiased`."""

    blocks: int = 2
    antialiased: bool = False
    dropout: bool = False

    def places(self):
        """Numbers of the modules that halve, the first block, those that double."""
        down, first = ((4, 8), 12) if self.antialiased else ((4, 7), 10)
        end = first + self.blocks
        return down, first, (end + 1, end + 5) if self.antialiased else (end, end + 3)

    def layers(self):
        width = self.width
        yield "model.1", (width, self.channels[0], 7, 7), False, "model.2"
        down, first, up = self.places()
        for place in down:
            shape = (2 * width, width, 3, 3)
            yield f"model.{place}", shape, False, f"model.{place + 1}"
            width *= 2
        for block in range(first, first + self.blocks):
            for place in (1, 6 if self.dropout else 5):
                name = f"model.{block}.conv_block"
                shape = (width, width, 3, 3)
                yield f"{name}.{place}", shape, False, f"{name}.{place + 1}"
        for place in up:
            width //= 2
            shape = (width, 2 * width) if self.antialiased else (2 * width, width)
            up = not self.antialiased
            yield f"model.{place}", (*shape, 3, 3), up, f"model.{place + 1}"
        last = (self.channels[1], width, 7, 7)
        yield f"model.{place + 4}", last, False, None

    def constants(self):
        if not self.antialiased:
            return {}
        down, _, up = self.places()
        found = {}
        for place, times in zip(down, (2, 4), strict=True):
            found[f"model.{place + 3}.filt"] = _filter(BLUR, 1, times * self.width)
        for place, times in zip(up, (4, 2), strict=True):
            found[f"model.{place - 1}.filt"] = _filter(SPREAD, 4, times * self.width)
        return found

    def __call__(self, tensors, image, moving=False):
        """Returns the translation of an image, with its own or moving statistics."""

        def layer(name, x, *arguments):
            module, _, number = name.rpartition(".")
            y = convolved(tensors, name, x, *arguments)
            return normed(tensors, f"{module}.{int(number) + 1}", y, moving)

        x = np.maximum(layer("model.1", mirrored(image, 3)), 0)
        down, first, up = self.places()
        for place in down:
            stride = 1 if self.antialiased else 2
            x = np.maximum(layer(f"model.{place}", x, stride, 1), 0)
            x = blurred(x) if self.antialiased else x
        for block in range(first, first + self.blocks):
            name = f"model.{block}.conv_block"
            y = np.maximum(layer(f"{name}.1", mirrored(x, 1)), 0)
            y = layer(f"{name}.{6 if self.dropout else 5}", mirrored(y, 1))
            x = x + y
        for place in up:
            if self.antialiased:
                x = layer(f"model.{place}", enlarged(x), 1, 1)
            else:
                x = spread(tensors, f"model.{place}", x, 1, 1)
                x = normed(tensors, f"model.{place + 1}", x, moving)
            x = np.maximum(x, 0)
        return np.tanh(convolved(tensors, f"model.{up[1] + 4}", mirrored(x, 3)))


# No norm, and no bias either where norms are the batch's.
_UNNORMED = ""


def _filter(taps, total, channels):
    taps = taps / taps.sum()
    return np.tile(total * np.outer(taps, taps), (channels, 1, 1, 1))


def mirrored(x, margin):
    return np.pad(x, ((0, 0), (margin, margin), (margin, margin)), mode="reflect")


def convolved(tensors, name, x, stride=1, padding=0):
    """Correlates an image with a kernel `(out, in, k, k)`."""
    kernel = tensors[f"{name}.weight"]
    x = np.pad(x, ((0, 0), (padding, padding), (padding, padding)))
    size = kernel.shape[-2:]
    windows = np.lib.stride_tricks.sliding_window_view(x, size, axis=(1, 2))
    y = np.einsum("ihwkm,oikm->ohw", windows[:, ::stride, ::stride], kernel)
    return y + tensors.get(f"{name}.bias", np.zeros(len(y)))[:, None, None]


def spread(tensors, name, x, padding, output_padding=0):
    """A transposed convolution with stride 2 and a kernel `(in, out, k, k)`."""
    kernel = tensors[f"{name}.weight"]
    (height, width), size = x.shape[1:], kernel.shape[-1]
    y = np.zeros((kernel.shape[1], 2 * height + size, 2 * width + size))
    for i, j in np.ndindex(height, width):
        part = np.einsum("i,iokm->okm", x[:, i, j], kernel)
        y[:, 2 * i : 2 * i + size, 2 * j : 2 * j + size] += part
    ends = [
        padding + 2 * (side - 1) + size - 2 * padding + output_padding
        for side in (height, width)
    ]
    y = y[:, padding : ends[0], padding : ends[1]]
    return y + tensors.get(f"{name}.bias", np.zeros(len(y)))[:, None, None]


def normed(tensors, name, x, moving):
    mean, variance = x.mean((1, 2)), x.var((1, 2))
    scale, shift = np.ones(len(x)), np.zeros(len(x))
    if f"{name}.weight" in tensors:
        scale, shift = tensors[f"{name}.weight"], tensors[f"{name}.bias"]
        if moving:
            mean = tensors[f"{name}.running_mean"]
            variance = tensors[f"{name}.running_var"]
    scale = scale / np.sqrt(variance + 1e-5)
    return x * scale[:, None, None] + (shift - mean * scale)[:, None, None]


def blurred(x):
    kernel = np.outer(BLUR, BLUR) / 16
    windows = np.lib.stride_tricks.sliding_window_view(
        mirrored(x, 1), (3, 3), axis=(1, 2)
    )
    return np.einsum("chwkm,km->chw", windows, kernel)[:, ::2, ::2]


def enlarged(x):
    """Zeros between pixels whose border is repeated, then outer(1, 3, 3, 1) / 16."""
    x = np.pad(x, ((0, 0), (1, 1), (1, 1)), mode="edge")
    height, width = (2 * side for side in x.shape[1:])
    y = np.zeros((len(x), height + 5, width + 5))
    y[:, 3 : 3 + height : 2, 3 : 3 + width : 2] = x
    kernel = np.outer(SPREAD, SPREAD) / 16
    windows = np.lib.stride_tricks.sliding_window_view(y, (4, 4), axis=(1, 2))
    spread_ = np.einsum("chwkm,km->chw", windows, kernel)
    return spread_[:, 3:-3, 3:-3]


# === Files ===


def written(tensors, old=False, prefix=""):
    """Returns the bytes of a file of `torch.save`, of the older form if `old`."""
    items, storages = {}, {}
    for number, (name, values) in enumerate(tensors.items()):
        values = np.asarray(values)
        values = np.ascontiguousarray(values, "i8" if values.dtype == int else "f4")
        values = values.reshape(np.shape(tensors[name]))
        kind = pickles.STORAGES[values.dtype.str[1:]]
        shared = pickles.storage_id(kind, str(number), values.size, old=old)
        storages[str(number)] = (values.size, values.tobytes())
        items[prefix + name] = pickles.tensor(values, shared)
    if old:
        return pickles.torch_file(pickles.ordered(items), storages)
    return pickles.torch_archive(pickles.ordered(items), storages)
