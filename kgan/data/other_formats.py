"""Formats of images that are not read: how they are converted."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable

_HEIF = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1")
_NIFTI = (b"n+1\0", b"ni1\0", b"n+2\0", b"ni2\0")
_TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
HEAD = 352  # bytes at the start of a file that tell what it is


@dataclasses.dataclass(frozen=True)
class Format:
    """A format that is recognised and not read.

    Attributes:
        name: Its name.
        fits: Function of a file's first bytes and its name: whether it is of it.
        package: What the command needs besides Pillow.
        command: A command that converts such files to images that are read.
    """

    name: str
    fits: Callable[[bytes, str], bool]
    package: str
    command: str


# What is measured (Hounsfield units, ...) is kept as TIFF of 32-bit floats.
_FORMATS = (
    Format(
        "DICOM",
        lambda head, name: head[128:132] == b"DICM",
        "pydicom",
        'python -c "import sys,pydicom,PIL.Image as I; '
        "[I.fromarray(pydicom.pixels.apply_rescale(d.pixel_array,d).astype('float32'))"
        ".save(f+'.tiff') for f in sys.argv[1:] for d in [pydicom.dcmread(f)]]\" *.dcm",
    ),
    Format(
        "NIfTI",
        lambda head, name: head[344:348] in _NIFTI or name.endswith(".nii.gz"),
        "nibabel",
        'python -c "import sys,nibabel,PIL.Image as I; '
        "[I.fromarray(s.astype('float32')).save(f'{f}.{k}.tiff') for f in sys.argv[1:] "
        'for k,s in enumerate(nibabel.load(f).get_fdata().T)]" *.nii.gz',
    ),
    Format(
        "HEIC",
        lambda head, name: head[4:8] == b"ftyp" and head[8:12] in _HEIF,
        "pillow-heif",
        'python -c "import sys,pillow_heif,PIL.Image as I; '
        "pillow_heif.register_heif_opener(); [I.open(f).convert('RGB').save(f+'.png') "
        'for f in sys.argv[1:]]" *.HEIC',
    ),
    Format(
        "AVIF",
        lambda head, name: head[4:12] == b"ftypavif",
        "'pillow>=11.3'",
        'python -c "import sys,PIL.Image as I; '
        "[I.open(f).convert('RGB').save(f+'.png') for f in sys.argv[1:]]\" *.avif",
    ),
    # Pillow reads integers of 8 to 32 bits and float32.
    Format(
        "float64 or other unread TIFF",
        lambda head, name: head[:4] in _TIFF,
        "tifffile",
        'python -c "import sys,tifffile,PIL.Image as I; '
        "[I.fromarray(tifffile.imread(f).astype('float32')).save(f+'.tiff') "
        'for f in sys.argv[1:]]" *.tif',
    ),
)


def name(head: bytes, file: str) -> str | None:
    """Returns the format of a file by its first `HEAD` bytes and its name, or None."""
    found = (one.name for one in _FORMATS if one.fits(head, file))
    return next(found, None)


def advice(names: Iterable[str]) -> list[str]:
    """Returns a sentence with the command for each of these formats."""
    return [
        f"{one.name} files become images by `{one.command}`, after "
        f"`pip install {one.package}`"
        for one in _FORMATS
        if one.name in names
    ]
