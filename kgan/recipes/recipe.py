"""A recipe: everything that a training run is made of, as names and numbers."""

import dataclasses
import json
import pathlib
from typing import TYPE_CHECKING, Any

import keras

from kgan import data
from kgan.core import registry
from kgan.recipes import build
from kgan.recipes.flag_types import (
    Boolean,
    Choice,
    Integer,
    Mapping,
    Size,
    Text,
    Texts,
    Window,
    field,
)

_GAMES = {}
WINDOWS = ("window", "source_window", "target_window")


def games() -> dict:
    """Returns the subclasses of `Recipe`, by the name of their game."""
    return dict(_GAMES)


def of_game(name: str) -> type["Recipe"]:
    """Returns the subclass of `Recipe` for a game.

    Raises:
        ValueError: If there is no such game.
    """
    return build.find("game", name, _GAMES)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Recipe:
    """A training run as names and numbers: game, data, optimizers, steps.

    A recipe is a value: it reads no data and builds no network until it is asked to. It
    checks itself when it is made, and it is the same after a round trip through JSON or
    through flags. A step is one round of the game.

    The fields here are those of every game. `Recipe(game=...)` makes an object of the
    subclass that has the game's own; without `game` it is a GAN's. A subclass names its
    game, adds fields, and overrides what stands under "The game" below:

        @dataclasses.dataclass(frozen=True, kw_only=True)
        class Pix2PixRecipe(Recipe, game="pix2pix"):
            l1: float = field(Number(), "weight of the distance", 100.0)

            players = ("generator", "discriminator")
            needs = "pairs of images"

    Args:
        name: What the recipe is called; also the first part of a run's directory.
        description: One line for people.
        results: What was measured: figures by name, and under `"command"` the command
            that measures them again. Empty for a recipe that was changed.
        imports: Modules of the user, as `--import` names them.

    The other fields, each a flag of `kgan train`, say what they mean in their
    declaration below.

    Attributes:
        players: Names of the networks that have an optimizer.
        needs: The data that the game takes, as the middle of a sentence.
        batches_a_round: Batches of the data that a round takes.
        has_average: Whether samples come from an average of weights.

    Raises:
        ValueError: If a value is not what its field expects; the message names it.

    Example:
        ```python
        recipe = kgan.recipes.get("digits").override(steps=500, seed=1)
        text = recipe.to_json()
        assert kgan.recipes.Recipe.from_json(text) == recipe
        ```
    """

    name: str = field(Text(), "name of the recipe", flag=False)
    description: str = field(Text(), "one line about it", "", flag=False)
    results: dict = field(Mapping(), "measured figures", flag=False)
    imports: tuple = field(Texts(), "modules that are imported first", flag=False)

    game: str | None = field(Text(optional=True), "game that is played, as in gan")
    dataset: str = field(
        Text(),
        "gaussian, ring, grid, digits, a name of TFDS, a folder or ZIP of images; a "
        "table: a CSV or Parquet file, made_table, table:iris; two "
        "sets of images: pairs:PATH:SOURCE:TARGET[:SHARE] (sub-folders), "
        "pairs:PATH:PATH, pairs:PATH (side by side); unpaired:... likewise",
        "digits",
    )
    image_size: int | tuple | None = field(
        Size(optional=True),
        "side to which images are brought, or [height,width]; none: as they are",
    )
    window: tuple | None = field(
        Window(optional=True),
        "values low,high of images of 16 or 32 bits in a folder that become -1 and 1; "
        "none: their lowest and highest",
    )
    source_window: tuple | None = field(
        Window(optional=True), "the same of the sources of pairs"
    )
    target_window: tuple | None = field(
        Window(optional=True), "the same of the targets of pairs"
    )
    mirror: bool = field(
        Boolean(), "whether images come also from right to left: x-flips", False
    )

    optimizers: dict = field(
        Mapping(),
        'Keras optimizers by player, as in {"generator": {"name": "sgd", '
        '"learning_rate": 0.1}}',
    )
    batch_size: int = field(Integer(), "examples of one update", 64)
    steps: int = field(Integer(), "rounds of the game", 1000)
    seed: int = field(Integer(minimum=0), "seed of every random draw", 0)
    sample_every: int | None = field(
        Integer(optional=True),
        "rounds between two pictures and lines of metrics; "
        "none: one pass through the data",
    )

    precision: str = field(
        Choice(("float32", "mixed_bfloat16", "mixed_float16")),
        "what the networks compute in: float32, mixed_bfloat16, mixed_float16",
        "float32",
    )
    jit_compile: str | bool = field(
        Choice(("auto", True, False)),
        "whether XLA compiles the step: auto, true, false",
        "auto",
    )
    steps_per_execution: int = field(
        Integer(), "rounds that one call of the compiled function plays", 1
    )
    micro_batches: int = field(
        Integer(), "parts in which an update takes its batch, to save memory", 1
    )

    checkpoint_every: int | None = field(
        Integer(optional=True), "rounds between two checkpoints; none: as sample_every"
    )
    metrics: tuple = field(
        Texts(), "metrics that are measured on the way, as in frechet_mnist"
    )
    evaluate_every: int | None = field(
        Integer(optional=True), "rounds between two measurements; none: as sample_every"
    )
    evaluate_images: int = field(
        Integer(), "examples that are generated for a measurement", 10_000
    )
    best: str | None = field(
        Text(optional=True), "key of the metrics that chooses best.keras, or none"
    )
    best_mode: str = field(
        Choice(("min", "max")), "which value of it is best: min, max", "min"
    )
    on_collapse: str = field(
        Choice(("warn", "stop", "rollback", "none")),
        "what is done when training collapses: warn, stop, rollback, none",
        "warn",
    )

    if TYPE_CHECKING:  # the fields of the game's subclass are accepted, too

        def __init__(self, **values: Any): ...

        def __getattr__(self, name: str) -> Any: ...

    def __new__(cls, *, game=None, **values):
        # The game's subclass, as `pathlib.Path` makes that of the operating system.
        return super().__new__(of_game(game or "gan") if cls is Recipe else cls)

    def __init_subclass__(cls, game=None, **kwargs):
        super().__init_subclass__(**kwargs)
        if game is not None:
            cls._game = game
            _GAMES[game] = cls

    def __post_init__(self):
        for declared in dataclasses.fields(self):
            kind = declared.metadata["kind"]
            try:
                value = kind.check(getattr(self, declared.name))
            except ValueError as error:
                raise ValueError(f"`{declared.name}` {error}") from None
            object.__setattr__(self, declared.name, value)
        if self.game not in (None, self._game):
            raise ValueError(
                f"`game` of the recipe {self.name} must be {self._game}. "
                f"Received: {self.game!r}"
            )
        object.__setattr__(self, "game", self._game)
        build.check(self)

    @classmethod
    def flags(cls) -> dict:
        """Returns the fields that are flags: `dataclasses.Field` by name."""
        fields = dataclasses.fields(cls)
        return {f.name: f for f in fields if f.metadata["flag"]}

    def override(self, **values: Any) -> "Recipe":
        """Returns this recipe with other values by field, without its measured results.

        It is this one itself if nothing changes.

        Raises:
            ValueError: If there is no such field, or a value does not fit it.
        """
        expected = f"A recipe of the game {self.game} has the fields"
        known = [f.name for f in dataclasses.fields(self)]
        for name in values:
            registry.check_known(expected, name, known)
        changed = dataclasses.replace(self, **{"results": {}, **values})
        same = dataclasses.replace(changed, results=self.results) == self
        return self if same and "results" not in values else changed

    def to_json(self) -> str:
        """Returns the recipe as JSON text, one field a line."""
        # ASCII alone: what is no UTF-8 in a path could not be written.
        return json.dumps(dataclasses.asdict(self), indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "Recipe":
        """Builds the recipe that `to_json` wrote; without `game` it is a GAN's.

        Raises:
            ValueError: If the text is no JSON object, or a field is unknown, missing
                or wrong.
        """
        try:
            values = json.loads(text)
        except json.JSONDecodeError as error:
            raise ValueError(f"A recipe must be a JSON object: {error}") from None
        if not isinstance(values, dict) or "name" not in values:
            raise ValueError("A recipe must be a JSON object with a `name`.")
        first = {key: values.pop(key) for key in ("name", "game") if key in values}
        return cls(**first).override(**values)

    def to_flags(self) -> list:
        """Returns the flags of `kgan train` that lead to these values."""
        first = [f"--import={','.join(self.imports)}"] if self.imports else []
        return first + [
            f"--{name}={f.metadata['kind'].write(getattr(self, name))}"
            for name, f in self.flags().items()
        ]

    @property
    def windows(self) -> dict:
        """Options of `kgan.data.source` by which images of 16 or 32 bits are scaled."""
        given = {name: getattr(self, name) for name in WINDOWS}
        return {name: window for name, window in given.items() if window is not None}

    @property
    def data_options(self) -> dict:
        """Options of `kgan.data.source` by which the data are read."""
        return self.windows

    def without_folders(self) -> "Recipe":
        """Returns this recipe with names of files alone, without where they lie."""
        short = data.registry.short
        dataset = short(self.dataset)
        return dataclasses.replace(
            self,
            dataset=dataset,
            description=self.description.replace(self.dataset, dataset),
            imports=tuple(map(short, self.imports)),
        )

    # === The game: what a subclass defines ===

    players = ()
    needs = "data"
    about_its_data = ()  # optional fields that are right for `dataset` alone
    batches_a_round = 1

    @property
    def has_average(self) -> bool:
        return getattr(self, "ema_momentum", None) is not None

    @classmethod
    def suits(cls, source: Any) -> bool:
        """Returns whether the game can be played with a `kgan.data.Source`."""
        return True

    def check_source(self, source: Any) -> None:
        """Checks that data are what this recipe needs.

        Raises:
            ValueError: If they are not.
        """
        if not self.suits(source):
            raise ValueError(
                f"`dataset` must be {self.needs} for the game {self.game}. "
                f"Received: {self.dataset!r}"
            )
        if self.mirror:
            data.source(source, mirror=True)  # data that are no images are refused here
        for name, window in self.windows.items():
            if name not in source.windows:
                whose = name.removesuffix("window").replace("_", " ")
                raise ValueError(
                    f"`{name}` must be none for {self.dataset}, whose {whose}images "
                    f"have 8 bits a channel. Received: {window}"
                )

    def make_game(self, source: Any) -> keras.Model:
        """Builds and compiles the game, in the scope of the current strategy.

        It takes shapes and classes from `source`, the `kgan.data.Source` of the data,
        and returns a compiled `keras.Model`.
        """
        raise NotImplementedError

    def played(self) -> dict:
        """Returns the arguments of `compile` that all games have, but optimizers."""
        names = ("steps_per_execution", "jit_compile", "micro_batches")
        return {name: getattr(self, name) for name in names}

    def resolve(self, source: Any, sample_every: int) -> "Recipe":
        """Writes out what is left to defaults, so that the recipe's file says all.

        The recipe that it returns trains the same model, and shows it each
        `sample_every` rounds.
        """
        in_full = dataclasses.replace(
            self,
            optimizers=build.optimizers_in_full(self.named_optimizers()),
            sample_every=sample_every,
            checkpoint_every=self.checkpoint_every or sample_every,
        )
        return in_full.scaled_as(source)

    def scaled_as(self, source: Any) -> "Recipe":
        """Returns this recipe with the windows of `source`, and no others."""
        return dataclasses.replace(self, **dict.fromkeys(WINDOWS) | source.windows)

    def optimizer_of(self, player: str) -> dict:
        """Returns name and arguments of a player's optimizer.

        What `optimizers` leaves out is Adam as in Radford et al. (2016).
        """
        adam = {"name": "adam", "learning_rate": 2e-4, "beta_1": 0.5}
        return self.optimizers.get(player, adam)

    def named_optimizers(self) -> dict:
        """Returns the optimizers that a resolved recipe names, by player: all."""
        return {player: self.optimizer_of(player) for player in self.players}

    def updates_a_round(self, player: str) -> float:
        """Returns how often a player is updated in a round, in the mean."""
        return 1

    def takes_labels(self, game: keras.Model) -> bool:
        """Returns whether batches for `game` are `(examples, labels)`."""
        return False

    def pictures(self, game: keras.Model) -> str | None:
        """Returns what a run draws: "samples", "density" of points, or None."""
        return "samples"

    def shown_data(self, source: Any) -> Any:
        """Returns a data set of whose first batch pictures show what becomes of it.

        None: the game's pictures show nothing of the data.
        """

    def files(self, source: Any) -> dict[str, str]:
        """Returns what a run's directory holds of this game alone: texts by name."""
        return {}

    def options_of_run(self, run_dir: pathlib.Path) -> dict:
        """Returns options of `kgan.data.source` from `files`, before `data_options`."""
        return {}

    def shown_about(self, source: Any) -> str:
        """Returns what people must see of the data before training, if anything."""
        return ""

    def traits(self, game: keras.Model) -> dict:
        """Returns what two games must share for one to start from the other's weights.

        They are values by their names in a sentence, such as `{"latents of size": 64}`.
        """
        return {}
