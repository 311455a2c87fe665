import ast
import re

from kgan.data import other_formats


def test_the_first_bytes_tell_the_format():
    assert other_formats.name(bytes(128) + b"DICM", "x") == "DICOM"
    assert other_formats.name(bytes(344) + b"ni1\0", "x") == "NIfTI"
    assert other_formats.name(bytes(4) + b"ftypmif1", "x") == "HEIC"
    assert other_formats.name(bytes(4) + b"ftypavif", "x") == "AVIF"
    for head in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
        assert other_formats.name(head, "x") == "float64 or other unread TIFF"
    for head in (b"", bytes(352), b"\x89PNG", bytes(4) + b"ftypisom"):
        assert other_formats.name(head, "x.png") is None


def test_advice_is_a_command_that_python_reads():
    sentences = other_formats.advice(["HEIC", "DICOM", "DICOM", "not an image"])
    assert [sentence.split()[0] for sentence in sentences] == ["DICOM", "HEIC"]
    for sentence in other_formats.advice(
        ["DICOM", "NIfTI", "HEIC", "AVIF", "float64 or other unread TIFF"]
    ):
        (code,) = re.findall(r'python -c "([^"]*)"', sentence)
        ast.parse(code)
