"""Combinations that make no sense are refused before training, with the reason."""

import re
import warnings

import keras
import networks
import numpy as np
import pytest
import tensorflow as tf

import kgan
from kgan.games import gan_checks
from kgan.latents import priors
from kgan.layers import MinibatchStandardDeviation, SpectralNormalization
from kgan.losses import objectives, regularizers
from kgan.models import Packed
from kgan.recipes import Recipe
from kgan.runs import prepare, train

POINTS = np.random.default_rng(0).normal(size=(24, 2)).astype("float32")
CLASSES = np.arange(24, dtype="int32") % 3


def make(compiled=None, augmentation=None, prior=None, **options):
    """A compiled GAN of points in the plane."""
    sizes = {"generator_hidden": (4,), "discriminator_hidden": (4,)}
    networks = kgan.models.mlp((2,), latent_dim=3, **sizes | options)
    gan = kgan.GAN(*networks, prior=prior, augmentation=augmentation)
    gan.compile(**compiled or {})
    return gan


def points(*layers, takes=2):
    return keras.Sequential([keras.Input((takes,)), *layers])


def dense(activation=None):
    return keras.layers.Dense(1, activation=activation)


def refuse(match):
    return pytest.raises(ValueError, match=match)


# === Labels ===


class Reading(kgan.terms.Term):
    """Reads labels, and a head as wide as there are classes."""

    kind = "reading"
    needs_labels = judges_fakes = True

    def __init__(self, head):
        super().__init__()
        self.head = head


class Plain(kgan.terms.Term):
    kind = "plain"
    needs_labels = False


def test_all_that_reads_labels_knows_the_same_number_of_classes():
    heads = {"logits": (1,), "a": (3,), "b": (5,)}

    def count(num_classes, *terms):
        return gan_checks.label_classes(num_classes, terms, heads, None)

    assert count(None) is None
    assert count(4) == 4
    assert count(None, Reading("a")) == 3
    assert count(3, Reading("a"), Plain()) == 3
    with refuse("'reading' reads labels, and nothing tells.*`num_classes`"):
        count(None, Reading("none"))  # it reads labels, but no head
    knowing = Reading("none")
    knowing.num_classes = 4
    assert count(None, knowing) == 4
    with refuse("3 for the generator, 4 for reading"):
        count(3, knowing)
    assert count(7, Reading("none")) == 7
    with refuse("same number of classes.*5 for the generator, 3 for reading with head"):
        count(5, Reading("a"))
    with refuse("3 for reading with head 'a', 5 for reading with head 'b'"):
        count(None, Reading("a"), Reading("b"))


def test_each_term_looks_at_heads_and_prior():
    asked = []

    class Asked(kgan.terms.Term):
        kind = "asked"

        def check(self, shapes, prior):
            asked.append((shapes, prior))
            raise ValueError("asked in vain")

    heads, prior = {"logits": (1,)}, priors.Normal(3)
    with refuse("asked in vain"):
        gan_checks.label_classes(None, [Asked()], heads, prior)
    assert asked == [(heads, prior)]


def test_labels_need_a_reader():
    for generator, discriminator, terms in [
        (False, False, []),
        (True, True, []),
        (True, False, [Plain(), Reading("a")]),
        (False, False, [Plain()]),
    ]:
        gan_checks.labels_are_used(generator, discriminator, terms)
    for terms in ([], [Plain()]):
        with refuse("generator that takes labels.*AuxiliaryClassifier"):
            gan_checks.labels_are_used(True, False, terms)


def test_fakes_of_no_class_are_not_compared_with_labels():
    heads = {"heads": {"classes": 3}}
    classifier = objectives.AuxiliaryClassifier
    for wrong in (classifier(), classifier(on_fake=False), classifier(1.0, 0.0)):
        with refuse("'auxiliary_classifier' compares fakes.*Received: a generator wit"):
            make({"objectives": [wrong]}, **heads)
    # D alone may name the classes of real data.
    gan = make({"objectives": [classifier(1.0, 0.0, on_fake=False)]}, **heads)
    gan.fit(POINTS, CLASSES, batch_size=8, verbose=0)


def test_a_term_of_ones_own_may_read_labels():
    class Weighed(kgan.terms.Term):
        kind = "weighed"
        needs_labels = True
        num_classes = 3

        def discriminator_term(self, view):
            return tf.cast(view.labels, "float32") * view.real_outputs["logits"][:, 0]

    gan = make({"regularizers": [Weighed()]})
    history = gan.fit(POINTS, CLASSES, batch_size=8, verbose=0).history
    assert np.isfinite(history["weighed"]).all()
    with refuse("must lie in"):
        gan.fit(POINTS, CLASSES + 1, batch_size=8, verbose=0)


