import contracts
import numpy as np
import pytest
import scipy.stats
import tensorflow as tf

from kgan import latents
from kgan.core import seeds
from kgan.latents import directions, priors


def test_normal():
    contracts.check_prior(priors.Normal, {"latent_dim": 3}, scipy.stats.norm.cdf)


@pytest.mark.parametrize(("minimum", "maximum"), [(-1.0, 1.0), (-(3**0.5), 3**0.5)])
def test_uniform(minimum, maximum):
    contracts.check_prior(
        priors.Uniform,
        {"latent_dim": 3, "minimum": minimum, "maximum": maximum},
        scipy.stats.uniform(minimum, maximum - minimum).cdf,
    )


@pytest.mark.parametrize("bound", [0.1, 2.0, 8.0])
def test_truncated_normal(bound):
    contracts.check_prior(
        priors.TruncatedNormal,
        {"latent_dim": 3, "bound": bound},
        scipy.stats.truncnorm(-bound, bound).cdf,
    )


@pytest.mark.parametrize(
    ("prior", "variance"),
    [
        (priors.Normal(50), 1.0),
        (priors.Uniform(50), 1 / 3),
        (priors.Uniform(50, -(3**0.5), 3**0.5), 1.0),
        (priors.TruncatedNormal(50, 2.0), scipy.stats.truncnorm(-2, 2).var()),
    ],
)
def test_moments(prior, variance):
    latents = prior.sample(4000, seeds.root(0)).numpy().astype("float64")
    # Standard errors at 200,000 numbers: 0.0022 and at most 0.0032.
    assert latents.mean() == pytest.approx(0.0, abs=0.008)
    assert latents.var() == pytest.approx(variance, abs=0.012)


def test_ranges():
    uniform = priors.Uniform(100, 0.5, 2.0).sample(2000, seeds.root(1)).numpy()
    assert 0.5 <= uniform.min() < 0.501
    assert 1.999 < uniform.max() < 2.0
    truncated = priors.TruncatedNormal(100, 0.7).sample(2000, seeds.root(1)).numpy()
    assert 0.699 < np.abs(truncated).max() <= np.float32(0.7)


def test_prior_in_a_compiled_graph_has_a_static_width():
    @tf.function(input_signature=[tf.TensorSpec((), tf.int32)])
    def draw(count):
        latents = priors.TruncatedNormal(3).sample(count, seeds.root(0))
        assert latents.shape[1] == 3
        return latents

    assert draw(tf.constant(5)).shape == (5, 3)


@pytest.mark.parametrize("latent_dim", [0, -1, 2.0, "8", None, True])
@pytest.mark.parametrize(
    "prior_class",
    [priors.Normal, priors.Uniform, priors.TruncatedNormal, priors.Codes],
)
def test_latent_dim_is_a_positive_integer(prior_class, latent_dim):
    with pytest.raises(ValueError, match=r"`latent_dim`.*positive integer.*Received"):
        prior_class(latent_dim)


@pytest.mark.parametrize(("minimum", "maximum"), [(1, 1), (2, -1), (0, float("nan"))])
def test_uniform_ends_are_in_order(minimum, maximum):
    with pytest.raises(ValueError, match=r"`minimum` must be below `maximum`"):
        priors.Uniform(2, minimum, maximum)


@pytest.mark.parametrize("bound", [0, -2.0, float("nan")])
def test_bound_is_positive(bound):
    with pytest.raises(ValueError, match=r"`bound` must be positive"):
        priors.TruncatedNormal(2, bound)


def test_base_class_has_no_distribution():
    with pytest.raises(NotImplementedError):
        priors.Prior(2).sample(1, seeds.root(0))


def test_all_priors_can_be_named():
    public = {
        cls
        for cls in vars(priors).values()
        if isinstance(cls, type) and issubclass(cls, priors.Prior)
    }
    named = {priors.find(name) for name in priors.names()}
    assert named == public - {priors.Prior}


def test_get_passes_arguments_on():
    prior = priors.get("uniform", 3, minimum=0.0)
    assert prior.get_config() == {"latent_dim": 3, "minimum": 0.0, "maximum": 1.0}
    # As a file of JSON gives them.
    prior = priors.get("codes", 8, categorical=[3, 2], continuous=1)
    assert (prior.categorical, prior.continuous) == ((3, 2), 1)


