"""The published U-Net: which of its tensors is which layer of ours."""

import dataclasses

from kgan.models.translation_parts import widths
from kgan.models.unet import unet
from kgan.published.translator_layers import Layer, kernel, normalization
from kgan.published.unpickler import Refused


@dataclasses.dataclass(frozen=True)
class UNetWeights:
    """What a file says of its U-Net, whose modules hold each other.

    The outermost has the first convolution, then the module within it, then the last
    one; so have all others, the innermost without a module within it.

    Attributes:
        channels: Of the sources.
        target_channels: Of the targets.
        width: Channels of the first stage.
        depth: Number of stages.
        normalization: "instance" or "batch".
    """

    MARK = "model.model.0.weight"

    channels: int
    target_channels: int
    width: int
    depth: int
    normalization: str

    @classmethod
    def read(cls, tensors):
        """Returns what the names and shapes of tensors say."""
        width, channels = kernel(tensors, cls.MARK)[:2]
        within, depth = "model.model.1", 2
        while f"{within}.model.3.model.1.weight" in tensors:
            within, depth = f"{within}.model.3", depth + 1
        if depth == 2:
            raise Refused("networks of another architecture: a U-Net of two stages")
        target_channels = kernel(tensors, "model.model.3.weight")[1]
        first = ("model.model.1.model.1", "model.model.1.model.2")
        normed = normalization(tensors, *first)
        return cls(channels, target_channels, width, depth, normed)

    def layers(self):
        """Yields a `Layer` for each that has weights."""
        sizes = widths(self.width, self.depth)
        bias = self.normalization == "instance"
        first = (sizes[0], self.channels, 4, 4)
        yield Layer("model.model.0", "down_0", first, bias)
        within = "model.model.1"
        for stage in range(1, self.depth):
            outer, own, innermost = (
                *sizes[stage - 1 : stage + 1],
                stage == self.depth - 1,
            )
            yield Layer(f"{within}.model.1", f"down_{stage}", (own, outer, 4, 4), bias)
            if not innermost:
                yield self.norm(f"{within}.model.2", f"down_{stage}", own)
            place = 3 if innermost else 5
            shape = (own if innermost else 2 * own, outer, 4, 4)
            up = {"up": True, "skip": not innermost}
            yield Layer(f"{within}.model.{place}", f"up_{stage - 1}", shape, bias, **up)
            yield self.norm(f"{within}.model.{place + 1}", f"up_{stage - 1}", outer)
            within = f"{within}.model.3"
        last = (2 * sizes[0], self.target_channels, 4, 4)
        yield Layer("model.model.3", "output", last, True, up=True, skip=True)

    def norm(self, theirs, ours, channels):
        scaled = self.normalization == "batch"
        return Layer(theirs, f"{ours}_norm", channels=channels if scaled else None)

    def filters(self):
        return {}

    def build(self, size, options):
        """Builds the network.

        Args:
            size: `(height, width)`, which may be None.
            options: Further arguments of `unet`.
        """
        return unet(
            (*size, self.channels),
            self.target_channels,
            self.width,
            self.depth,
            normalization=self.normalization,
            # Not the innermost, in contrast to the paper's first program.
            dropout_stages=tuple(range(1, self.depth - 4)),
            **options,
        )
