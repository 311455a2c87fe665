"""The games whose weights must not change: a name, and what differs from the plain one.

Nothing is imported with it: the process that compares starts no TensorFlow.
"""

# Replicas and the dtype policy are chosen before anything is made; all others have one
# replica and float32.
REPLICAS = dict.fromkeys(
    ("two_replicas", "everything", "clipping", "states_on_replicas"), 2
)
POLICIES = {"float16": "mixed_float16"}


def _adam(**arguments):
    import games

    return games.optimizer(**arguments)


def _line(start, end):
    """A schedule that comes to its end in the last round."""
    import keras

    return keras.optimizers.schedules.PolynomialDecay(start, 2, end)


def _ada(kgan):
    return kgan.augment.AdaptiveAugment(
        probability=0.5, interval=1, speed=100, policy=("blit", "color")
    )


# Arguments of `networks`, of `kgan.GAN` and of `compile`; their names tell them apart.
TABLE = {
    "plain": lambda kgan: {},
    "default_optimizers": lambda kgan: {
        "generator_optimizer": None,
        "discriminator_optimizer": None,
        "penalties": ["r1"],
    },
    # D sees both batches in one pass, where no layer and no penalty forbids it.
    "one_pass": lambda kgan: {"dropout": 0.0, "decay": 0.1},
    "own_losses": lambda kgan: {"decay": 0.1, "penalties": ["r1"]},
    "schedules": lambda kgan: {
        "ema_momentum": _line(0.5, 0.1),
        "generator_optimizer": _adam(learning_rate=_line(1e-2, 1e-3)),
        "discriminator_optimizer": _adam(learning_rate=_line(1e-2, 1e-3)),
        "penalties": [kgan.penalties.R1(_line(2.0, 1.0), interval=2)],
        "regularizers": [kgan.regularizers.LeCam(_line(0.0, 1.0))],
    },
    "eager": lambda kgan: {"penalties": ["r1"], "run_eagerly": True},
    "xla": lambda kgan: {"penalties": ["r1"], "jit_compile": True},
    "steps_per_execution": lambda kgan: {"penalties": ["r1"], "steps_per_execution": 2},
    "two_replicas": lambda kgan: {"penalties": ["r1"]},
    "clipping": lambda kgan: {
        "generator_optimizer": _adam(clipnorm=0.01),
        "discriminator_optimizer": _adam(global_clipnorm=0.01),
    },
    "micro_batches": lambda kgan: {"penalties": ["r1"], "micro_batches": 2},
    "float16": lambda kgan: {"penalties": ["r1"]},
    "everything": lambda kgan: {
        "loss": "wasserstein",
        "penalties": [kgan.penalties.GradientPenalty(1.0)],
        "jit_compile": True,
        "micro_batches": 2,
    },
    "generator_steps": lambda kgan: {
        "generator_steps": 2,
        "discriminator_steps": 1,
        "ema_momentum": None,
    },
    # D waits between two updates, so that its intervals do not count rounds.
    "periods": lambda kgan: {
        "discriminator_steps": 1,
        "penalties": [kgan.penalties.R1(1.0, interval=2)],
        "alternation": kgan.alternation.Periods(discriminator=1, generator=1),
    },
    "lazy_r1": lambda kgan: {"penalties": [kgan.penalties.R1(1.0, interval=2)]},
    # Each draws its points by its place in the list.
    "many_penalties": lambda kgan: {
        "loss": "hinge",
        "penalties": [
            kgan.penalties.R1(1.0),
            kgan.penalties.R2(1.0, interval=2),
            kgan.penalties.GradientPenalty(1.0),
            kgan.penalties.DRAGAN(1.0, interval=3),
        ],
    },
    "wgan_gp_and_consistency": lambda kgan: {
        "loss": "wasserstein",
        "penalties": [kgan.penalties.GradientPenalty(1.0)],
        "regularizers": [kgan.regularizers.Consistency(1.0)],
    },
    "weight_clipping": lambda kgan: {
        "loss": "wasserstein",
        "regularizers": [kgan.regularizers.WeightClipping(0.05)],
    },
    "lecam": lambda kgan: {
        "loss": "wasserstein",
        "regularizers": [kgan.regularizers.LeCam()],
    },
    # Each draws by its place in the list, and one of them is G's as well.
    "many_terms": lambda kgan: {
        "loss": "hinge",
        "penalties": [kgan.penalties.R1(1.0)],
        "regularizers": [
            kgan.regularizers.Drift(),
            kgan.regularizers.LatentConsistency(),
            kgan.regularizers.Consistency(1.0, on_fake=True),
            kgan.regularizers.LeCam(),
            kgan.regularizers.Orthogonal(),
        ],
    },
    "relativistic": lambda kgan: {
        "loss": "relativistic_pairing",
        "penalties": ["r1", "r2"],
    },
    "top_k": lambda kgan: {"loss": kgan.top_k.TopK("non_saturating", 0.5)},
    # Its vectors are D's state, which passes from pass to pass and part to part.
    "spectral": lambda kgan: {
        "spectral": True,
        "penalties": [kgan.penalties.R1(1.0), kgan.penalties.R2(1.0, interval=2)],
        "micro_batches": 2,
    },
    "packed": lambda kgan: {"packing": 2, "penalties": ["r1"]},
    "conditional": lambda kgan: {"classes": 3, "penalties": ["r1"]},
    "auxiliary_classifier": lambda kgan: {
        "classes": 3,
        "labels_for_d": False,
        "heads": {"classes": 3},
        "objectives": [kgan.objectives.AuxiliaryClassifier()],
    },
    "information": lambda kgan: {
        "heads": {"codes": 3},
        "prior": kgan.priors.Codes(4, categorical=(2,), continuous=1),
        "objectives": [kgan.objectives.Information(categorical=(2,), continuous=1)],
    },
    "diff_augment": lambda kgan: {
        "augmentation": kgan.augment.DiffAugment("color,translation"),
        "penalties": ["r1"],
    },
    "ada": lambda kgan: {"augmentation": _ada(kgan), "penalties": ["r1"]},
    "states_on_replicas": lambda kgan: {
        "augmentation": _ada(kgan),
        "regularizers": [kgan.regularizers.LeCam()],
        "spectral": True,
    },
}
