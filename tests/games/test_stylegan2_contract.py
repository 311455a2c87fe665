"""The contract of `kgan.GAN` with the networks and the training of StyleGAN2-ADA."""

import contract
import pytest
from contract import Case, Contract

import kgan

SHAPE = (8, 8, 1)


def build(random):
    networks = kgan.models.stylegan2(
        SHAPE,
        latent_dim=3,
        channel_base=32,
        channel_max=4,
        mapping_layers=1,
        style_mixing=0.9 if random else 0.0,
        noise=random,
        # It follows each micro-batch, as moving statistics do.
        center_decay=0.995 if random else 1.0,
        # A divisor of the rows of one micro-batch on one replica.
        group_size=2,
    )
    augmentation = None
    if random:
        augmentation = kgan.augment.AdaptiveAugment(
            0.2, interval=1, speed=100, policy="color"
        )
    momentum = kgan.HalfLife(kimg=0.05, batch_size=contract.ROWS, ramp=2.0)
    return kgan.GAN(*networks, augmentation=augmentation, ema_momentum=momentum)


def options(random):
    terms = [kgan.penalties.R1(1.0, interval=3, through_augmentation=True)]
    if random:
        terms.append(kgan.losses.PathLength(interval=2, shrink=1))
    return {"terms": terms, "lazy": "own_step"}


class TestStyleGAN2(Contract):
    case = Case(
        build,
        lambda count: contract.images(count, SHAPE),
        options=options,
        writes={0: ("augmentation",), 3: ("term_path_length",)},
        apart=1e-3,  # each replica's rows are compared with the mean that they moved
        columns=("samples 0", "samples 1"),
        endpoints=(
            *("serving_default", "generate", "generate_png", "interpolate"),
            "decode",
        ),
    )

    # Of the two half precisions float16 is the one with clamps and scales of its own.
    @pytest.mark.parametrize("policy", ["mixed_float16"])
    def test_half_precision(self, base, policy):
        super().test_half_precision(base, policy)
