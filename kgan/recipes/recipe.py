"""A recipe: everything that a training run is made of, as names and numbers."""

import dataclasses
import json

from kgan.core import registry
from kgan.recipes import build
from kgan.recipes.flag_types import (
    Boolean,
    Choice,
    Fraction,
    Integer,
    Mappings,
    Number,
    Size,
    Text,
    Texts,
    field,
    options,
)


@dataclasses.dataclass(frozen=True)
class Recipe:
    """A training run as names and numbers: data, networks, loss, optimizers, steps.

    A recipe is a value: it reads no data and builds no network. It checks itself when
    it is made, and it is the same after a round trip through JSON or through flags.
    A step is one round of the game: `discriminator_steps` updates of D, each on a fresh
    batch, and `generator_steps` updates of G.

    Args:
        name: What the recipe is called; also the first part of a run's directory.
        description: One line for people.
        results: What was measured: figures by name, and under `"command"` the command
            that measures them again. Empty for a recipe that was changed.

    The other fields, each a flag of `kgan train`, say what they mean in their
    declaration below.

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

    dataset: str = field(
        Text(),
        "gaussian, ring, grid, digits, a name of TFDS, or a folder of images",
        "digits",
    )
    image_size: int | tuple | None = field(
        Size(optional=True),
        "side to which images are brought, or [height,width]; none: as they are",
        None,
    )
    conditional: bool = field(
        Boolean(), "whether both networks are told the class", False
    )

    model: str = field(Text(), "family of networks in kgan.models", "mlp")
    model_options: dict = options("arguments of the family")  # noqa: RUF009
    prior: str = field(Text(), "distribution of the latents", "normal")
    prior_options: dict = options("arguments of the prior")  # noqa: RUF009
    latent_dim: int = field(Integer(), "number of components of a latent", 64)

    loss: str = field(Text(), "adversarial loss in kgan.losses", "non_saturating")
    loss_options: dict = options(  # noqa: RUF009
        'arguments of the loss, as in {"label_smoothing": 0.1}'
    )
    penalties: tuple = field(
        Mappings(), 'penalties, as in [{"name": "r1", "weight": 10.0}]', ()
    )

    regularizers: tuple = field(
        Mappings(), 'terms of kgan.regularizers, as in [{"name": "lecam"}]', ()
    )
    objectives: tuple = field(
        Mappings(),
        "terms of kgan.objectives, for the discriminator's further heads",
        (),
    )
    augmentation: dict = options(  # noqa: RUF009
        'layer of kgan.augment, as in {"name": "diff_augment"}'
    )
    top_k: float = field(
        Fraction(), "share of the samples that train G, the best by D; 1: all", 1.0
    )
    alternation: dict = options(  # noqa: RUF009
        'rounds of one player alone, as in {"discriminator": 5, "generator": 5}'
    )

    generator_learning_rate: float = field(Number(), "Adam's step size for G", 2e-4)
    discriminator_learning_rate: float = field(Number(), "Adam's step size for D", 2e-4)
    beta_1: float = field(Number(below=1.0), "Adam's decay of the mean", 0.5)
    beta_2: float = field(Number(below=1.0), "Adam's decay of the square", 0.999)
    schedule: str = field(
        Text(), "course of both step sizes over the run: constant, linear, cosine",
        "constant",
    )  # fmt: skip

    clip_norm: float | None = field(
        Number(optional=True), "largest norm of a player's gradient; none: any", None
    )

    batch_size: int = field(Integer(), "examples of one update of D", 64)
    steps: int = field(Integer(), "rounds of the game", 1000)
    discriminator_steps: int = field(Integer(), "updates of D in a round", 1)
    generator_steps: int = field(Integer(), "updates of G in a round", 1)
    ema_momentum: float | None = field(
        Number(below=1.0, optional=True),
        "momentum of the generator's average; none: no average",
        0.999,
    )
    seed: int = field(Integer(minimum=0), "seed of every random draw", 0)
    sample_every: int | None = field(
        Integer(optional=True),
        "rounds between two pictures and lines of metrics; "
        "none: one pass through the data",
        None,
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
        Integer(optional=True), "rounds between two checkpoints; none: as sample_every",
        None,
    )  # fmt: skip
    metrics: tuple = field(
        Texts(), "metrics that are measured on the way, as in frechet_mnist", ()
    )
    evaluate_every: int | None = field(
        Integer(optional=True),
        "rounds between two measurements; none: as sample_every",
        None,
    )
    evaluate_images: int = field(
        Integer(), "examples that are generated for a measurement", 10_000
    )
    best: str | None = field(
        Text(optional=True), "key of the metrics that chooses best.keras, or none", None
    )
    best_mode: str = field(
        Choice(("min", "max")), "which value of it is best: min, max", "min"
    )
    on_collapse: str = field(
        Choice(("warn", "stop", "rollback", "none")),
        "what is done when training collapses: warn, stop, rollback, none",
        "warn",
    )

    results: dict = options("measured figures", flag=False)  # noqa: RUF009

    def __post_init__(self):
        for declared in dataclasses.fields(self):
            kind = declared.metadata["kind"]
            try:
                value = kind.check(getattr(self, declared.name))
            except ValueError as error:
                raise ValueError(f"`{declared.name}` {error}") from None
            object.__setattr__(self, declared.name, value)
        build.check(self)

    @classmethod
    def flags(cls) -> dict:
        """Returns the fields that are flags: `dataclasses.Field` by name."""
        fields = dataclasses.fields(cls)
        return {f.name: f for f in fields if f.metadata["flag"]}

    def override(self, **values) -> "Recipe":
        """Gives this recipe with other values, without its measured results.

        Args:
            **values: New values by field.

        Returns:
            A new `Recipe`; this one itself if nothing changes.

        Raises:
            ValueError: If there is no such field, or a value does not fit it.
        """
        known = [f.name for f in dataclasses.fields(self)]
        for name in values:
            if name not in known:
                raise ValueError(
                    registry.unknown("A recipe has the fields", name, known)
                )
        changed = dataclasses.replace(self, **{"results": {}, **values})
        same = dataclasses.replace(changed, results=self.results) == self
        return self if same and "results" not in values else changed

    def to_json(self) -> str:
        """Gives the recipe as JSON text, one field a line."""
        return json.dumps(dataclasses.asdict(self), indent=2, ensure_ascii=False) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "Recipe":
        """Makes the recipe that `to_json` wrote.

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
        return cls(name=values.pop("name")).override(**values)

    def to_flags(self) -> list:
        """Gives the flags of `kgan train` that lead to these values."""
        return [
            f"--{name}={f.metadata['kind'].write(getattr(self, name))}"
            for name, f in self.flags().items()
        ]
