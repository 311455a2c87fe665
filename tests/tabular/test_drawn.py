"""Sampled rows as metrics compare them."""

import numpy as np
from small_tables import people

from kgan.layers import table_rows
from kgan.tabular import Table, TabularGAN, training
from kgan.tabular.drawn import DrawnRows


def test_rows_are_those_of_sample():
    gan = TabularGAN(Table.infer(people()), latent_dim=4, generator_hidden=(8,))
    drawn = gan.examples(70, seed=3)
    assert isinstance(drawn, DrawnRows)
    assert not drawn.is_image
    assert drawn.shape == (len(gan.table.measured_names),)
    rows = np.concatenate([rows for rows, _ in drawn.batches(32)])
    expected = gan.table.measured(gan.sample(70, seed=3))
    np.testing.assert_array_equal(rows, expected)
    assert drawn.provenance() == {"generator": "averaged weights"}
    raw = gan.examples(5, averaged=False)
    assert raw.provenance() == {"generator": "raw weights"}


def test_rows_as_networks_see_them():
    gan = TabularGAN(Table.infer(people()), latent_dim=4, generator_hidden=(8,))
    ((rows, _),) = gan.raw_examples(50, seed=3).batches(50)
    assert rows.shape == (50, gan.table.width)
    coded = gan.table.encode(gan.sample(50, seed=3, averaged=False))
    expected = table_rows.rows_of(coded, gan.table.blocks)
    levels = expected[:, : gan.table.blocks[0].levels]
    np.testing.assert_array_equal(rows[:, : levels.shape[1]], levels)


def test_a_table_that_collapses_is_noticed():
    df = people()
    gan = TabularGAN(Table.infer(df), latent_dim=4, generator_hidden=(8,))
    gan.compile(**training.recommended(10))
    coded = gan.table.encode(df).astype(np.float32)
    _, _, lost = gan.symptoms(coded)
    lost.begin(gan)
    lost.find(gan, {})
    assert 0.8 < lost.measured["diversity"] < 1.2
    raw = gan.generator.get_layer("body").get_layer("raw")
    raw.bias.assign(1e3 * np.arange(raw.bias.shape[0]))
    lost.find(gan, {})
    assert lost.measured["diversity"] < 0.01
