"""The contract of every game, for `kgan.tabular.TabularGAN`."""

import contract
import numpy as np
from contract import Case, Contract
from small_tables import people

import kgan
from kgan.tabular import Table, TabularGAN

TABLE = Table.infer(people())


def build(random):
    # What draws anew for each micro-batch: dropout of the judge.
    judge = kgan.models.mlp_discriminator(
        (TABLE.width,), hidden=(8,), dropout=0.5 if random else 0.0
    )
    return TabularGAN(TABLE, discriminator=judge, latent_dim=4, generator_hidden=(8,))


def coded(count):
    return TABLE.encode(people(count, seed=1)).astype(np.float32)


class TestTabularGAN(Contract):
    case = Case(
        build,
        coded,
        options=lambda random: {
            "loss": "relativistic_pairing",
            "penalties": [kgan.penalties.R1(1.0), kgan.penalties.R2(1.0)],
        },
        optimizer=contract.adam,
    )
