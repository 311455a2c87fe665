"""The card on the Hub is kgan's own, with the figures as metadata."""

import huggingface_hub

import kgan

ADDRESS = "hf://ann/faces"


def test_the_card_is_kgans_own_with_figures_as_metadata(trained, hub):
    figure = {"dataset": "/home/ann/digits", "split": "train", "num_fake": 100}
    measured = kgan.metrics.Measurement("frechet_digits", 1.234, provenance=figure)
    broken = kgan.metrics.Measurement("kid", float("nan"), provenance=figure)
    provenance = kgan.export.Provenance(
        recipe="ours",
        data="digits",
        figures=(("Measured", {"frechet_digits": 1.234}),),
        license="MIT",
        measurements=(measured, broken),
    )
    kgan.export.push(
        trained("images"),
        ADDRESS,
        provenance=provenance,
        message="First",
        files={"samples.png": b"png"},
    )
    files, message = hub.commits["ann/faces"][-1]
    assert message == "First"
    assert files["samples.png"] == b"png"
    card = huggingface_hub.ModelCard(files["README.md"].decode())
    data = card.data
    assert (data.license, data.library_name, data.datasets) == (
        *("mit", "kgan"),
        ["digits"],
    )
    assert data.pipeline_tag == "unconditional-image-generation"
    (result,) = data.eval_results
    assert (result.task_type, result.dataset_type, result.dataset_split) == (
        *("unconditional-image-generation", "digits"),
        "train",
    )
    assert (result.metric_type, result.metric_value) == ("frechet_digits", 1.234)
    assert result.metric_args == {"num_fake": 100}
    assert "![samples](samples.png)" in card.text
    assert "| recipe | ours |" in card.text
    assert f'keras.models.load_model("{ADDRESS}")' in card.text
    assert f"kgan generate --model={ADDRESS}" in card.text
    assert "JAX" not in card.text


def test_points_have_no_task_of_the_hub(trained, hub):
    figure = kgan.metrics.Measurement("mmd", 0.5, provenance={"dataset": "ring"})
    provenance = kgan.export.Provenance(measurements=(figure,))
    kgan.export.push(trained("points"), "hf://ann/ring", provenance=provenance)
    card = huggingface_hub.ModelCard(hub.files("ann/ring")["README.md"].decode())
    assert card.data.get("pipeline_tag") is None
    assert card.data.eval_results[0].task_type == "other"
    assert card.data.license == "unknown"
