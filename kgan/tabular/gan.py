"""A GAN of tables: columns of any kind, missing values, conditions."""

import os
import secrets
from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

import kgan.data
from kgan.core import arguments, table_blocks
from kgan.core.schedules import Scheduled
from kgan.data.tables import Table
from kgan.data.tables.source import TableSource
from kgan.engine.fields import Field
from kgan.games.gan import GAN
from kgan.latents.priors import Uniform
from kgan.layers import table_rows
from kgan.models import tabular as networks
from kgan.tabular import conditions as asked
from kgan.tabular import privacy, training
from kgan.tabular.drawn import DrawnRows, NetworkRows
from kgan.tabular.sampling import RowSampler


@keras.saving.register_keras_serializable(package="kgan")
class TabularGAN(GAN):
    """A generator of rows of a table, and a discriminator of rows.

    The game is that of `kgan.GAN` on rows as networks see them: one-hot levels of each
    column, and of numbers, which are cut into bins, the place within the bin. Levels
    are drawn by Gumbel noise, with straight-through gradients, and are independent
    given the generator's first latents, which makes conditions exact.

    `fit` takes a DataFrame, a pyarrow table or a path, and compiles itself as
    `kgan.tabular.recommended` says where nobody did. `sample` draws rows as a
    DataFrame with the columns, order and dtypes of the training data.

    Args:
        table: The `kgan.tabular.Table`, as `Table.infer` returns it.
        generator: A network of `kgan.models.table_generator`; None: one of the
            arguments below.
        discriminator: A `keras.Model` of rows, float32 `(batch, table.width)`, to
            logits; None: the same.
        latent_dim: Number of latents of the generator's body.
        generator_hidden: Units of the generator's hidden layers.
        discriminator_hidden: The same of the discriminator.
        ema_momentum: As of `kgan.GAN`.
        seed: The same.
        name: Name of the model.

    Raises:
        ValueError: If networks do not fit the table.

    Example:
        ```python
        table = kgan.tabular.Table.infer(df)
        gan = kgan.tabular.TabularGAN(table)
        gan.fit(df, epochs=30)
        rows = gan.sample(1_000, conditions={"sex": "Female"}, seed=7)
        ```

    Source: the loss of `kgan.tabular.recommended`; levels as in Jang, Gu and Poole
    (2017).
    """

    def __init__(
        self,
        table: Table,
        generator: keras.Model | None = None,
        discriminator: keras.Model | None = None,
        latent_dim: int = networks.LATENT_DIM,
        generator_hidden: Sequence[int] = networks.GENERATOR_HIDDEN,
        discriminator_hidden: Sequence[int] = networks.DISCRIMINATOR_HIDDEN,
        ema_momentum: Scheduled | None = 0.999,
        seed: int = 0,
        name: str = "tabular_gan",
    ):
        if not isinstance(table, Table):
            raise ValueError(
                "`table` must be a kgan.tabular.Table, as Table.infer(df) returns it. "
                f"Received: {type(table).__name__}"
            )
        blocks = table.blocks
        if generator is None:
            generator = networks.table_generator(blocks, latent_dim, generator_hidden)
        if discriminator is None:
            discriminator = networks.table_discriminator(blocks, discriminator_hidden)
        _check(generator, discriminator, table)
        width = generator.input_shape[-1]
        radius = table_rows.RADIUS
        super().__init__(
            generator,
            discriminator,
            prior=Uniform(width, -radius, radius),
            ema_momentum=ema_momentum,
            seed=seed,
            as_images=False,
            name=name,
        )
        self.table, self.notice = table, privacy.notice(table)
        self.generator_hidden = tuple(generator_hidden)
        self.discriminator_hidden = tuple(discriminator_hidden)
        self._rows = {}

    # === Data ===

    def unpack(self, element):
        blocks = self.table.blocks
        coded, width = tf.convert_to_tensor(element), table_blocks.coded_width(blocks)
        if coded.shape.rank != 2 or coded.shape[-1] != width:
            raise ValueError(
                f"A batch must be coded rows of shape (batch, {width}), as "
                f"`table.encode` returns them. Received: shape {coded.shape}"
            )
        return {"real": table_rows.rows_of(coded, blocks)}

    def fields(self):
        return {"real": Field((table_blocks.width(self.table.blocks),))}

    @property
    def reads(self) -> dict[str, Any]:
        """Options of `kgan.data.source` by which data are read as this game's."""
        return {"table": self.table}

    def fit(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        epochs: int | None = None,
        discrete_columns: Sequence[Any] | None = None,
        **kwargs: Any,
    ) -> keras.callbacks.History:
        """Plays the game; takes what `kgan.GAN.fit` takes, and tables.

        Args:
            x: A DataFrame, a pyarrow table, the path of a CSV or Parquet file, or a
                `tf.data.Dataset` of coded rows.
            y: None, or `discrete_columns`, as CTGAN has them there.
            batch_size: Rows of a step; 1,000, or all rows if they are fewer.
            epochs: Passes over the rows. None: 30, and at least 8,000 steps.
            discrete_columns: Names of columns that must be categories of the table, as
                CTGAN has them: to be sure, since the table says already.
            **kwargs: As of `keras.Model.fit`.

        Raises:
            ValueError: If the table has other columns or levels, or the training is
                longer than the schedule with which it was compiled by itself.
        """
        if isinstance(y, (list, tuple)) and discrete_columns is None:
            y, discrete_columns = None, y
        if y is not None:
            raise ValueError(f"`y` must be None. Received: {type(y).__name__}")
        self._check_discrete(discrete_columns)
        if epochs is not None:
            arguments.integer("`epochs`", epochs, 1)
        if x is None or isinstance(x, (tf.data.Dataset, np.ndarray)):
            options = {} if batch_size is None else {"batch_size": batch_size}
            return super().fit(x, epochs=epochs or 1, **options, **kwargs)
        source = self._source(x)
        batch = min(batch_size or training.BATCH_SIZE, source.num_examples)
        each = max(1, source.num_examples // (batch * self.batches_a_round))
        each = kwargs.pop("steps_per_epoch", None) or each
        epochs = epochs or training.epochs_of(source.num_examples, batch)
        self._compile_for((epochs - kwargs.get("initial_epoch", 0)) * each)
        if kwargs.get("validation_data") is not None:
            kwargs["validation_data"] = self._held_out_rows(
                kwargs["validation_data"], batch
            )
        where = {"seed": self.seed, "start": self.position}
        steps = each * self.batches_a_round
        data = kgan.data.load(source, batch, steps_per_epoch=steps, **where)
        return super().fit(data, epochs=epochs, **kwargs)

    def _source(self, x):
        if isinstance(x, TableSource):
            return x
        if not isinstance(x, (str, os.PathLike)) and not hasattr(x, "columns"):
            raise ValueError(
                "`x` must be a DataFrame, a pyarrow table, a path, or coded rows as "
                f"`table.encode` returns them. Received: {type(x).__name__}"
            )
        if hasattr(x, "dtypes"):
            self.table.check(x)
        return kgan.data.source(x, table=self.table, held_out=0.0)

    def _held_out_rows(self, x, batch_size):
        """Returns batches of coded rows of held-out data; a data set as it is."""
        if isinstance(x, tf.data.Dataset):
            return x
        coded = self.table.encode(self._source(x).frame).astype(np.float32)
        rows = tf.data.Dataset.from_tensor_slices(coded)
        return rows.batch(min(batch_size, len(coded)), self.needs_full_batches)

    def _compile_for(self, steps):
        """Compiles for so many steps, or checks that a schedule lasts for them."""
        if not self.compiled:
            return self.compile(**training.recommended(steps))
        lasts = training.length(self.optimizers.values())
        if lasts is not None and self.step + steps > lasts:
            raise ValueError(
                f"`epochs` must fit in the {lasts:,} steps for which the model was "
                "compiled, after which its step size is 0: call gan.compile("
                "**kgan.tabular.recommended(steps=...)) for a longer training. "
                f"Received: {self.step + steps:,} steps"
            )

    def _check_discrete(self, names):
        for name in names or ():
            kind = self.table.kinds.get(name)
            if type(kind).__name__ not in ("Category", "Boolean", "Constant"):
                raise ValueError(
                    f"`discrete_columns` must be categories of the table: "
                    f'table.override({{{name!r}: "category"}}). Received: {name!r}, '
                    f"{'unknown' if kind is None else type(kind).__name__}"
                )

    # === Use ===

    def sample(
        self,
        count: int | None = None,
        conditions: Any = None,
        seed: int | None = None,
        start: int = 0,
        reject: Callable | None = None,
        averaged: bool = True,
    ) -> Any:
        """Draws rows as a DataFrame: row i depends on the seed and `start + i` alone.

        Its `attrs` have the `seed`, and the `acceptance`: which share of drawn rows
        fulfilled the conditions.

        Args:
            count: Number of rows. None: as many as `conditions` has, a DataFrame.
            conditions: What all rows must fulfil, by column: a level (None: missing), a
                list of levels, a dictionary of levels and their wanted shares, or a
                `kgan.tabular.Between`. Or a DataFrame of known columns, with a row for
                each row. Levels of categories are exact and cheap; ranges, rare levels
                and values of numbers are found among drawn rows.
            seed: Integer in [0, 2⁶²). None: drawn.
            start: Number of the first row.
            reject: Function of a DataFrame of drawn rows that returns a boolean for
                each: whether it is to be drawn again.
            averaged: Whether to use the averaged generator where there is one.

        Raises:
            ValueError: If an argument is out of range, a column or level unknown, or a
                condition so rare that rows cannot be found: with the rate of those that
                were.
        """
        if count is None and hasattr(conditions, "columns"):
            count = len(conditions)
        arguments.positive_integer("count", count)
        seed = secrets.randbits(62) if seed is None else seed
        arguments.index("seed", seed)
        arguments.index("start", start)
        wanted = asked.wanted(self.table, conditions, count, seed, start, reject)
        coded, rate = self.row_sampler(averaged)(count, seed, start, wanted)
        index = np.arange(start, start + count, dtype=np.int64)
        frame = self.table.decode(coded, seed, index=index)
        frame.attrs.update(seed=seed, acceptance=rate)
        return frame

    def row_sampler(self, averaged: bool = True) -> RowSampler:
        """Returns what draws coded rows, of the averaged generator or the raw one."""
        self.begin_averages()
        network = self.sampler if averaged else self.generator
        if network.name not in self._rows:
            self._rows[network.name] = RowSampler(network, self.table.blocks)
        return self._rows[network.name]

    def examples(self, count, seed=0, dataset=None, averaged=True):
        """Returns sampled rows as `Table.measured` has them, which metrics compare."""
        return DrawnRows(self, count, seed, averaged)

    def raw_examples(self, count, seed=0):
        return NetworkRows(self, count, seed, averaged=False)

    def shown(self, rows=None, seed=0, examples=None, columns=8):
        raise self._unanswered("shown", "draws no pictures")

    def paths(self, count, seed=0, dataset=None, **options):
        raise self._unanswered("paths", "has no space through which paths lead")

    def endpoints(self, **options):
        raise self._unanswered("endpoints", "serves nothing")

    def chosen_sampler(self, averaged):
        raise self._unanswered("generate", "draws rows of a table by `sample`")

    def describe(self):
        lines, table = super().describe(), self.table
        columns = f"{len(table.names)} columns, {table.width} numbers a row"
        return {**lines, "table": columns}


def _check(generator, discriminator, table):
    blocks = table.blocks
    named = {layer.name: layer for layer in getattr(generator, "layers", ())}
    rows = table_blocks.width(blocks)
    if not {"body", "rows"} <= named.keys() or generator.output_shape[-1] != rows:
        raise ValueError(
            "`generator` must be one of kgan.models.table_generator(table.blocks), "
            f"which returns {rows} numbers a row. Received: {generator.name!r} of "
            f"output shape {getattr(generator, 'output_shape', None)}"
        )
    taken = getattr(discriminator, "input_shape", (None, rows))
    if taken[-1] != rows:
        raise ValueError(
            f"`discriminator` must take rows of {rows} numbers. Received: input shape "
            f"{taken}"
        )
