"""Flags of the programs of StyleGAN2-ADA and StyleGAN3, and what kgan has for them.

`docs/stylegan_words.md` is the page on them.
"""

_NOTHING = "has no counterpart: kgan does it by itself"
_SPEED = "has no counterpart: docs/performance.md says what makes training fast"
_NETWORK = "is --model: a run directory, a .keras file or hf://USER/NAME"

# What follows the flag's name in a sentence, by command and flag.
_TRAIN = {
    "outdir": "is --run_dir, the run's own directory (default: runs/NAME-TIME)",
    "desc": "is a part of --run_dir=runs/NAME",
    "data": "is --dataset",
    "subset": "has no counterpart: `kgan data --max_images=N` writes a smaller set",
    "cond": "is --conditional",
    "mirror-y": "has no counterpart: --mirror flips from left to right alone",
    "cfg": "is --recipe: stylegan2 for auto, ffhq_256 for paper256, afhq_512 for "
    "paper512, ffhq_1024 for paper1024, cifar10_stylegan2 for cifar",
    "kimg": "is --steps: 1000 * kimg / batch_size",
    "batch": "is --batch_size, over all devices",
    "batch-gpu": "is --micro_batches, the parts in which a device takes its batch",
    "gamma": """is the weight of R1: --penalties='[{"name": "r1", "weight": GAMMA, """
    """"interval": 16, "through_augmentation": true}]'""",
    "glr": "is --generator_learning_rate",
    "dlr": "is --discriminator_learning_rate",
    "cbase": "is channel_base of --model_options, as in '{\"channel_base\": 16384}'",
    "cmax": "is channel_max of --model_options, as in '{\"channel_max\": 512}'",
    "map-depth": "is mapping_layers of --model_options: '{\"mapping_layers\": 2}'",
    "mbstd-group": "is group_size of --model_options, as in '{\"group_size\": 4}'",
    "aug": 'is --augmentation: \'{"name": "adaptive_augment"}\' for ada, '
    "'{\"name\": \"augment\"}' for fixed, '{}' for noaug",
    "p": "is probability of --augmentation, as in "
    '\'{"name": "augment", "probability": 0.2}\'',
    "target": "is target of --augmentation, as in "
    '\'{"name": "adaptive_augment", "target": 0.6}\'',
    "augpipe": 'is policy of --augmentation: ["blit", "geometric", "color"] is bgc',
    "freezed": "is --freeze_d",
    "snap": "is --checkpoint_every, in steps; --sample_every is the same of pictures",
    "img-snap": "is --sample_every, in steps",
    "snap-res": _NOTHING,
    "tick": "is --sample_every, in steps: the time between two lines of metrics",
    "gpus": "is --strategy, by default all GPUs that CUDA_VISIBLE_DEVICES leaves",
    "fp32": "is --precision=float32; --precision=mixed_float16 is faster on a GPU",
    "workers": _NOTHING,
    "nhwc": _SPEED,
    "nobench": _SPEED,
    "allow-tf32": _SPEED,
}
_GENERATE = {
    "network": _NETWORK,
    "trunc": "is --truncation",
    "class": "is --labels",
    "outdir": "is --output",
    "noise-mode": "has no counterpart: images always have the noise of `const`",
    "projected-w": "has no counterpart: `gan.decode` in Python takes latents",
    "translate": "belongs to StyleGAN3, whose networks kgan does not have",
    "rotate": "belongs to StyleGAN3, whose networks kgan does not have",
}
_EVALUATE = {
    "network": _NETWORK,
    "data": "is --dataset",
    "gpus": "has no counterpart: one device measures",
    "mirror": "has no counterpart: real images are as they are, as for fid50k_full",
    "verbose": _NOTHING,
}
_DATA = {
    "source": "is --dataset",
    "dest": "is --output",
    "transform": "is --crop: center for center-crop, wide for center-crop-wide, none "
    "without a transform",
    "resolution": "is --image_size, which takes WIDTHxHEIGHT, too",
    "width": "is a part of --image_size=WIDTHxHEIGHT",
    "height": "is a part of --image_size=WIDTHxHEIGHT",
    "resize-filter": "has no counterpart: images are scaled by Lanczos",
    "img-format": "is --channels: 1 for L, 3 for RGB",
}
WORDS = {
    "train": _TRAIN,
    "generate": _GENERATE,
    "evaluate": _EVALUATE,
    "data": _DATA,
    "export": {"network": _NETWORK},
    "explore": {"network": _NETWORK},
    "push": {"network": _NETWORK},
}


def answers(command: str) -> dict[str, str]:
    """Returns a sentence for each flag of StyleGAN that is none of a command's."""
    return {
        flag: f"StyleGAN's --{flag} {ours}"
        for flag, ours in WORDS.get(command, {}).items()
    }
