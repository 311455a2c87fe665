"""The game of tables: training, sampling, saving, resuming, bad input."""

import zipfile

import keras
import numpy as np
import pandas as pd
import pytest
import tensorflow as tf
from pandas.testing import assert_frame_equal
from small_tables import people

import kgan
from kgan.core import table_blocks
from kgan.tabular import Between, Table, TabularGAN, training

SMALL = {"generator_hidden": (16,), "discriminator_hidden": (16,)}


def made(df=None, seed=0, **options):
    table = Table.infer(people() if df is None else df)
    keras.utils.set_random_seed(seed)
    return TabularGAN(table, latent_dim=8, **SMALL, seed=seed, **options)


@pytest.fixture(scope="module")
def trained():
    gan, df = made(), people()
    gan.fit(df, epochs=3, batch_size=100, verbose=0)
    return gan, df


def test_sampled_rows_are_of_the_table(trained):
    gan, df = trained
    rows = gan.sample(200, seed=5)
    assert_frame_equal(rows.dtypes.to_frame(), df.dtypes.to_frame())
    assert list(rows.columns) == list(df.columns)
    assert rows.index.equals(pd.RangeIndex(200))
    assert rows["id"].is_unique
    assert not set(rows["id"]) & set(df["id"])
    assert set(rows["job"]) <= set(df["job"])
    assert (rows["works"] == (rows["job"] != "none")).all()
    gan.table.check(rows)


def test_a_row_depends_on_its_number_alone(trained):
    gan, _ = trained
    rows = gan.sample(15, seed=5)
    assert rows.attrs == {"seed": 5, "acceptance": 1.0}
    later = gan.sample(10, seed=5, start=5)
    assert_frame_equal(later, rows[5:].reset_index(drop=True))
    assert not gan.sample(15, seed=6).equals(rows)
    drawn = gan.sample(3)
    again = gan.sample(3, seed=drawn.attrs["seed"])
    assert_frame_equal(drawn, again)


def test_conditions(trained):
    gan, _ = trained
    assert (gan.sample(50, {"job": "clerk"}, seed=1)["job"] == "clerk").all()
    both = gan.sample(50, {"job": ["clerk", "none"], "works": True}, seed=1)
    assert (both["job"] == "clerk").all()
    assert gan.sample(50, {"hours": None}, seed=1)["hours"].isna().all()
    some = gan.sample(50, {"wage": Between(15.0, None)}, seed=1)
    assert (some["wage"] >= 15.0).all()
    assert 0.0 < some.attrs["acceptance"] < 1.0
    dates = Between(pd.Timestamp("2021-01-01"), pd.Timestamp("2021-12-31"))
    year = gan.sample(50, {"begin": dates}, seed=1)["begin"].dt.year
    assert (year == 2021).all()


def test_wanted_shares(trained):
    gan, _ = trained
    wanted = {"job": {"cook": 0.1, "clerk": 0.6, "none": 0.3}}
    rows = gan.sample(4_000, wanted, seed=1)
    found = rows["job"].value_counts(normalize=True)
    for level, share in wanted["job"].items():
        assert abs(found[level] - share) < 4 * (share * (1 - share) / 4_000) ** 0.5
    again = gan.sample(100, wanted, seed=1, start=200)
    assert_frame_equal(again, rows[200:300].reset_index(drop=True))


def test_known_columns(trained):
    gan, df = trained
    known = df[["job", "town"]].head(40)
    rows = gan.sample(conditions=known, seed=1)
    assert_frame_equal(rows[["job", "town"]], known)


def test_reject(trained):
    gan, _ = trained
    rows = gan.sample(100, seed=1, reject=lambda df: df["wage"] > 15.0)
    assert (rows["wage"] <= 15.0).all()
    assert rows.attrs["acceptance"] < 1.0
    with pytest.raises(ValueError, match="`reject` must return a boolean"):
        gan.sample(10, reject=lambda df: df["wage"])


@pytest.mark.parametrize(
    ("conditions", "message"),
    [
        ({"jop": "cook"}, "Did you mean 'job'"),
        ({"job": "cock"}, "Did you mean 'cook'"),
        ({"job": "none", "works": True}, "must be possible together"),
        ({"job": {"cook": 0.5}}, "shares that sum to 1"),
        ({"job": {"cook": 1.5, "clerk": -0.5}}, "shares that sum to 1"),
        ({"job": []}, "must name levels of 'job'"),
        ({"wage": Between(1e6)}, "must be possible"),
        ({"id": 3}, "must be on a column that is modelled"),
        (pd.DataFrame({"job": ["cook"]}), "a row for each of the rows"),
        ("cook", "must be a dictionary by column"),
    ],
)
def test_bad_conditions(trained, conditions, message):
    with pytest.raises(ValueError, match=message):
        trained[0].sample(10, conditions, seed=0)


def test_bad_ranges():
    with pytest.raises(ValueError, match="must be given"):
        Between()
    with pytest.raises(ValueError, match="must be values"):
        Between(float("nan"), 1)


def test_saved_and_loaded(trained, tmp_path):
    gan, _ = trained
    path = tmp_path / "table.keras"
    gan.save(path)
    loaded = keras.saving.load_model(path)
    assert_frame_equal(loaded.sample(20, seed=3), gan.sample(20, seed=3))
    assert str(loaded.table) == str(gan.table)


