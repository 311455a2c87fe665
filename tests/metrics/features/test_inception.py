import hashlib
import json

import numpy as np
import pytest
import tensorflow as tf

from kgan.metrics.features import Inception, frozen_graph, resizers


@pytest.fixture(scope="module")
def images():
    generator = np.random.default_rng(1)
    return generator.integers(0, 256, (9, 40, 31, 3), np.uint8)


@pytest.fixture(scope="module")
def extractor(inception_file):
    return Inception(path=inception_file)


def _by_hand(arrays, resized):
    """The stand-in's features of resized images, in float64."""
    scaled = (resized.astype(np.float64) - 128) / 128
    blocks = scaled.reshape(len(resized), 13, 23, 13, 23, 3).mean(axis=(2, 4))
    x = blocks @ arrays["conv/conv2d_params"][0, 0]
    mean, variance, beta = (
        arrays[f"conv/batchnorm/{name}"].astype(np.float64)
        for name in ("moving_mean", "moving_variance", "beta")
    )
    x = np.maximum((x - mean) / np.sqrt(variance + 0.001) + beta, 0).mean(axis=(1, 2))
    return np.concatenate([x, -x], axis=1)


@pytest.mark.parametrize("resizer", resizers.names())
def test_features_and_logits_by_hand(inception_file, frozen, images, resizer):
    outputs = Inception(resizer, path=inception_file)(images)
    expected = _by_hand(frozen.arrays, resizers.get(resizer)(images, (299, 299)))
    assert outputs.features.dtype == outputs.logits.dtype == np.float32
    np.testing.assert_allclose(outputs.features, expected, rtol=1e-4, atol=1e-5)
    # Without the bias of 7 that the graph adds to its logits.
    logits = expected @ frozen.arrays["softmax/weights"]
    np.testing.assert_allclose(outputs.logits, logits, rtol=1e-3, atol=1e-3)
    assert outputs.images is images


def test_default_is_the_resizing_inside_of_the_graph(extractor, inception_file, images):
    graph = frozen_graph.read(inception_file)
    run = frozen_graph.function(
        graph, "ExpandDims:0", ["pool_3:0"], (None, None, None, 3)
    )
    (pool,) = run(images.astype(np.float32))
    expected = np.reshape(pool, (9, 2048))
    np.testing.assert_allclose(
        extractor(images).features, expected, rtol=1e-6, atol=1e-6
    )


@pytest.mark.parametrize("size", [1, 7])
def test_batches_do_not_matter(extractor, images, size):
    whole = extractor(images)
    parts = [extractor(images[i : i + size]) for i in range(0, len(images), size)]
    features = np.concatenate([part.features for part in parts])
    np.testing.assert_allclose(features, whole.features, rtol=1e-6)
    logits = np.concatenate([part.logits for part in parts])
    np.testing.assert_allclose(logits, whole.logits, rtol=1e-6, atol=1e-4)


def test_gray_is_repeated(extractor, images):
    gray = images[:2, :, :, :1]
    expected = extractor(np.repeat(gray, 3, axis=3)).features
    np.testing.assert_array_equal(extractor(gray).features, expected)


def test_only_the_original_resizer_may_be_called_fid():
    named = {r: Inception(r) for r in resizers.names()}
    assert [r for r, i in named.items() if i.standard] == ["legacy_tensorflow"]
    assert named["legacy_tensorflow"].name == "inception"
    assert named["clean"].name == "inception_clean"
    assert named["legacy_pytorch"].name == "inception_legacy_pytorch"
    assert Inception().resizer == "legacy_tensorflow"
    assert Inception().num_classes == 1008


def test_describe_tells_the_resizer_and_the_hash(inception_file):
    described = [Inception(r, path=inception_file).describe() for r in resizers.names()]
    assert len({json.dumps(d, sort_keys=True) for d in described}) == 3
    found = hashlib.sha256(inception_file.read_bytes()).hexdigest()
    assert {d["sha256"] for d in described} == {found}
    assert [d["resizer"] for d in described] == list(resizers.names())


def test_a_wrong_hash_is_refused(inception_file, images):
    found = hashlib.sha256(inception_file.read_bytes()).hexdigest()
    Inception(path=inception_file, sha256=found).describe()
    extractor = Inception(path=inception_file, sha256="0" * 64)
    for use in (extractor.describe, lambda: extractor(images)):
        with pytest.raises(ValueError, match=f"must be {'0' * 64}. Received: {found}"):
            use()


def test_another_graph_is_refused(tmp_path, images):
    graph = tf.compat.v1.GraphDef()
    graph.node.add(name="x", op="NoOp")
    path = tmp_path / "graph.pb"
    path.write_bytes(graph.SerializeToString())
    with pytest.raises(ValueError, match=r"must have softmax/logits/MatMul.*1 nodes"):
        Inception(path=path)(images)


def test_unknown_resizer_and_wrong_images(extractor):
    with pytest.raises(ValueError, match="Did you mean 'clean'"):
        Inception("clena")
    with pytest.raises(ValueError, match="'inception' must be uint8"):
        extractor(np.zeros((2, 8, 8, 4), np.uint8))
