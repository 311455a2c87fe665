import math

import contracts
import keras
import numpy as np
import pytest
import scipy.signal

from kgan.layers import ModulatedConv2D, resampling

WIDTH = 6


def draw(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


def network(**options):
    x, w = keras.Input((4, 6, 3)), keras.Input((WIDTH,))
    y = ModulatedConv2D(5, **options, name="layer")([x, w])
    return keras.Model([x, w], y)


OPTIONS = {
    "kernel_size": 3,
    "resampling": "up",
    "noise": True,
    "activation": "leaky_relu",
    "clamp": 2.0,
}


def test_contract():
    inputs = [draw(4, 4, 6, 3), draw(4, WIDTH)]
    contracts.check_config(ModulatedConv2D, {"filters": 5, **OPTIONS})
    for options in (OPTIONS, {"kernel_size": 1, "demodulate": False}):
        model = network(**options)
        contracts.check_saving(model, inputs)
        contracts.check_modes(model, inputs)


@pytest.mark.parametrize("policy", contracts.MIXED_POLICIES)
def test_half_precision(policy):
    def build():
        return network(**OPTIONS)

    inputs = [draw(4, 4, 6, 3), draw(4, WIDTH)]
    dtype = policy.split("_")[1]
    contracts.check_precision(build, inputs, policy, output_dtype=dtype)


def styles_of(layer, w):
    affine = layer.affine
    kernel = affine.kernel.numpy().astype("float64") / math.sqrt(WIDTH)
    return w @ kernel + affine.bias.numpy()


def with_a_kernel_each(layer, x, w):
    """The published form in float64: each example has its own kernel."""
    kernel = layer.kernel.numpy().astype("float64")
    rows = []
    for image, style in zip(x, styles_of(layer, w), strict=True):
        own = kernel * style[:, None]
        if layer.demodulate:
            own = own / np.sqrt((own**2).sum((0, 1, 2)) + 1e-8)
        else:
            own = own / math.sqrt(math.prod(kernel.shape[:-1]))
        if layer.resampling == "up":
            y = resampling.convolution_up(
                image[None].astype("float64"), own.astype("float64")
            )[0]
        else:
            margin = kernel.shape[0] // 2
            padded = np.pad(image, ((margin, margin), (margin, margin), (0, 0)))
            y = np.stack(
                [
                    sum(
                        scipy.signal.correlate2d(
                            padded[..., i], own[..., i, o], "valid"
                        )
                        for i in range(x.shape[-1])
                    )
                    for o in range(own.shape[-1])
                ],
                axis=-1,
            )
        rows.append(y)
    y = np.stack(rows)
    if layer.noise:
        injection = layer.injection
        noise = injection.strength.numpy() * injection.stored.numpy()
        y = y + noise[..., None]
    y = y + layer.bias.numpy()
    if layer.activation:
        y = np.where(y > 0, y, 0.2 * y) * math.sqrt(2)
    return y if layer.clamp is None else y.clip(-layer.clamp, layer.clamp)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"kernel_size": 1, "demodulate": False},
        {"noise": True, "activation": "leaky_relu"},
        OPTIONS,
    ],
)
def test_it_equals_a_kernel_for_each_example(options):
    layer = ModulatedConv2D(5, **options)
    x, w = draw(3, 4, 6, 3), draw(3, WIDTH, seed=1)
    layer([x, w])
    layer.bias.assign(draw(5))
    if layer.noise:
        layer.injection.strength.assign(0.3)
    found = layer([x, w])
    assert layer.compute_output_shape([x.shape, w.shape]) == found.shape
    expected = with_a_kernel_each(layer, x, w)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


def test_demodulation_keeps_the_variance_whatever_the_style():
    layer = ModulatedConv2D(64)
    x = draw(8, 8, 8, 32)
    found = layer([x, 100 * draw(8, WIDTH, seed=1)]).numpy()
    assert 0.7 < found.std() < 1.1


def test_float16_keeps_large_kernels_finite():
    layer = ModulatedConv2D(4, dtype="mixed_float16")
    x, w = draw(2, 4, 4, 64), draw(2, WIDTH, seed=1)
    layer([x, w])
    layer.kernel.assign(1e3 * layer.kernel)
    plain = ModulatedConv2D(4)
    plain([x, w])
    for new, old in zip(plain.weights, layer.weights, strict=True):
        new.assign(old)
    found = layer([1e3 * x, w])
    assert found.dtype == "float16"
    np.testing.assert_allclose(found.numpy() / 1e3, plain([x, w]), rtol=1e-2, atol=1e-2)


def test_float16_of_zeros():
    layer = ModulatedConv2D(4, dtype="mixed_float16")
    inputs = [draw(2, 4, 4, 3), draw(2, WIDTH)]
    layer(inputs)
    for weight in (layer.kernel, layer.affine.kernel, layer.affine.bias):
        kept = weight.numpy()
        weight.assign(0.0 * kept)
        assert np.isfinite(layer(inputs)).all()
        weight.assign(kept)


def test_noise_is_stored_at_inference_and_random_in_training():
    layer = ModulatedConv2D(4, noise=True)
    inputs = [draw(2, 4, 4, 3), draw(2, WIDTH)]
    layer(inputs)
    layer.injection.strength.assign(1.0)
    np.testing.assert_array_equal(layer(inputs), layer(inputs))
    first, second = layer(inputs, training=True), layer(inputs, training=True)
    assert not np.array_equal(first, second)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"filters": -1}, "`filters` must be a positive integer"),
        ({"resampling": "down"}, "`resampling` must be None or one of up"),
        ({"activation": "tanh"}, "`activation` must be None or one of"),
        ({"clamp": 0.0}, "`clamp` must be positive"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        ModulatedConv2D(**{"filters": 2, **arguments})


def test_bad_inputs():
    with pytest.raises(ValueError, match=r"takes \[x, w\] of shapes"):
        ModulatedConv2D(2)([draw(2, 3), draw(2, 3)])
