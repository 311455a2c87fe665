"""Sampled rows as metrics compare them."""

import numpy as np
from small_tables import people

from kgan.tabular import Table, TabularGAN
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