def test_resumed_bit_for_bit(tmp_path):
    df = people()
    whole, first = made(), made()
    for gan in (whole, first):
        gan.compile(**training.recommended(steps=24))
    whole.fit(df, epochs=4, batch_size=100, verbose=0)
    first.fit(df, epochs=2, batch_size=100, verbose=0)
    first.save(tmp_path / "half.keras")
    second = keras.saving.load_model(tmp_path / "half.keras")
    second.fit(df, epochs=4, initial_epoch=2, batch_size=100, verbose=0)
    for a, b in zip(whole.get_weights(), second.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    assert_frame_equal(whole.sample(20, seed=1), second.sample(20, seed=1))
    with pytest.raises(ValueError, match="must fit in the 24 steps"):
        second.fit(df, epochs=5, initial_epoch=4, batch_size=100, verbose=0)


def test_no_value_of_few_rows_is_saved(tmp_path):
    df = people(2_000)
    df["note"] = np.where(np.arange(2_000) % 2 == 0, "even", "odd")
    df.loc[77, "note"], df.loc[78, "wage"] = "canary 8675309", 8675309.5
    keras.utils.set_random_seed(0)
    table = Table.infer(df, privacy=True)
    gan = TabularGAN(table, latent_dim=8, **SMALL)
    gan.fit(df, epochs=1, verbose=0)
    gan.save(tmp_path / "private.keras")
    with zipfile.ZipFile(tmp_path / "private.keras") as saved:
        members = [saved.read(name) for name in saved.namelist()]
    assert not any(b"8675309" in member for member in members)
    rows = gan.sample(500, seed=0)
    assert not (rows == "canary 8675309").to_numpy().any()
    assert rows["wage"].max() < 1_000


def test_validation_and_callbacks(trained):
    gan, df = made(), people()
    seen = []
    history = gan.fit(
        df,
        epochs=2,
        batch_size=100,
        validation_data=people(200, seed=1),
        callbacks=[
            keras.callbacks.LambdaCallback(on_epoch_end=lambda e, logs: seen.append(e))
        ],
        verbose=0,
    )
    assert seen == [0, 1]
    assert np.isfinite(history.history["val_d_loss"]).all()


def test_coded_rows_train_as_well(trained):
    gan, df = made(), people()
    coded = gan.table.encode(df).astype(np.float32)
    gan.compile(**training.recommended(steps=12))
    gan.fit(coded, batch_size=100, epochs=1, verbose=0)
    assert gan.step == 6


def test_discrete_columns_as_in_ctgan():
    gan = made()
    with pytest.raises(ValueError, match=r"'hours': \"category\""):
        gan.fit(people(), discrete_columns=["hours"], epochs=1)
    with pytest.raises(ValueError, match="'hobs', unknown"):
        gan.fit(people(), discrete_columns=["hobs"], epochs=1)
    with pytest.raises(ValueError, match="'hobs', unknown"):
        gan.fit(people(), ["hobs"], epochs=1)
    gan.fit(people(), ["job"], epochs=1, batch_size=300, verbose=0)


def test_bad_arguments(trained):
    gan, df = trained
    with pytest.raises(ValueError, match=r"`table` must be a kgan\.tabular\.Table"):
        TabularGAN(df)
    with pytest.raises(ValueError, match="`generator` must be one of"):
        TabularGAN(gan.table, generator=kgan.models.mlp_generator((3,), 4))
    other = kgan.models.mlp_discriminator((3,), hidden=(4,))
    with pytest.raises(ValueError, match="`discriminator` must take rows of"):
        TabularGAN(gan.table, discriminator=other)
    with pytest.raises(ValueError, match="count"):
        gan.sample(0)
    with pytest.raises(ValueError, match="draws rows of a table by `sample`"):
        gan.generate(3)
    with pytest.raises(ValueError, match=r"coded rows of shape \(batch, "):
        gan.fit(np.zeros((10, 3), np.float32), epochs=1)


def test_what_fit_takes(trained):
    gan, df = trained
    with pytest.raises(ValueError, match="`x` must be a DataFrame"):
        gan.fit([1, 2])
    with pytest.raises(ValueError, match="`y` must be None"):
        gan.fit(df, df["job"])
    with pytest.raises(ValueError, match="`epochs`"):
        gan.fit(df, epochs=0)


def test_another_table(trained):
    gan, df = trained
    with pytest.raises(ValueError, match="job"):
        gan.fit(df.drop(columns="job"), epochs=1)


def test_networks_of_ones_own():
    table = Table.infer(people())
    generator = kgan.models.table_generator(table.blocks, 4, (8, 8, 8))
    judge = kgan.models.mlp_discriminator((table.width,), hidden=(8,))
    gan = TabularGAN(table, generator, judge)
    gan.fit(people(), epochs=1, verbose=0)
    assert gan.latent_dim == 4 + table_blocks.noise_width(table.blocks)
    assert len(gan.sample(5)) == 5


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
def test_mixed_precision(policy):
    keras.config.set_dtype_policy(policy)
    try:
        gan = made()
        gan.fit(people(), epochs=1, batch_size=100, verbose=0)
        assert len(gan.sample(50, {"job": "cook"}, seed=0)) == 50
    finally:
        keras.config.set_dtype_policy("float32")


def test_on_two_devices(two_replicas):
    df, weights = people(), []
    for strategy in (tf.distribute.get_strategy(), two_replicas):
        with strategy.scope():
            gan = made()
            gan.compile(
                keras.optimizers.SGD(0.05),
                keras.optimizers.SGD(0.05),
                jit_compile=False,
            )
        gan.fit(df, epochs=1, batch_size=100, verbose=0)
        weights.append(gan.get_weights())
    for one, two in zip(*weights, strict=True):
        np.testing.assert_allclose(one, two, atol=1e-5)
