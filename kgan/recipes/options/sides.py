"""How recipes of all games that translate images read their two sets of images."""

import dataclasses

from kgan import data
from kgan.data import registry
from kgan.data.holdout import without_folders
from kgan.data.sides import CHANNELS, DIRECTIONS
from kgan.recipes.flag_types import Choice, Number, Size, Text, field
from kgan.recipes.recipe import Recipe


@dataclasses.dataclass(frozen=True, kw_only=True)
class SidesRecipe(Recipe):
    """A training run on pairs or on unpaired images, `kgan.data.Pairs` or `Unpaired`.

    The names of the fields are those of options of `kgan.data.source`. What begins with
    source_ or target_ is about what is the source or target in the chosen direction.
    """

    direction: str = field(
        Choice(DIRECTIONS), "what becomes what: AtoB, BtoA", DIRECTIONS[0]
    )
    held_out: float | None = field(
        Number(below=1.0, optional=True),
        "share of the images, or of their groups, that is held out; none: 0.1",
    )
    held_out_by: str | None = field(
        Text(optional=True),
        "what it is a share of: name, match:REGEX or table:FILE:COLUMN (whole groups), "
        "or what is held out: list:FILE, folder (test or val beside train)",
    )
    load_size: int | tuple | None = field(
        Size(optional=True),
        "size to which images are brought, of which random crops of image_size are "
        "shown; none: no crops",
    )
    source_channels: int | None = field(
        Choice(CHANNELS, optional=True),
        "1, 3 or 4; none: 1 if all sources are gray, else 3",
    )
    target_channels: int | None = field(
        Choice(CHANNELS, optional=True), "the same of the targets"
    )
    source_labels: str | None = field(
        Text(optional=True),
        "sources are label maps: their number of classes, or the colors, as in "
        "#000000,#ff0000 or a file with a color a line",
    )
    target_labels: str | None = field(Text(optional=True), "the same of the targets")

    needs = "pairs of images or unpaired images"
    about_its_data = (
        *("held_out_by", "source_channels", "target_channels"),
        *("source_labels", "target_labels"),
    )

    @property
    def data_options(self):
        given = {name: getattr(self, name) for name in registry.SIDE_OPTIONS}
        given = {name: value for name, value in given.items() if value is not None}
        if self.direction == DIRECTIONS[0]:
            del given["direction"]
        return super().data_options | given

    def resolve(self, source, sample_every):
        in_full = super().resolve(source, sample_every)
        # Files are read once: what they say, or where they lie, holds from any folder.
        read = ("held_out_by", "source_labels", "target_labels")
        known = {name: source.options.get(name) for name in read}
        return dataclasses.replace(in_full, **known)

    def without_folders(self):
        by = without_folders(self.held_out_by)
        return dataclasses.replace(super().without_folders(), held_out_by=by)

    def shown_data(self, source):
        """Examples that were held out; all where none are."""
        if source.held_out:
            source = source.other_split("test")
        return data.load(source, min(8, source.num_examples))
