"""What is kept of a photo: the same pixels, the right way up, and nothing else."""

import io

import pytest
from PIL import Image, ImageChops

from documents.adapters.checks.jpeg import clean_jpeg
from documents.adapters.checks.png import clean_png
from tests.services.documents.pictures import (
    chunk,
    exif,
    icc_profile,
    jpeg,
    jpeg_segment,
    jpeg_with,
    png,
    small_png,
)


def pixels(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


def same_pixels(left: bytes, right: bytes) -> bool:
    one, other = pixels(left), pixels(right)
    return one.mode == other.mode and ImageChops.difference(one.convert("RGB"), other.convert("RGB")).getbbox() is None


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
@pytest.mark.parametrize("progressive", [False, True])
def test_a_jpeg_keeps_its_pixels(mode: str, progressive: bool) -> None:
    original = jpeg(mode=mode, progressive=progressive)
    assert same_pixels(clean_jpeg(original), original)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_a_png_keeps_its_pixels(mode: str) -> None:
    original = png(mode=mode)
    assert same_pixels(clean_png(original), original)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_stays_the_right_way_up(orientation: int) -> None:
    cleaned = clean_jpeg(jpeg_with(jpeg_segment(0xE1, exif(orientation=orientation, place=True))))
    assert pixels(cleaned).getexif().get(0x0112, 1) == orientation


def test_the_place_where_a_photo_was_taken_is_dropped() -> None:
    original = jpeg_with(jpeg_segment(0xE1, exif(orientation=3, place=True)))
    assert dict(pixels(original).getexif().get_ifd(0x8825))
    assert not dict(pixels(clean_jpeg(original)).getexif().get_ifd(0x8825))


def test_a_true_colour_profile_is_kept() -> None:
    original = jpeg_with(jpeg_segment(0xE2, b"ICC_PROFILE\x00\x01\x01" + icc_profile()))
    assert pixels(clean_jpeg(original)).info["icc_profile"] == icc_profile()


def test_a_profile_in_pieces_must_be_whole() -> None:
    halves = [icc_profile()[:60], icc_profile()[60:]]
    first, second = (
        jpeg_segment(0xE2, b"ICC_PROFILE\x00" + bytes((number, 2)) + half)
        for number, half in enumerate(halves, start=1)
    )
    assert pixels(clean_jpeg(jpeg_with(first, second))).info["icc_profile"] == icc_profile()
    assert "icc_profile" not in pixels(clean_jpeg(jpeg_with(first))).info


def test_a_transparent_colour_is_kept() -> None:
    original = small_png(extra=chunk(b"tRNS", bytes(6)))
    assert "transparency" in pixels(clean_png(original)).info


def test_cleaning_twice_changes_nothing_more() -> None:
    once = clean_jpeg(jpeg_with(jpeg_segment(0xE1, exif(orientation=6, place=True))) + b"tail")
    assert clean_jpeg(once) == once
    drawn = clean_png(small_png(tail=b"tail"))
    assert clean_png(drawn) == drawn


def test_a_photo_without_end_mark_gets_one() -> None:
    assert clean_jpeg(jpeg()[:-2]) == clean_jpeg(jpeg())
