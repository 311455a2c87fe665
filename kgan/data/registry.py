"""Sources by name, folder or arrays."""

import inspect
import os
import pathlib
from collections.abc import Callable
from typing import Any

from kgan.core import registry
from kgan.data import archive, arrays, mirrored, texts, tfds_images, toys
from kgan.data.base import Source
from kgan.data.digits import digits
from kgan.data.folder import FolderSource
from kgan.data.pairs import Pairs
from kgan.data.tables import reading
from kgan.data.tables.bundled import BUNDLED
from kgan.data.tables.source import TableSource, is_data
from kgan.data.unpaired import Unpaired

_BUILT_IN = {
    "gaussian": toys.gaussian,
    "ring": toys.ring,
    "grid": toys.grid,
    "digits": digits,
}
_OF_TEXTS = {"pairs": Pairs, "unpaired": Unpaired}
# Arguments of every source, with the one value that sources without them accept.
_SHARED = {"image_size": None, "split": "train"}
# Options that say what the two sides of pairs and of unpaired images are.
SIDE_OPTIONS = (
    *("direction", "held_out", "held_out_by", "load_size"),
    *("source_channels", "target_channels", "source_labels", "target_labels"),
)
TABLE_OPTIONS = ("missing", "held_out")


def names() -> tuple[str, ...]:
    """Returns the names of the sources that need no download and no file."""
    return (*_BUILT_IN, *BUNDLED)


def source(
    name: Any,
    image_size: int | tuple[int, int] | None = None,
    split: str = "train",
    data_dir: str | os.PathLike | None = None,
    mirror: bool = False,
    **options: Any,
) -> Source:
    """Returns a source of raw examples.

    Args:
        name: One of
            - "gaussian", "ring", "grid": toy densities with `density` and `sample`;
              options are their parameters (`kgan.data.toys`) and `num_examples`;
            - "digits": 1,797 gray images of 8×8 pixels in ten classes;
            - a TFDS name ("mnist", "cifar10", ...), which needs the package of the
              extra `tfds`; options `memory_limit`, `cache_dir`;
            - a folder or ZIP of images, whose sub-folders are classes, or whose
              `dataset.json` has labels as in StyleGAN's data sets; options `channels`,
              `strict`, `memory_limit`, `cache_dir`, `window`
              (`kgan.data.folder.FolderSource`);
            - "pairs:PATH:SOURCE:TARGET": pairs of images under equal names in two
              sub-folders of a folder or ZIP, 0.1 of them held out, or another share as
              a fifth part, "pairs:PATH:SOURCE:TARGET:0.2"; "pairs:PATH:PATH": in two
              folders or ZIPs; "pairs:PATH": side by side in each image of one, as
              pix2pix's data are, with its folders train, and test or val, if any;
              options `direction`, `held_out` (which precedes the text), `held_out_by`,
              `load_size`, `memory_limit`, `cache_dir`, and `source_channels`,
              `source_labels`, `source_window`, `target_channels`, ...
              (`kgan.data.Pairs`);
            - "unpaired:PATH:SOURCE:TARGET", "unpaired:PATH:PATH": images of two kinds
              that do not correspond, of any numbers; "unpaired:PATH": in its folders
              trainA, trainB, testA, testB, as CycleGAN's data are; the same options
              (`kgan.data.Unpaired`);
            - a table: a CSV or Parquet file, a `pandas.DataFrame`, a `pyarrow.Table`,
              "made_table" (`kgan.data.tables.made`), or one of scikit-learn's,
              "table:iris", "table:wine", "table:breast_cancer", "table:diabetes"; they
              need the extra `tabular`; options `columns`, `missing`, `held_out`, ...
              (`kgan.data.TableSource`);
            - an array, or a tuple `(images, labels)`; options `labels`, `num_classes`,
              `memory_limit` (`kgan.data.arrays.from_arrays`);
            - a `Source`, which is returned.
            A TFDS name precedes a folder of that name: write `./mnist` for the folder.
        image_size: Integer or (height, width). Images are scaled without distortion
            until they cover it (Lanczos, which does not alias), and cropped around
            their centre. None keeps their own size.
        split: Which part. For TFDS: "train", "test", "train[:1000]", ...; for pairs
            unpaired images and tables: "train", "test" (what is held out), "all".
        data_dir: Folder of TFDS data; None is `TFDS_DATA_DIR`.
        mirror: Whether each image comes also from right to left: example n + i of the
            2n is example i mirrored. Both images of a pair are mirrored together, those
            of unpaired sets each by itself.
        **options: See `name`.

    Returns:
        A `Source` with `name`, `shape`, `dtype`, `num_examples`, `num_classes`, and,
        except for densities, `read(indices)`, `array` and `labels`.

    Raises a `ValueError` if the name is unknown, the data cannot be loaded, an option
    is unknown or wrong, or data to be mirrored are no images, and an `ImportError` for
    a TFDS name without TFDS.
    Example: `kgan.data.source("digits").read()` is uint8 of shape `(1797, 8, 8, 1)`.
    """
    found = _source(name, image_size, split, data_dir, options)
    return mirrored.mirrored(found) if mirror else found


