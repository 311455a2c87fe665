"""The published residual translator: which of its tensors is which layer of ours."""

import dataclasses

from kgan.layers import blur_pooling, resampling
from kgan.models.resnet_translator import resnet_translator
from kgan.published.translator_layers import Layer, kernel, normalization
from kgan.published.unpickler import Refused


@dataclasses.dataclass(frozen=True)
class ResNetWeights:
    """What a file says of its residual translator, a row of numbered modules.

    Attributes:
        channels: Of the sources.
        target_channels: Of the targets.
        width: Channels of the first convolution.
        blocks: Number of residual blocks.
        antialiased: Whether it has CUT's filters.
        dropout: Whether its blocks have dropout.
        normalization: "instance" or "batch".
    """

    MARK = "model.1.weight"

    channels: int
    target_channels: int
    width: int
    blocks: int
    antialiased: bool
    dropout: bool
    normalization: str

    @classmethod
    def read(cls, tensors):
        """Returns what the names and shapes of tensors say."""
        width, channels = kernel(tensors, cls.MARK)[:2]
        antialiased = "model.7.weight" not in tensors
        first, blocks = (12 if antialiased else 10), 0
        while f"model.{first + blocks}.conv_block.1.weight" in tensors:
            blocks += 1
        if not blocks:
            raise Refused("weights of another network: without residual blocks")
        last = f"model.{first + blocks + (9 if antialiased else 7)}.weight"
        return cls(
            channels,
            kernel(tensors, last)[0],
            width,
            blocks,
            antialiased,
            f"model.{first}.conv_block.5.weight" not in tensors,
            normalization(tensors, "model.1", "model.2"),
        )

    @property
    def bias(self):
        return self.normalization == "instance"

    @property
    def places(self):
        """Numbers of the modules that halve, of the first block, that double."""
        down, first = ((4, 8), 12) if self.antialiased else ((4, 7), 10)
        end = first + self.blocks
        up = (end + 1, end + 5) if self.antialiased else (end, end + 3)
        return down, first, up

    def layers(self):
        """Yields a `Layer` for each that has weights."""
        width = self.width
        yield from self.normed(1, "first", (width, self.channels, 7, 7))
        down, first, up = self.places
        for stage, place in enumerate(down):
            shape = (2 * width, width, 3, 3)
            yield from self.normed(place, f"down_{stage}", shape)
            width *= 2
        for number in range(self.blocks):
            block, shape = f"{first + number}.conv_block", (width, width, 3, 3)
            for conv, place in enumerate((1, 6 if self.dropout else 5)):
                label = f"block_{number}_conv_{conv}"
                yield from self.normed(f"{block}.{place}", label, shape)
        for stage, place in enumerate(up):
            width //= 2
            inputs, outputs = 2 * width, width
            transposed = not self.antialiased
            shape = (inputs, outputs) if transposed else (outputs, inputs)
            shape = (*shape, 3, 3)
            yield from self.normed(place, f"up_{stage}", shape, transposed)
        last = (self.target_channels, width, 7, 7)
        yield Layer(f"model.{up[1] + 4}", "output", last, True)

    def normed(self, place, ours, shape, up=False):
        """Yields a convolution and the norm behind it."""
        yield Layer(f"model.{place}", ours, shape, self.bias, up=up)
        before, _, number = str(place).rpartition(".")
        norm = f"{before}.{int(number) + 1}".lstrip(".")
        channels = None if self.bias else shape[1 if up else 0]
        yield Layer(f"model.{norm}", f"{ours}_norm", channels=channels)

    def filters(self):
        """Returns CUT's filters: taps and the sum, by name."""
        if not self.antialiased:
            return {}
        down, _, up = self.places
        halving = dict.fromkeys(
            (f"model.{place + 3}.filt" for place in down), (blur_pooling.TAPS, 1)
        )
        doubling = dict.fromkeys(
            (f"model.{place - 1}.filt" for place in up), (resampling.TAPS, 4)
        )
        return halving | doubling

    def build(self, size, options):
        """Builds the network.

        Args:
            size: `(height, width)`, which may be None.
            options: Further arguments of `resnet_translator`.
        """
        return resnet_translator(
            (*size, self.channels),
            self.target_channels,
            self.width,
            self.blocks,
            "antialiased" if self.antialiased else "transposed",
            self.normalization,
            dropout=0.5 if self.dropout else 0.0,
            **options,
        )
