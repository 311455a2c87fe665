"""Networks of tables: first frequencies, what the body sees, shapes."""

import numpy as np
import tensorflow as tf

from kgan.core import table_blocks
from kgan.core.table_blocks import Block
from kgan.layers import table_rows
from kgan.models import table_discriminator, table_generator

BLOCKS = (
    Block("sex", (0.25, 0.75), (False, False)),
    Block("age", (0.1, 0.6, 0.3), (False, True, True)),
)
ROWS = 20_000


def latents(rows=ROWS, width=16 + 5):
    uniform = np.random.default_rng(0).uniform(size=(rows, width))
    return tf.constant(table_rows.latents_of(uniform.astype(np.float32)))


def test_untrained_it_has_the_frequencies_of_the_data():
    generator = table_generator(BLOCKS, latent_dim=16, hidden=(8,))
    rows = generator(latents()).numpy()
    for first, block in ((0, BLOCKS[0]), (2, BLOCKS[1])):
        found = rows[:, first : first + block.levels].mean(0)
        distance = 0.5 * np.abs(found - block.shares).sum()
        assert distance <= 3 * (block.levels / ROWS) ** 0.5


def test_the_body_sees_the_first_latents_alone():
    generator = table_generator(BLOCKS, latent_dim=16, hidden=(8,))
    body = generator.get_layer("body")
    assert body.input_shape == (None, 16)
    assert generator.input_shape == (None, 21)
    for weight in body.trainable_weights:
        weight.assign(tf.random.stateless_normal(weight.shape, (0, 1)))
    same = latents(64).numpy()
    same[:, 16:] = -same[:, 16:]
    both = (generator(latents(64)), generator(tf.constant(same)))
    noise = table_rows.gumbel(same[:, 16:])
    coded = table_rows.drawn(body(same[:, :16]), noise, BLOCKS)
    np.testing.assert_allclose(
        table_rows.rows_of(coded, BLOCKS), both[1].numpy(), atol=1e-6
    )
    assert (both[0].numpy() != both[1].numpy()).any()


def test_discriminator():
    discriminator = table_discriminator(BLOCKS, hidden=(8, 8))
    assert discriminator.input_shape == (None, table_blocks.width(BLOCKS))
    assert discriminator.output_shape == (None, 1)


def test_its_config_is_the_same_each_time():
    first, second = (
        table_generator(BLOCKS, latent_dim=16, hidden=(8,)).get_config()
        for _ in range(2)
    )
    assert first == second