def _source(name, image_size, split, data_dir, options):
    shared = {"image_size": image_size, "split": split}
    if isinstance(name, Source):
        return _build(lambda: name, name.name, shared, options)
    if not isinstance(name, (str, os.PathLike)) and is_data(name):
        return _build(TableSource, "a table", shared, options, name)
    if not isinstance(name, (str, os.PathLike)):
        return _build(arrays.from_arrays, "arrays", shared, options, name)
    if name in _BUILT_IN:
        return _build(_BUILT_IN[name], name, shared, options)
    if texts.is_text(name):
        text = texts.parse(name)
        path = text.paths[0] if len(text.paths) == 1 else text.paths
        options = {"held_out": text.held_out, **options}
        return _build(_OF_TEXTS[text.kind], name, shared, options, path, *text.sets)
    shared["data_dir"] = data_dir
    return _build(_find(name, data_dir), os.fspath(name), shared, options, name)


def window_options(name: str | os.PathLike) -> tuple[str, ...]:
    """Returns the options of `source` by which `name` scales images of 16 or 32 bits.

    There are none if there is no such folder any more.
    """
    if texts.is_text(name):
        return "source_window", "target_window"
    if name in names() or not archive.is_there(name):
        return ()
    return ("window",) if _find(name, None) is FolderSource else ()


def side_options(name: str | os.PathLike) -> tuple[str, ...]:
    """Returns the options of `source` that say what parts of a name are read.

    They are about the two sides of a text, or the rows of a table.
    """
    if is_table(name):
        return TABLE_OPTIONS
    return SIDE_OPTIONS if texts.is_text(name) else ()


def is_table(
    name: str | os.PathLike, data_dir: str | os.PathLike | None = None
) -> bool:
    """Returns whether a name of a data set means a table, of a file or by itself.

    A name that ends as one of a file does, even if it is not there.
    """
    if texts.is_text(name) or name in _BUILT_IN:
        return False
    missing = reading.has_suffix(name) and not archive.is_there(name)
    return name in BUNDLED or missing or (_is_file(name, data_dir) and is_data(name))


def paths_of(
    name: str, data_dir: str | os.PathLike | None = None
) -> tuple[pathlib.Path, ...]:
    """Returns the folders or ZIPs that a name of a data set means, there or not.

    There are none if it is another name.
    """
    if texts.is_text(name):
        paths = texts.parse(name).paths
        return tuple(pathlib.Path(os.path.expanduser(path)) for path in paths)
    path = pathlib.Path(os.path.expanduser(name))
    if is_path(name) or (os.sep in name and path.exists()):
        return (path,)
    if name in names() or tfds_images.is_known(name, data_dir):
        return ()
    # Without TFDS nobody knows whether it is one of its names.
    return (path,) if path.exists() or tfds_images.is_installed() else ()


def absolute(name: str, data_dir: str | os.PathLike | None = None) -> str:
    """Returns the name of the same data set from any folder: its paths are absolute.

    What leads to nothing stays as it is.
    """
    paths = paths_of(name, data_dir)
    if not any(path.exists() for path in paths):
        return name
    return at(name, *(os.path.abspath(p) if p.exists() else p for p in paths))


def at(name: str, *paths: str | os.PathLike) -> str:
    """Returns the name of a data set that was moved to other paths."""
    if texts.is_text(name):
        return str(texts.parse(name).at(*paths))
    return os.fspath(paths[0])


def short(name: str) -> str:
    """Returns the name of a data set without the folders around it, for others to see.

    Example: `short("/home/somebody/cats")` is "cats".
    """
    if texts.is_text(name):
        return at(name, *map(short, texts.parse(name).paths))
    if is_path(name) or (os.sep in name and not tfds_images.is_known(name)):
        return pathlib.PurePath(name).name or name
    return name


def is_path(name: str) -> bool:
    """Returns whether a name can be nothing but a path: "./a", "~/a", "/a"."""
    return name.startswith((".", "~", os.sep))


def _find(name: str | os.PathLike, data_dir: str | os.PathLike | None) -> Callable:
    if is_table(name, data_dir):
        return TableSource
    if _is_file(name, data_dir):
        return FolderSource
    if tfds_images.is_known(name, data_dir):
        return tfds_images.TFDSSource
    if not tfds_images.is_installed():
        tfds_images.require(f"{_unknown(name, data_dir)} A TFDS name")
    raise ValueError(_unknown(name, data_dir))


def _is_file(name, data_dir):
    if not isinstance(name, str) or is_path(name):
        return True
    return any(path.exists() for path in paths_of(name, data_dir))


def _unknown(name: str, data_dir: str | os.PathLike | None) -> str:
    prepared = tfds_images.prepared_names(data_dir)
    known = [*names(), *prepared]
    expected = (
        "A data set must be a TFDS name, a folder or ZIP of images, a CSV or Parquet "
        "file, pairs:PATH:SOURCE:TARGET, unpaired:PATH:PATH, arrays, or one of"
    )
    return registry.unknown(expected, name, known, tfds_images.known_names())


def _build(
    factory: Callable, label: str, shared: dict, options: dict, *args: Any
) -> Source:
    """Calls `factory` with the arguments that it accepts; raises for others."""
    accepted = list(inspect.signature(factory).parameters)[len(args) :]
    unknown = sorted(set(options) - set(accepted))
    if unknown:
        own = [key for key in accepted if key not in shared]
        expected = f"Expected as option of {label} {'one of' if own else 'none'}"
        raise ValueError(registry.unknown(expected, ", ".join(unknown), own))
    for key, default in _SHARED.items():
        if key not in accepted and shared[key] != default:
            raise ValueError(
                f"{key} of {label} must be {default!r}. Received: {shared[key]!r}"
            )
    shared_arguments = {key: value for key, value in shared.items() if key in accepted}
    return factory(*args, **shared_arguments, **options)
