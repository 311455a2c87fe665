"""What a game of latents serves, with the words of the model's card."""

import keras
import numpy as np

from kgan import latents
from kgan.export.endpoints import Portable, Servable
from kgan.export.requests import MAX_REQUESTS
from kgan.games import sampler as sampling
from kgan.games.endpoints import Signatures, row_specs

# Of the latents by which a converted network is compared.
_SEED = 0


def servable(game, sampler, scorer, max_images):
    """Returns the `Servable` of a game of latents: endpoints, and words of its card.

    Args:
        game: The game.
        sampler: The `kgan.games.sampler.Sampler` of the network that is served.
        scorer: A `kgan.games.scorer.Scorer` where D is served as well, or None.
        max_images: The most images of one request.
    """
    signatures = Signatures(sampler, game.data_shape, max_images, scorer)
    endpoints = signatures.endpoints
    request = {i.spec.name: i.example for i in endpoints["generate"].inputs}
    return Servable(
        endpoints,
        _summary(signatures),
        facts=_facts(game, sampler),
        notes=_NOTES.format(rows=signatures.max_rows, requests=MAX_REQUESTS).strip(),
        example=("generate", request | {"num_images": 4, "seed": 7}),
        record=_record(game, sampler),
        portable=_portable(sampler),
    )


def _record(game, sampler):
    """Returns what `kgan.games.exported.Exported` reads."""
    found = {
        "game": type(game).__name__,
        "step": game.step,
        "averaged": sampler.network is game.ema_generator,
        "data_shape": list(game.data_shape),
        "is_image": sampler.is_image,
        "num_classes": sampler.num_classes,
        "prior": keras.saving.serialize_keras_object(sampler.prior),
    }
    return found if game.notice is None else {**found, "notice": game.notice}


def _summary(signatures):
    shape = " × ".join(map(str, signatures.data_shape))
    what, count = signatures.data_name, signatures.num_classes
    classes = "" if count is None else f" of {count} classes"
    return (
        f"A generator of {what} of shape {shape}{classes}, trained as a generative "
        "adversarial network."
    )


def _facts(game, sampler):
    averaged = sampler.network is game.ema_generator
    weights = "averaged over the steps" if averaged else "of the last step"
    return {
        "weights": f"{sampler.network.count_params():,}, {weights}",
        "latents": game.latents_in_words,
        "loss": type(game.adversarial_loss).__name__,
    }


_NOTES = """
Image i of a seed is always the same, whatever `num_images`. `truncation` below 1 moves
latents towards the centre: images become more typical and less diverse. What is out of
its range is refused with a sentence that says so. At most {rows} rows are taken at a
time. Name all inputs: only gRPC, and only newer servers, fill in defaults.

Numbers of requests (all inputs without a `batch`) may be vectors with an entry for each
of up to {requests} requests; the answer then has one axis more, each request's images
filled up to the longest with zeros. A server that joins requests into batches needs
that axis, even for one request. It refuses all that it joined with a wrong one, and
wants labels of one shape from all: one for each request.
"""


def typical_latents(prior, count):
    """Returns latents by which a converted network is compared with its origin."""
    return latents.latents_at(prior, latents.table(_SEED), 0, count).numpy()


def _portable(sampler):
    def function(network):
        def generate(latents, labels=None):
            samples = sampling.samples(network, latents, labels, sampler.inputs)
            return {sampling.data_name(sampler.is_image, samples.shape[1:]): samples}

        return generate

    def examples(count):
        inputs = {"latents": typical_latents(sampler.prior, count)}
        if sampler.num_classes is not None:
            inputs["labels"] = np.arange(count, dtype=np.int32) % sampler.num_classes
        return inputs

    finish = sampling.to_uint8 if sampler.is_image else None
    specs = row_specs(sampler)
    return Portable("generator", sampler.network, function, specs, examples, finish)
