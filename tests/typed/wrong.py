"""Wrong calls: mypy finds each, or says that an `ignore` is not needed."""

import kgan

generator, discriminator = kgan.models.mlp((8, 8, 1), latent_dim="64")  # type: ignore[arg-type]
generator, discriminator = kgan.models.dcgan(32, latent_dim=64)  # type: ignore[arg-type]
gan = kgan.GAN(generator, discriminator, num_classes="10")  # type: ignore[arg-type]
gan = kgan.GAN(generator, discriminator, classes=10)  # type: ignore[call-arg]
gan.compile(top_k=0.5, loss=3)  # type: ignore[arg-type]
gan.generate("4")  # type: ignore[arg-type]
gan.generate(4, truncation="much")  # type: ignore[arg-type]
gan.export(3)  # type: ignore[arg-type]
kgan.data.load("digits", batch_size="64")  # type: ignore[arg-type]
kgan.data.load("digits")  # type: ignore[call-arg]
kgan.callbacks.SampleGrid("samples", every=0.5)  # type: ignore[arg-type]
kgan.callbacks.CollapseWatch(patience="3")  # type: ignore[arg-type]
kgan.penalties.R1(interval="16")  # type: ignore[arg-type]
kgan.priors.Normal("64")  # type: ignore[arg-type]
kgan.metrics.Evaluator("digits", num_images="many")  # type: ignore[arg-type]
kgan.recipes.get(3)  # type: ignore[arg-type]
kgan.training.train("ring")  # type: ignore[call-arg, arg-type]
kgan.export.push(gan, "hf://user/digits", private="yes")  # type: ignore[arg-type]
kgan.Move(("generator",))  # type: ignore[call-arg]
