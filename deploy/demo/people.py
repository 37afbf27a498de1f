"""An invented family for each run, so that the demonstration can be run again on the same data."""

from __future__ import annotations

import io
import secrets
from dataclasses import dataclass
from datetime import date

from stdnum.fr import nir


@dataclass(frozen=True)
class Family:
    """A self-employed woman, her husband and two children."""

    tag: str
    email: str
    mobile: str
    nir: str
    spouse_nir: str
    iban: str = "FR7630006000011234567890189"

    @property
    def sms_address(self) -> str:
        return f"{self.mobile.removeprefix('+')}@sms.example"


BIRTH_DATE = date(1985, 5, 14)
SPOUSE_BIRTH_DATE = date(1984, 2, 3)
CHILDREN_BIRTH_DATES = (date(2014, 9, 1), date(2017, 12, 24))


def new_family() -> Family:
    """Make up a family nobody else has."""
    tag = secrets.token_hex(4)
    return Family(
        tag=tag,
        email=f"camille.roussel.{tag}@example.org",
        mobile=f"+3363998{secrets.randbelow(10**4):04d}",  # of the range set aside for fiction: nobody's telephone
        nir=_social_security_number("2", BIRTH_DATE),
        spouse_nir=_social_security_number("1", SPOUSE_BIRTH_DATE),
    )


def _social_security_number(sex: str, born: date) -> str:
    body = f"{sex}{born:%y%m}16102{secrets.randbelow(999) + 1:03d}"
    return f"{body}{nir.calc_check_digits(body)}"


def picture(text: str) -> bytes:
    """Return a JPEG with a line of text, as a telephone would take it of a paper."""
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (1200, 850), "white")
    ImageDraw.Draw(image).text((80, 80), text, fill="black")
    kept = io.BytesIO()
    image.save(kept, "JPEG", quality=85)
    return kept.getvalue()


def scan(text: str) -> bytes:
    """Return a one-page PDF of the same picture, as a scanner would make it."""
    from PIL import Image

    kept = io.BytesIO()
    Image.open(io.BytesIO(picture(text))).save(kept, "PDF", resolution=150)
    return kept.getvalue()