@pytest.mark.parametrize("activation", ["softmax", "sigmoid"])
def test_a_head_of_probabilities(activation):
    data = keras.Input((2,))
    heads = {
        "logits": keras.layers.Dense(1)(data),
        "styles": keras.layers.Activation("linear")(
            keras.layers.Dense(3, activation=activation, name="own")(data)
        ),
    }
    gan = kgan.GAN(points(keras.layers.Dense(2), takes=3), keras.Model(data, heads))
    with refuse(f"head 'styles' must give logits.*'own'.*{activation}"):
        gan.compile(objectives=["style_ambiguity"])


def test_a_discriminator_without_logits():
    data = keras.Input((2,))
    first, second = keras.layers.Dense(1)(data), keras.layers.Dense(1)(data)
    generator = points(keras.layers.Dense(2), takes=3)
    with refuse(r"must return its logits.*Received: \['classes'\]"):
        kgan.GAN(generator, keras.Model(data, {"classes": first}))
    kgan.GAN(generator, keras.Model(data, [first, second]))  # maps of two scales


@pytest.mark.parametrize("minibatch", [False, True])
def test_held_out_batches_of_no_whole_groups(minibatch):
    gan = make(**({"minibatch_group": 4} if minibatch else {"packing": 4}))
    history = gan.fit(
        POINTS, batch_size=8, validation_data=POINTS[:13], verbose=0
    ).history
    assert np.isfinite(history["val_d_loss"]).all()
    for count in (1, 9):
        logs = gan.evaluate(POINTS[:count], batch_size=8, verbose=0, return_dict=True)
        assert np.isfinite(logs["d_loss"])
    with refuse("groups of 4 examples and micro_batches. Give `validation_data`"):
        gan.fit(POINTS, batch_size=8, validation_split=0.5, verbose=0)


def test_a_generator_with_labels_that_nothing_judges():
    options = {"num_classes": 3, "conditioning": "none"}
    with refuse("both take labels or both not.*head of classes"):
        make(**options)
    with refuse("needs a discriminator that takes them, or an objective"):
        make(heads={"classes": 3}, **options)
    codes = {"objectives": [objectives.Information(categorical=(3,), continuous=0)]}
    with refuse("needs a discriminator that takes them, or an objective"):
        prior = priors.Codes(3, (3,), 0)
        make(codes, prior=prior, heads={"codes": 3}, **options)
    classifier = {"objectives": ["auxiliary_classifier"]}
    gan = make(classifier, heads={"classes": 3}, **options)
    assert gan.data_classes == 3
    gan.fit(POINTS, CLASSES, batch_size=8, verbose=0)


def test_an_objective_of_another_number_of_classes():
    classifier = {"objectives": ["auxiliary_classifier"]}
    with refuse("3 for the generator, 5 for auxiliary_classifier with head 'classes'"):
        make(classifier, heads={"classes": 5}, num_classes=3, conditioning="none")


@pytest.mark.parametrize("name", objectives.names())
def test_an_objective_without_its_head(name):
    head = objectives.get(name).head
    with refuse(f"heads in which {head!r}.*for `{name}`.*Received: 'logits'"):
        make({"objectives": [name]})


def test_labels_that_nobody_reads_and_labels_that_are_missing():
    styles = {"objectives": ["style_ambiguity"]}
    gan = make(styles, heads={"styles": 3})
    with refuse(r"must be given \(images, labels\)"):
        gan.fit(POINTS, batch_size=8, verbose=0)
    with refuse(r"labels must lie in \[0, 3\)"):
        gan.fit(POINTS, CLASSES + 1, batch_size=8, verbose=0)
    with refuse(r"must be given images alone"):
        make().fit(POINTS, CLASSES, batch_size=8, verbose=0)
    assert gan.step == 0


def test_information_about_codes_that_the_prior_does_not_draw():
    term = {"name": "information", "categorical": (3,), "continuous": 0}
    compiled = {"objectives": [term]}
    options = {"heads": {"codes": 3}}
    with refuse(r"`prior` must draw the codes.*Received: Normal"):
        make(compiled, **options)
    with refuse(r"`prior` must draw the codes.*Received: Codes with codes"):
        make(compiled, prior=priors.Codes(3, (), 3), **options)
    make(compiled, prior=priors.Codes(3, (3,), 0), **options)


def test_a_projection_on_classes_that_there_are_none_of():
    with refuse("`conditioning` must not be 'projection' without labels"):
        make(conditioning="projection")


