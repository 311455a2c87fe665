"""BiGAN: its losses in NumPy, its contract, its published networks."""

import contract
from contract import Case, Contract, network

import kgan

LATENT_DIM, SHAPE = 3, (4, 4, 1)


def bigan(random=False, **options):
    dropout = 0.3 if random else 0.0
    return kgan.BiGAN(
        network([(LATENT_DIM,)], SHAPE, dropout),
        network([SHAPE], (LATENT_DIM,), dropout),
        network([SHAPE, (LATENT_DIM,)], (1,), dropout),
        **options,
    )


class TestContract(Contract):
    case = Case(
        bigan,
        contract.images,
        optimizer=contract.adam,
        columns=("samples 0", "samples 1", "real", "G(E(x))"),
        endpoints=(
            *("serving_default", "generate", "generate_png", "interpolate"),
            "encode",
        ),
    )
