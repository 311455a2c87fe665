"""Recipes of the game `tabular`: rows of a table."""

import dataclasses

from kgan import losses
from kgan.data import TableSource
from kgan.data.tables.source import read_columns
from kgan.losses import gradient_penalties
from kgan.models import tabular as networks
from kgan.recipes import build
from kgan.recipes.flag_types import (
    Boolean,
    Integer,
    Mapping,
    Mappings,
    Number,
    Text,
    Texts,
    field,
)
from kgan.recipes.recipe import Recipe
from kgan.tabular import training
from kgan.tabular.gan import TabularGAN

COLUMNS = "columns.json"  # the file of a run with its table
# Fields that are options of `kgan.data.TableSource`.
DATA_FIELDS = (
    *("columns", "missing", "constraints", "privacy", "min_count", "held_out"),
)
# How recipes play: small networks spend their time between the steps.
PLAYED = {"jit_compile": True, "steps_per_execution": 10}


class Columns(Mapping):
    """Kinds of columns by name, or a whole table; a flag may name a file of such JSON.

    The file is read where the flag is.
    """

    expects = 'kinds by column in JSON, as in {"zip": "category"}, or a file of such'

    def parse(self, text):
        return read_columns(text)


@dataclasses.dataclass(frozen=True, kw_only=True)
class TabularRecipe(Recipe, game="tabular"):
    """A training run of `kgan.tabular.TabularGAN`.

    The fields about data are options of `kgan.data.TableSource`; loss, penalties and
    step sizes are those of `kgan.tabular.recommended`.
    """

    columns: dict = field(Columns(), f"{Columns.expects}; the others are inferred")
    missing: tuple = field(
        Texts(), "words for missing values beside empty cells, as in ?,unknown"
    )
    constraints: tuple = field(
        Mappings(),
        'what holds in each row, as in [{"constraint": "inequality", "low": "start", '
        '"high": "end"}]',
    )
    privacy: bool = field(
        Boolean(), "whether no value of fewer than min_count rows is kept", False
    )
    min_count: int = field(Integer(), "rows from which on a value is frequent", 10)
    held_out: float = field(Number(below=1.0), "share of the rows held out", 0.1)

    latent_dim: int = field(
        Integer(), "number of latents on which columns depend", networks.LATENT_DIM
    )
    generator_width: int = field(
        Integer(), "units of its hidden layers", networks.GENERATOR_HIDDEN[0]
    )
    discriminator_width: int = field(
        Integer(), "units of its hidden layers", networks.DISCRIMINATOR_HIDDEN[0]
    )
    depth: int = field(
        Integer(), "hidden layers of each network", len(networks.GENERATOR_HIDDEN)
    )
    loss: str = field(Text(), "adversarial loss in kgan.losses", "relativistic_pairing")
    penalty_weight: float = field(
        Number(), "weight of R1 and R2; 0: none", training.GAMMA
    )
    learning_rate: float = field(
        Number(),
        "first step size of the players that `optimizers` does not name; it falls to 0",
        training.LEARNING_RATE,
    )
    ema_momentum: float | None = field(
        Number(below=1.0, optional=True),
        "momentum of the generator's average; none: no average",
        0.999,
    )
    batch_size: int = field(Integer(), "rows of one update", training.BATCH_SIZE)
    steps: int = field(Integer(), "rounds of the game", training.STEPS)

    players = ("discriminator", "generator")
    needs = "a table"
    about_its_data = ("columns", "constraints")

    @property
    def data_options(self):
        return super().data_options | {n: getattr(self, n) for n in DATA_FIELDS}

    @classmethod
    def suits(cls, source):
        return isinstance(source, TableSource)

    def optimizer_of(self, player):
        rate = {"schedule": "cosine", "first": self.learning_rate, "last": 0.0}
        adam = {"name": "adam", "learning_rate": rate, "beta_1": 0.0, "beta_2": 0.99}
        return self.optimizers.get(player, adam)

    def make_game(self, source):
        with build.in_precision(self.precision):
            game = TabularGAN(
                source.table,
                latent_dim=self.latent_dim,
                generator_hidden=(self.generator_width,) * self.depth,
                discriminator_hidden=(self.discriminator_width,) * self.depth,
                ema_momentum=self.ema_momentum,
                seed=self.seed,
            )
        optimizers = build.make_optimizers(self)
        game.compile(
            **{f"{player}_optimizer": each for player, each in optimizers.items()},
            loss=losses.get(self.loss),
            penalties=self._penalties(),
            **self.played(),
        )
        return game

    def _penalties(self):
        kinds = (gradient_penalties.R1, gradient_penalties.R2)
        return [kind(self.penalty_weight) for kind in kinds if self.penalty_weight]

    def files(self, source):
        return {COLUMNS: source.table.to_json()}

    def options_of_run(self, run_dir):
        path = run_dir / COLUMNS
        return {"columns": path} if path.is_file() else {}

    def shown_about(self, source):
        flag = """With the command: --columns='{"column": "kind"}', or a file of it."""
        return f"{source.table}\n{flag}"

    def pictures(self, game):
        return None

    def traits(self, game):
        names = ", ".join(map(str, game.table.names))
        return {"the columns": names, "rows of so many numbers:": game.table.width}