# === What D gives, and how it looks at a batch ===


def with_heads(**activations):
    data = keras.Input((2,))
    heads = {name: dense(activation)(data) for name, activation in activations.items()}
    return keras.Model(data, heads)


def packed(*layers):
    data = x = keras.Input((4,))
    for layer in layers:
        x = layer(x)
    return Packed(keras.Model(data, x))


ENDS = {
    "a wrapper": lambda: points(SpectralNormalization(dense("sigmoid"))),
    "an inner network": lambda: points(points(SpectralNormalization(dense("sigmoid")))),
    "after a wrapper": lambda: points(
        SpectralNormalization(dense()), keras.layers.Activation("sigmoid")
    ),
    "before what changes no number": lambda: points(
        dense("sigmoid"),
        keras.layers.Reshape((1, 1)),
        keras.layers.Flatten(),
        keras.layers.Activation("linear", dtype="float32"),
    ),
    "an operation": lambda: packed(dense(), keras.ops.sigmoid),
    "an operation before an identity": lambda: packed(
        dense(), keras.ops.sigmoid, keras.layers.Identity()
    ),
    "a pack": lambda: packed(dense("sigmoid")),
    "the first head": lambda: with_heads(logits="sigmoid", styles=None),
    "the last head": lambda: with_heads(classes=None, logits="sigmoid"),
}


@pytest.mark.parametrize("discriminator", ENDS.values(), ids=ENDS)
def test_a_sigmoid_is_found_wherever_it_ends_a_discriminator(discriminator):
    with refuse("`discriminator` must give logits, without a sigmoid"):
        kgan.GAN(points(keras.layers.Dense(2), takes=3), discriminator())


@pytest.mark.parametrize("head", ["brightness", "tone"])  # before, and after, logits
def test_a_head_beside_the_logits_may_end_in_a_sigmoid(head):
    discriminator = with_heads(**{"logits": None, head: "sigmoid"})
    kgan.GAN(points(keras.layers.Dense(2), takes=3), discriminator).compile()


class Inside(keras.layers.Layer):
    """Keeps a layer where neither `layer` nor `layers` tells of it."""

    def __init__(self, inner):
        super().__init__()
        self.inner = inner

    def call(self, inputs):
        return self.inner(inputs)


def test_batch_norm_under_a_gradient_penalty_is_warned_of():
    norm = keras.layers.BatchNormalization
    critics = [
        points(dense(), norm(name="own")),
        points(points(norm(name="own"), dense())),
        packed(norm(name="own"), dense()),
        points(Inside(norm(name="own")), dense()),
    ]
    for critic in critics:
        with pytest.warns(UserWarning, match=r"\(own\).*\(r1, r2\).*Gulrajani") as seen:
            gan_checks.warn_of_batch_norm(critic, {"r1": 1, "r2": 2})
        assert len(seen) == 1
        gan_checks.warn_of_batch_norm(critic, {})
    gan_checks.warn_of_batch_norm(points(keras.layers.LayerNormalization()), {"r1": 1})


def test_compile_warns_of_batch_norm_and_trains():
    networks = kgan.models.dcgan(
        (16, 16, 1), latent_dim=3, width=4, discriminator_batch_normalization=True
    )
    gan = kgan.GAN(*networks)
    gan.compile()
    with pytest.warns(UserWarning, match=r"down_2_norm.*gradient penalty \(r1\)"):
        gan.compile(penalties=["r1"])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        make({"penalties": ["r1"]}, spectral_normalization=True)


GROUPS = {
    "packs": ({"packing": 2}, "Packed takes 2 examples together"),
    "minibatch": (
        {"minibatch_group": 2},
        "MinibatchStandardDeviation takes 2 examples together",
    ),
}
GROUPED = pytest.mark.parametrize(("options", "message"), GROUPS.values(), ids=GROUPS)


def test_rows_are_whole_groups():
    critic = points(MinibatchStandardDeviation(4), dense())
    for network in (critic, points(critic)):
        for rows in (4, 12):
            gan_checks.rows_fit(network, rows)
        for rows in (1, 2, 6):
            with refuse(f"takes 4 examples together.*Received: {rows} in the place of"):
                gan_checks.rows_fit(network, rows)
    gan_checks.rows_fit(points(MinibatchStandardDeviation(None), dense()), 7)
    gan_checks.rows_fit(points(dense()), 7)


