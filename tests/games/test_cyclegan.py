"""A game of four players and two pools, which a user might have written."""

import contract
from contract import Case, Contract, network
from cyclegan import CycleGAN

from kgan.layers import ImagePool

X, Y = (4, 4, 1), (4, 4, 3)


def cyclegan(random=False, size=8, **options):
    dropout = 0.3 if random else 0.0
    return CycleGAN(
        network([X], Y, dropout),
        network([Y], X, dropout),
        network([X], (2, 2, 1), dropout),
        network([Y], (2, 2, 1), dropout),
        ImagePool(X, size),
        ImagePool(Y, size),
        **options,
    )


def both(count):
    return {"x": contract.images(count, X), "y": contract.images(count, Y, seed=1)}


class TestContract(Contract):
    case = Case(
        cyclegan,
        both,
        writes={1: ("pool_x", "pool_y")},
        columns=("x", "G(x)", "y", "F(y)"),
        endpoints=("to_y", "to_x"),
        xla_on_replicas=True,
    )
