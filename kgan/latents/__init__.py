"""Latents: their priors, paths between them, and directions among them."""

from kgan.latents.paths import LARGEST_SEED as LARGEST_SEED
from kgan.latents.paths import latents_at as latents_at
from kgan.latents.paths import of_seeds as of_seeds
from kgan.latents.paths import slerp as slerp
from kgan.latents.paths import table as table
from kgan.latents.paths import truncate as truncate
from kgan.latents.paths import walk as walk
