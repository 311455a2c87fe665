"""The contract of `kgan.GAN`: with terms that keep state, by class, and mapped."""

import contract
import numpy as np
from contract import Case, Contract, network

import kgan

LATENT_DIM = 3
SHAPE = (4, 4, 1)
SERVED = ("serving_default", "generate", "generate_png", "interpolate")


def gan(random, classes=None, augmented=True):
    dropout = 0.3 if random else 0.0
    augmentation = kgan.augment.DiffAugment() if random and augmented else None
    return kgan.GAN(
        network([(LATENT_DIM,)], SHAPE, classes=classes),
        network([SHAPE], (1,), dropout, classes),
        augmentation=augmentation,
        ema_momentum=0.9,
    )


def by_class(random):
    return gan(random, classes=3, augmented=False)


def mapped(random):
    mapping = network([(LATENT_DIM,)], (5,))
    generator = kgan.models.Mapped(mapping, network([(5,)], SHAPE))
    return kgan.GAN(generator, network([SHAPE], (1,), 0.3 if random else 0.0))


def labelled(count):
    return contract.images(count), np.arange(count, dtype="int32") % 3


class TestGAN(Contract):
    case = Case(
        gan,
        contract.images,
        lambda: {
            "penalties": [kgan.penalties.R1(1.0, interval=2)],
            "regularizers": [kgan.regularizers.LeCam(0.3)],
        },
        optimizer=contract.adam,
        writes={0: ("term_lecam",)},
        columns=("samples 0", "samples 1"),
        endpoints=SERVED,
        xla_on_replicas=True,
    )


class TestByClass(Contract):
    case = Case(
        by_class,
        labelled,
        lambda: {"loss": "hinge"},
        columns=("samples 0", "samples 1"),
        endpoints=SERVED,
    )


class TestPathLength(Contract):
    case = Case(
        mapped,
        contract.images,
        lambda: {"terms": [kgan.losses.PathLength(interval=2, shrink=1)]},
        writes={1: ("term_path_length",)},
        columns=("samples 0", "samples 1"),
        endpoints=SERVED,
    )
