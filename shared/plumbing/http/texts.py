"""Fields for what people write: texts, addresses, telephone numbers. `plumbing.http.fields` offers them."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

import marshmallow as ma
from marshmallow import ValidationError

from plumbing.http import messages
from plumbing.http.messages import Message

LONGEST_TEXT = 255
LONGEST_EMAIL = 254  # RFC 5321 §4.5.3.1.3, less the angle brackets
# Regions whose numbering plans a French national number may belong to: mainland first, then overseas.
FRENCH_REGIONS = ("FR", "RE", "GP", "MQ", "GF", "YT")

# 06 39 98 xx xx is never given to anybody, by the national numbering plan: for demonstrations and tests.
_FICTIONAL = re.compile(r"(0|33|0033|330)63998\d{4}")
_MOBILE_CHARACTERS = re.compile(r"[+0-9 .()/-]{8,30}\Z", re.ASCII)

CONTROL = Message("Ce texte contient des caractères interdits.", "control_characters")
BLANK = Message("Ce champ ne peut pas être vide.", "blank")
MOBILE = Message("Indiquez un numéro de téléphone mobile français valable.", "mobile")
NOT_MOBILE = Message("Ce numéro n’est pas celui d’un mobile\u00a0: un SMS doit pouvoir y arriver.", "mobile")
POSTCODE = Message("Le code postal compte cinq chiffres.", "postcode")


class Text(ma.fields.String):
    """A text of `min` to `max` characters, both included, without control characters; spaces around it are dropped.

    `max` also bounds what is sent, spaces included. `pattern` must match the whole text. `lines` allows line breaks and
    tabs, for comments. Loads and writes str, in Unicode form NFC.
    """

    def __init__(
        self,
        *,
        min: int = 1,
        max: int = LONGEST_TEXT,
        pattern: str | None = None,
        message: str | None = None,
        code: str = "pattern",
        lines: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self.shortest, self.longest, self.lines = min, max, lines
        self.pattern = re.compile(pattern) if pattern else None
        self._mismatch = Message(message, code) if message else messages.PATTERN
        documented: dict[str, Any] = {"maxLength": max}
        if min:
            documented["minLength"] = min
        if pattern:
            documented["pattern"] = f"^(?:{pattern})$"
        self.metadata = {**documented, **self.metadata}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if not isinstance(value, str):
            raise ValidationError(messages.NOT_TEXT)
        if len(value) > self.longest:
            raise ValidationError(messages.TOO_LONG.format(max=self.longest))
        text = unicodedata.normalize("NFC", value).strip()
        if not text.isprintable():
            if any(_is_control(c, self.lines) for c in text):
                raise ValidationError(CONTROL)
            if all(unicodedata.category(c) in _INVISIBLE for c in text):
                raise ValidationError(BLANK)
        if len(text) > self.longest:  # composing letters makes a few of them longer
            raise ValidationError(messages.TOO_LONG.format(max=self.longest))
        if len(text) < self.shortest:
            raise ValidationError(BLANK if not text else messages.TOO_SHORT.format(min=self.shortest))
        if self.pattern is not None and not self.pattern.fullmatch(text):
            raise ValidationError(self._mismatch)
        return text


class Secret(Text):
    """A password or one-time code: as `Text`, but never stripped or normalised, and not written in any answer."""

    def __init__(self, *, min: int = 1, max: int = 256, **options: Any) -> None:
        options.setdefault("load_only", True)
        super().__init__(min=min, max=max, **options)
        self.metadata = {"format": "password", **self.metadata}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = value
        super()._deserialize(value, attr, data, **kwargs)
        return str(text)


class Email(Text):
    """An e-mail address, also an internationalised one; no look-up is made. Loads the normalised text."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max=LONGEST_EMAIL, **options)
        # Not OpenAPI's "email" format, which leaves internationalised addresses out; idn-email has them.
        self.metadata = {"format": "idn-email", **self.metadata}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        from email_validator import EmailNotValidError, validate_email

        text = super()._deserialize(value, attr, data, **kwargs)
        try:
            found = validate_email(text, check_deliverability=False, test_environment=True)
        except EmailNotValidError:
            raise ValidationError(messages.EMAIL) from None
        if len(found.normalized) > LONGEST_EMAIL:
            raise ValidationError(messages.EMAIL)
        return found.normalized


class Mobile(Text):
    """A French mobile number, mainland or overseas, in any usual writing. Loads E.164 text such as +33612345678."""

    def __init__(self, **options: Any) -> None:
        super().__init__(min=8, max=30, **options)
        self.metadata = {"example": "+33612345678", **self.metadata}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        return e164_mobile(text)


def e164_mobile(text: str) -> str:
    """Return the E.164 form of a French mobile number; ValidationError when it is not one that gets SMS.

    A national number is tried as mainland first, then in each overseas plan, since 0692… is valid in Réunion only.
    """
    import phonenumbers

    if not _MOBILE_CHARACTERS.match(text):
        raise ValidationError(MOBILE)
    digits = re.sub(r"\D", "", text)
    if _FICTIONAL.fullmatch(digits):
        return f"+33{digits[-9:]}"
    valid = False
    for region in FRENCH_REGIONS:
        try:
            number = phonenumbers.parse(text, region)
        except phonenumbers.NumberParseException:
            continue
        home = phonenumbers.region_code_for_number(number)
        if home not in FRENCH_REGIONS or not phonenumbers.is_valid_number(number):
            continue
        valid = True
        if phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.MOBILE:
            return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    raise ValidationError(NOT_MOBILE if valid else MOBILE)


class Postcode(ma.fields.Field[str]):
    """A French postcode: five digits."""

    default_error_messages = {"invalid": POSTCODE}

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.metadata = {"type": "string", "pattern": "^[0-9]{5}$", "example": "29200", **self.metadata}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if not isinstance(value, str) or not re.fullmatch(r"[0-9]{5}", value):
            raise self.make_error("invalid")
        return value


def _is_control(character: str, lines: bool) -> bool:
    if lines and character in "\n\r\t":
        return False
    # Cc control, Cs lone surrogate, Cn unassigned, Zl and Zp line separators; Cf holds the marks that reorder text.
    category = unicodedata.category(character)
    return category in {"Cc", "Cs", "Cn", "Zl", "Zp"} or character in _REORDERING


_INVISIBLE = frozenset({"Cc", "Cf", "Zs"})
_REORDERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
