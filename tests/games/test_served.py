"""A GAN serves what its networks do, and a card's words with it."""

import networks
import numpy as np
import pytest

CLASSES = 3


@pytest.fixture(scope="module")
def gan():
    return networks.gan(num_classes=CLASSES)


def test_networks_are_those_whose_variables_are_read(gan):
    assert gan.endpoints().networks == [gan.ema_generator]
    assert gan.endpoints(averaged=False).networks == [gan.generator]
    both = gan.endpoints(discriminator=True).networks
    assert both == [gan.ema_generator, gan.discriminator]


def test_the_card_is_told_what_is_served(gan):
    servable = gan.endpoints()
    assert servable.summary.startswith(
        "A generator of images of shape 8 × 8 × 1 of 3 classes, trained as a "
    )
    assert servable.facts == {
        "weights": f"{gan.generator.count_params():,}, averaged over the steps",
        "latents": "5, Normal prior",
        "loss": "NonSaturating",
    }
    name, inputs = servable.example
    assert name == "generate"
    assert inputs == {"num_images": 4, "seed": 7, "labels": -1, "truncation": 1.0}
    assert "At most 256 rows" in servable.notes


def test_the_network_for_other_runtimes_computes_the_samples(gan):
    portable = gan.endpoints().portable
    inputs = portable.examples(7)
    assert [spec.name for spec in portable.specs] == list(inputs)
    np.testing.assert_array_equal(inputs["labels"], np.arange(7) % CLASSES)
    (images,) = portable.function(portable.network)(**inputs).values()
    expected = gan.generate(7, seed=0)
    np.testing.assert_allclose(images, expected / 127.5 - 1, atol=1.2 / 255)
    np.testing.assert_array_equal(portable.finish(images), expected)


@pytest.mark.parametrize("count", [1, 0, 2.5])
def test_a_number_of_images_out_of_range_is_refused(gan, count):
    with pytest.raises(ValueError, match="`max_images` must be"):
        gan.endpoints(max_images=count)