def test_an_unknown_name_gets_the_list():
    with pytest.raises(ValueError, match=r"Did you mean 'uniform'.*normal, uniform, "):
        priors.get("unifrom", 3)


@pytest.mark.parametrize(
    ("prior", "distribution"),
    [
        (priors.Normal(3), scipy.stats.norm()),
        (priors.Uniform(3, -2.0, 5.0), scipy.stats.uniform(-2.0, 7.0)),
        (priors.TruncatedNormal(3, 1.5), scipy.stats.truncnorm(-1.5, 1.5)),
    ],
)
def test_every_prior_has_a_way_to_normal_latents_and_back(prior, distribution):
    drawn = prior.sample(500, seeds.root(1))
    normal = prior.to_normal(drawn)
    expected = scipy.stats.norm.ppf(distribution.cdf(drawn))
    np.testing.assert_allclose(normal, expected, atol=1e-4)
    np.testing.assert_allclose(prior.from_normal(normal), drawn, atol=1e-5)
    graph = tf.function(lambda x: prior.from_normal(prior.to_normal(x)))
    np.testing.assert_allclose(graph(drawn), drawn, atol=1e-5)


@pytest.mark.parametrize("prior", [priors.Uniform(2), priors.TruncatedNormal(2)])
def test_the_ends_of_a_prior_become_finite_normal_latents(prior):
    end = prior.from_normal(tf.constant([[-50.0, 50.0]]))
    assert np.isfinite(prior.to_normal(end)).all()
    np.testing.assert_allclose(prior.from_normal(prior.to_normal(end)), end, rtol=1e-5)


# Three components of noise, codes of three and of two classes, two numbers.
CODES = priors.Codes(10, categorical=(3, 2), continuous=2)


def classes(prior, rows):
    """The class of each row in each categorical code; blocks are one-hot."""
    _, *blocks, _ = prior.split(tf.convert_to_tensor(rows))
    for block in blocks:
        np.testing.assert_array_equal(np.sort(block, axis=1)[:, :-1], 0.0)
        np.testing.assert_array_equal(np.max(block, axis=1), 1.0)
    return np.stack([np.argmax(block, axis=1) for block in blocks], axis=1)


def test_continuous_codes_alone_are_a_uniform_distribution():
    arguments = {"latent_dim": 3, "categorical": (), "continuous": 3}
    cdf = scipy.stats.uniform(-1.0, 2.0).cdf
    contracts.check_prior(priors.Codes, arguments, cdf)


def test_codes():
    contracts.check_object(CODES, {"latent_dim": 10, "categorical": (3, 2)})
    seed = seeds.root(5)
    rows = CODES.sample(6000, seed).numpy()
    assert rows.shape == (6000, 10)
    assert rows.dtype == np.float32
    assert scipy.stats.kstest(rows[:, :3].ravel(), "norm").pvalue > 0.01
    uniform = scipy.stats.uniform(-1.0, 2.0).cdf
    assert scipy.stats.kstest(rows[:, 8:].ravel(), uniform).pvalue > 0.01
    assert np.abs(rows[:, 8:]).max() <= 1.0
    drawn = classes(CODES, rows)
    counts = np.bincount(drawn @ [2, 1], minlength=6)  # both codes, independent
    assert scipy.stats.chisquare(counts).pvalue > 0.01
    within = [0, 1, 2, 3, 4, 6, 8, 9]  # a component of each block follows from the rest
    correlation = np.corrcoef(rows[:, within].T)
    blocks = np.ix_([3, 4], [3, 4])
    np.testing.assert_allclose(correlation[blocks], [[1, -0.5], [-0.5, 1]], atol=0.05)
    correlation[blocks] = np.eye(2)
    assert np.abs(correlation - np.eye(8)).max() < 0.05  # 4 standard deviations
    dynamic = tf.function(CODES.sample)
    for count in (1, 2, 7, 64, 333):
        np.testing.assert_array_equal(CODES.sample(count, seed), rows[:count])
        np.testing.assert_array_equal(dynamic(tf.constant(count), seed), rows[:count])
    assert not np.any(rows[:, :3] == CODES.sample(6000, seeds.root(6))[:, :3])


