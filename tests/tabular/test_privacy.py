"""What goes with the weights of a table says what the file holds."""

import keras
from small_tables import people

from kgan.tabular import Table, TabularGAN
from kgan.tabular.privacy import notice


def test_it_says_what_is_kept():
    table = Table.infer(people(), min_count=12)
    assert "not anonymous" in notice(table)
    assert "rare levels, which may be those of single persons" in notice(table)
    private = notice(Table.infer(people(), min_count=12, privacy=True))
    assert private.endswith("holds no row, and no value of fewer than 12 rows.")


def test_it_goes_with_the_weights(tmp_path):
    gan = TabularGAN(Table.infer(people()), latent_dim=4, generator_hidden=(8,))
    gan.save(tmp_path / "table.keras")
    loaded = keras.saving.load_model(tmp_path / "table.keras")
    assert loaded.notice == gan.notice == notice(gan.table)
