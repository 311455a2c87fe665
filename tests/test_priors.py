import contracts
import numpy as np
import pytest
import scipy.stats
import tensorflow as tf

from kgan import priors, seeds


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
    "prior_class", [priors.Normal, priors.Uniform, priors.TruncatedNormal]
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
    named = {type(priors.get(name, 3)) for name in priors.names()}
    assert named == public - {priors.Prior}


def test_get_passes_arguments_on():
    prior = priors.get("uniform", 3, minimum=0.0)
    assert prior.get_config() == {"latent_dim": 3, "minimum": 0.0, "maximum": 1.0}


def test_an_unknown_name_gets_the_list():
    with pytest.raises(ValueError, match=r"normal, uniform, .*Did you mean 'uniform'"):
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
