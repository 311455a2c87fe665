"""Pix2pix: its losses in NumPy, its contract, its published networks."""

import contract
from contract import Case, Contract, network

import kgan

SOURCE, TARGET = (4, 4, 1), (4, 4, 3)


def pix2pix(random, **options):
    dropout = 0.3 if random else 0.0
    generator = network([SOURCE], TARGET, dropout)
    discriminator = network([SOURCE, TARGET], (2, 2, 1), dropout)
    return kgan.Pix2Pix(generator, discriminator, **{"l1": 1.0, **options})


def pairs(count):
    return {
        "source": contract.images(count, SOURCE),
        "target": contract.images(count, TARGET, seed=1),
    }


class TestContract(Contract):
    case = Case(
        lambda random: pix2pix(random, ema_momentum=0.9),
        pairs,
        columns=("source", "output", "target"),
        endpoints=("serving_default", "translate"),
    )
