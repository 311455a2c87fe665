"""The contract of `kgan.GAN`: with terms that keep state, by class, and mapped.

Its endpoints are those of tests/export; here they are asked of a mapped generator.
"""

import contract
import numpy as np
from contract import Case, Contract, network

import kgan

LATENT_DIM = 3
SHAPE = (4, 4, 1)
COLUMNS = ("samples 0", "samples 1")


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


def path_length(random):
    return [kgan.losses.PathLength(interval=2, shrink=1)] if random else []


def adaptive(random):
    """Networks of StyleGAN2-ADA's kind of training; p moves from the first update."""
    mapping = network([(LATENT_DIM,)], (5,))
    generator = kgan.models.Mapped(mapping, network([(5,)], SHAPE))
    augmentation = None
    if random:
        augmentation = kgan.augment.AdaptiveAugment(
            0.2, interval=1, speed=100, policy="color"
        )
    momentum = kgan.HalfLife(kimg=0.05, batch_size=contract.ROWS, ramp=2.0)
    return kgan.GAN(
        generator,
        network([SHAPE], (1,), 0.3 if random else 0.0),
        augmentation=augmentation,
        ema_momentum=momentum,
    )


def steps_of_their_own(random):
    r1 = kgan.penalties.R1(1.0, interval=3, through_augmentation=True)
    return {"terms": [r1, *path_length(random)], "lazy": "own_step"}


def labelled(count):
    return contract.images(count), np.arange(count, dtype="int32") % 3


class TestGAN(Contract):
    case = Case(
        gan,
        contract.images,
        options=lambda random: {
            "penalties": [kgan.penalties.R1(1.0, interval=2)],
            "regularizers": [kgan.regularizers.LeCam(0.3)],
        },
        optimizer=contract.adam,
        writes={0: ("term_lecam",)},
        columns=COLUMNS,
        endpoints=None,
    )


class TestByClass(Contract):
    case = Case(
        by_class,
        labelled,
        options=lambda random: {"loss": "hinge"},
        columns=COLUMNS,
        endpoints=None,
    )


class TestPathLength(Contract):
    case = Case(
        mapped,
        contract.images,
        # Its noise is drawn in the update, anew for each micro-batch.
        options=lambda random: {"terms": path_length(random)},
        writes={1: ("term_path_length",)},
        apart=1e-3,  # each replica's rows are compared with the mean that they moved
        columns=COLUMNS,
        endpoints=("serving_default", "generate", "generate_png", "interpolate"),
    )


class TestStepsOfTheirOwn(Contract):
    case = Case(
        adaptive,
        contract.images,
        options=steps_of_their_own,
        writes={0: ("augmentation",), 3: ("term_path_length",)},
        apart=1e-3,  # as above
        columns=COLUMNS,
        endpoints=None,
    )


def test_published_networks_with_path_lengths(tmp_path, bare_process):
    gan = kgan.GAN(*kgan.models.mapped_dcgan((8, 8, 1), 4, 4, 4, mapping_depth=2))
    optimizers = {"generator_optimizer": "adam", "discriminator_optimizer": "adam"}
    terms = {"terms": ["path_length"], "penalties": ["r1"]}
    contract.check_own_networks(
        gan,
        contract.images(8, (8, 8, 1)),
        tmp_path,
        bare_process,
        "serving_default",
        **optimizers,
        **terms,
    )