def test_a_pack_is_one_row_of_what_takes_packs():
    network = packed(MinibatchStandardDeviation(4), dense())
    gan_checks.rows_fit(network, 8)
    with refuse("MinibatchStandardDeviation.*Received: 2 in the place"):
        gan_checks.rows_fit(network, 4)
    with refuse("Packed takes 2 examples together.*Received: 7 in the place"):
        gan_checks.rows_fit(network, 7)


@GROUPED
def test_a_batch_of_no_whole_groups_is_refused_before_the_first_step(options, message):
    gan = make(**options)
    data = tf.data.Dataset.from_tensor_slices(POINTS).batch(3)
    for given in ({"x": POINTS, "batch_size": 5}, {"x": data}, {"x": list_of(data)}):
        with refuse(rf"{message}.*Received: [35] in the place"):
            gan.fit(**given, verbose=0)
    assert gan.step == 0
    gan.fit(POINTS, batch_size=8, verbose=0)
    assert gan.step == 3


def list_of(data):
    return iter([batch.numpy() for batch in data])


@GROUPED
def test_a_part_of_no_whole_groups_is_refused(options, message):
    gan = make({"micro_batches": 2}, **options)
    with refuse(rf"{message}.*Received: 3 in the place"):
        gan.fit(POINTS, batch_size=6, verbose=0)
    assert gan.step == 0
    gan.fit(POINTS[:8], batch_size=8, verbose=0)


@GROUPED
def test_a_replica_of_no_whole_groups_is_refused(options, message, two_replicas):
    with two_replicas.scope():
        gan = make(**options)
    with refuse(rf"{message}.*Received: 3 in the place"):
        gan.fit(POINTS, batch_size=6, verbose=0)
    assert gan.step == 0


def test_a_group_that_is_larger_than_the_batch():
    gan = make(minibatch_group=16)
    with refuse("takes 16 examples together.*Received: 8 in the place"):
        gan.fit(POINTS, batch_size=8, verbose=0)


@GROUPED
def test_a_short_last_batch_does_not_end_the_run(options, message):
    gan = make(**options)
    gan.fit(POINTS[:21], batch_size=8, shuffle=False, verbose=0)
    assert gan.step == 3  # it is filled up