def test_codes_have_a_way_to_normal_latents_and_back():
    rows = CODES.sample(4000, seeds.root(1))
    normal = CODES.to_normal(rows)
    np.testing.assert_allclose(CODES.from_normal(normal), rows, atol=1e-6)
    expected = scipy.stats.norm.ppf((np.asarray(rows, "float64")[:, 8:] + 1) / 2)
    np.testing.assert_allclose(normal[:, 8:], expected, atol=1e-4)
    np.testing.assert_array_equal(normal[:, :3], rows[:, :3])
    np.testing.assert_allclose(np.mean(normal**2, axis=0), np.ones(10), atol=0.1)
    one = CODES.to_normal(rows[0])
    np.testing.assert_array_equal(CODES.from_normal(one), CODES.from_normal(normal)[0])
    graph = tf.function(lambda x: CODES.from_normal(CODES.to_normal(x)))
    np.testing.assert_allclose(graph(rows), rows, atol=1e-6)


def test_truncation_keeps_the_class_of_a_code():
    rows = latents.latents_at(CODES, latents.table(4), 0, 50)
    np.testing.assert_array_equal(latents.truncate(CODES, rows, 1.0), rows)
    for psi in (0.9, 0.5, 1e-3):
        moved = latents.truncate(CODES, rows, psi).numpy()
        np.testing.assert_array_equal(classes(CODES, moved), classes(CODES, rows))
        np.testing.assert_allclose(moved[:, :3], psi * rows[:, :3], rtol=1e-6)
        assert np.all(np.abs(moved[:, 8:]) < np.abs(rows[:, 8:]))
    centre = latents.truncate(CODES, rows, 0.0).numpy()
    np.testing.assert_array_equal(classes(CODES, centre), 0)
    np.testing.assert_array_equal(centre, np.broadcast_to(centre[0], centre.shape))


def test_a_walk_passes_through_whole_classes_and_changes_each_once():
    walks = [latents.walk(CODES, seed, seed + 1, 9) for seed in range(5)]
    walks.append(tf.function(latents.walk)(CODES, 5, 6, tf.constant(9)))
    for path in walks:
        passed = classes(CODES, path)
        np.testing.assert_array_equal(passed[:4], np.tile(passed[0], (4, 1)))
        np.testing.assert_array_equal(passed[5:], np.tile(passed[-1], (4, 1)))
        assert np.abs(path[:, 8:]).max() <= 1.0
    assert any(
        np.any(classes(CODES, path)[0] != classes(CODES, path)[-1]) for path in walks
    )


def test_a_step_along_a_direction_leaves_whole_classes():
    rows = CODES.sample(20, seeds.root(2))
    steps = np.eye(10, dtype="float32")
    for step in steps:
        moved = directions.move(CODES, rows, step[None], np.full((20, 1), 3.0))
        classes(CODES, moved)
    # Far along its own component, each class is reached.
    moved = directions.move(CODES, rows, steps[4:5], np.full((20, 1), 9.0))
    assert np.all(classes(CODES, moved)[:, 0] == 1)


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ({"latent_dim": 11}, "latent_dim"),
        ({"categorical": 10}, "categorical"),
        ({"categorical": [10, 1]}, "categorical"),
        ({"categorical": [2.0]}, "categorical"),
        ({"continuous": -1}, "continuous"),
        ({"continuous": None}, "continuous"),
        ({"categorical": [], "continuous": 0}, "categorical"),
    ],
)
def test_codes_out_of_range(arguments, name):
    with pytest.raises(ValueError, match=f"`{name}`.*Received"):
        priors.Codes(**({"latent_dim": 12} | arguments))


def test_codes_may_leave_no_noise():
    prior = priors.Codes(5, categorical=(3,), continuous=2)
    noise, block, continuous = prior.split(prior.sample(4, seeds.root(0)))
    assert (noise.shape, block.shape, continuous.shape) == ((4, 0), (4, 3), (4, 2))
