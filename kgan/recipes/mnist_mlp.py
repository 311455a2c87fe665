"""The networks of the 2014 paper on MNIST: rectifiers against maxout and dropout."""

from kgan.recipes.recipe import Recipe

RECIPE = Recipe(
    name="mnist_mlp",
    description="MNIST with the fully connected networks of Goodfellow et al. (2014)",
    dataset="mnist",
    model="mlp",
    model_options={
        "generator_hidden": [1200, 1200],
        "discriminator_hidden": [240, 240],
        "maxout_pieces": 5,
        "input_dropout": 0.2,
        "dropout": 0.5,
    },
    prior="uniform",
    prior_options={"minimum": -(3**0.5), "maximum": 3**0.5},
    latent_dim=100,
    generator_learning_rate=1e-3,
    discriminator_learning_rate=1e-3,
    batch_size=100,
    steps=600 * 25,
    sample_every=1500,
    results={
        "parzen_log_likelihood": 89.7,
        "frechet_mnist": 3.78,
        "precision_mnist": 0.627,
        "recall_mnist": 0.612,
        "coverage_mnist": 0.540,
        "command": "kgan evaluate --model=RUN --metrics=parzen,frechet,precision_recall"
        ",density_coverage",
    },
)