def test_a_recipe_of_no_whole_groups_writes_nothing(tmp_path):
    recipe = Recipe(
        name="packs",
        dataset="ring",
        latent_dim=2,
        model_options={"packing": 2, "generator_hidden": [4]},
        batch_size=7,
    )
    for call in (prepare.prepare, train.train):
        with refuse("Packed takes 2 examples together.*Received: 7"):
            call(recipe, tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_group_of():
    both = points(MinibatchStandardDeviation(4), MinibatchStandardDeviation(6), dense())
    assert gan_checks.group_of(both) == 12
    assert gan_checks.group_of(points(both)) == 12
    assert gan_checks.group_of(points(MinibatchStandardDeviation(None), dense())) == 1
    assert gan_checks.group_of(points(dense())) == 1


# === Images and points, packs and examples ===


@pytest.mark.parametrize("name", kgan.augment.names())
def test_points_cannot_be_augmented(name):
    augmentation = kgan.augment.get(name)
    with refuse(re.escape("takes images of shape (batch, height, width, channels)")):
        make(augmentation=augmentation)


def images(loss, augmentation):
    networks = kgan.models.mlp((4, 4, 1), latent_dim=3)
    gan = kgan.GAN(*networks, augmentation=augmentation)
    gan.compile(loss=loss)
    return gan


@pytest.mark.parametrize(
    "loss", ["wasserstein", "relativistic_pairing", kgan.top_k.TopK("wasserstein")]
)
def test_what_is_taken_for_real_cannot_be_followed_where_no_loss_says_it(loss):
    with refuse(r"follows how often D takes real.*kgan\.augment\.Augment"):
        images(loss, kgan.augment.AdaptiveAugment())
    images(loss, kgan.augment.Augment(0.5))
    images("hinge", kgan.augment.AdaptiveAugment())


def test_there_is_no_d_of_one_example_where_packs_are_judged(tmp_path):
    gan = make(packing=2)
    with refuse("judge each example by itself.*one that judges 2 together"):
        gan.discriminate(POINTS)
    gan.fit(POINTS, batch_size=8, verbose=0)
    with refuse("judge each example by itself.*one that judges 2 together"):
        gan.export(tmp_path / "exported", discriminator=True)
    assert not list(tmp_path.rglob("*.pb"))


def test_no_density_is_drawn_where_packs_are_judged(tmp_path):
    source = kgan.data.source("ring")
    plot = kgan.callbacks.DensityPlot(tmp_path / "density", source)
    gan = make(packing=2)
    with refuse("judges each point by itself.*one that judges 2 together"):
        gan.fit(POINTS, batch_size=8, verbose=0, callbacks=[plot])
    assert gan.step == 0
    assert not (tmp_path / "density").exists()


def test_what_fits_together_trains():
    gan = make(
        {
            "penalties": ["r1"],
            "regularizers": [regularizers.LeCam()],
            "objectives": ["style_ambiguity"],
        },
        heads={"styles": 3},
        spectral_normalization=True,
        minibatch_group=4,
    )
    history = gan.fit(POINTS, CLASSES, batch_size=8, verbose=0).history
    assert np.isfinite([values[-1] for values in history.values()]).all()


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
def test_floats_are_data(dtype):
    gan_checks.dtype(tf.zeros((1, 2), dtype))


@pytest.mark.parametrize("dtype", ["uint8", "int32", "bool"])
def test_other_data_are_refused(dtype):
    message = rf"data must be float32.*Received: {dtype}.*127\.5"
    with pytest.raises(ValueError, match=message):
        gan_checks.dtype(tf.zeros((1, 2), dtype))
    with pytest.raises(ValueError, match=message):
        gan_checks.dtype(np.zeros((1, 2), dtype))


def test_shape():
    gan_checks.shape(tf.zeros((5, 8, 8, 1)), (8, 8, 1))
    with pytest.raises(ValueError, match=r"\(8, 8, 1\).*\(8, 8, 3\)"):
        gan_checks.shape(tf.zeros((5, 8, 8, 3)), (8, 8, 1))
    with pytest.raises(ValueError, match=r"\(8, 8, 1\).*\(8, 8\)"):
        gan_checks.shape(tf.zeros((5, 8, 8)), (8, 8, 1))


def test_shape_that_is_not_known_is_let_through():
    gan_checks.shape(tf.TensorSpec(None), (8, 8, 1))
    gan_checks.shape(tf.TensorSpec((None, None, 8, 1)), (8, 8, 1))
    with pytest.raises(ValueError, match=r"\(8, 8, 3\)"):
        gan_checks.shape(tf.TensorSpec((None, 8, 8, 3)), (8, 8, 1))


def test_labels_match():
    gan_checks.labels_match(None, None)
    gan_checks.labels_match(tf.zeros((2,)), 3)
    with pytest.raises(ValueError, match=r"conditional GAN must be given \(images, la"):
        gan_checks.labels_match(None, 3)
    with pytest.raises(ValueError, match=r"images alone\. Received: \(images, labels"):
        gan_checks.labels_match(tf.zeros((2,)), None)


class Groups(keras.layers.Layer):
    """Compares examples in fours, and says so to nobody."""

    def call(self, x):
        groups = tf.reshape(x, (-1, 4, x.shape[-1]))
        return tf.reshape(
            groups - tf.reduce_mean(groups, 1, keepdims=True), tf.shape(x)
        )


def test_a_discriminator_that_takes_no_single_example():
    layers = [keras.layers.Flatten(), Groups(), keras.layers.Dense(1)]
    discriminator = keras.Sequential([keras.Input((8, 8, 1)), *layers])
    gan = kgan.GAN(networks.generator(), discriminator)
    gan.compile()
    gan.fit(networks.images(16), batch_size=8, verbose=0)
    assert gan.step == 2
    with pytest.raises((ValueError, tf.errors.OpError), match="8"):
        gan_checks.outputs_of(discriminator, tf.zeros((1, 3)))  # whatever the rows


@pytest.mark.parametrize("shape", [(4,), (4, 1), (None,)])
def test_one_label_each(shape):
    gan_checks.one_label_each(tf.TensorSpec(shape, tf.int32))


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (np.eye(4, 10), r"\(10,\).*argmax"),  # floats as well: one answer, no circle
        (np.eye(4, 10, dtype=int), r"\(10,\).*argmax"),
        (np.int64(3), r"a single one: batch the data.*dataset\.batch"),
        (np.zeros(4), r"integers.*float64.*tf\.cast"),
        (np.array(["cat", "dog"]), r"integers.*string.*StringLookup"),
        (np.ones(4, bool), r"integers.*bool.*tf\.cast"),
    ],
)
def test_labels_that_are_no_classes(labels, message):
    with pytest.raises(ValueError, match=message):
        gan_checks.as_classes(labels)


def test_classes_of_names():
    names = ["cat", "dog"]
    lookup = keras.layers.StringLookup(vocabulary=names, num_oov_indices=0)
    found = gan_checks.as_classes(lookup(tf.constant(["dog", "cat"])))
    assert found.numpy().tolist() == [1, 0]
