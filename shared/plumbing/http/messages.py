"""What validation says to a person, in French, with a stable code for programs.

marshmallow carries messages as strings; a `Message` is such a string that also knows its code, and keeps it when
marshmallow fills in its blanks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Self

from marshmallow import Schema, ValidationError, fields, validate

UNKNOWN_CODE = "invalid"
MOST_ERRORS = 50
LONGEST_FIELD = 120


class Message(str):
    """A French sentence and its code."""

    __slots__ = ("code",)
    code: str

    def __new__(cls, text: str, code: str) -> Self:
        message = super().__new__(cls, text)
        message.code = code
        return message

    def __getnewargs__(self) -> tuple[str, str]:  # type: ignore[override]
        return str(self), self.code  # so that a schema can be copied

    def format(self, *args: object, **named: object) -> Message:
        return Message(super().format(*args, **named), self.code)


REQUIRED = Message("Ce champ est obligatoire.", "required")
NULL = Message("Ce champ ne peut pas être vide.", "null")
INVALID = Message("Cette valeur n’est pas valable.", "invalid")
UNKNOWN = Message("Ce champ n’est pas attendu.", "unknown")
NOT_TEXT = Message("Un texte est attendu.", "type")
NOT_OBJECT = Message("Un objet est attendu.", "type")
NOT_LIST = Message("Une liste est attendue.", "type")
NOT_NUMBER = Message("Un nombre est attendu.", "type")
NOT_INTEGER = Message("Un nombre entier est attendu.", "type")
NOT_BOOLEAN = Message("La valeur attendue est vrai ou faux (true ou false).", "type")
NOT_FILE = Message("Un fichier est attendu.", "type")
TOO_SHORT = Message("Ce texte doit compter au moins {min} caractère(s).", "too_short")
TOO_LONG = Message("Ce texte ne peut pas dépasser {max} caractères.", "too_long")
LENGTH = Message("La longueur doit être comprise entre {min} et {max}.", "length")
EXACT_LENGTH = Message("La longueur doit être de {equal}.", "length")
TOO_FEW = Message("Il faut au moins {min} élément(s).", "too_few")
TOO_MANY = Message("Il faut au plus {max} élément(s).", "too_many")
TOO_SMALL = Message("La valeur doit être d’au moins {min}.", "too_small")
TOO_LARGE = Message("La valeur doit être d’au plus {max}.", "too_large")
OUT_OF_RANGE = Message("La valeur doit être comprise entre {min} et {max}.", "range")
CHOICE = Message("Valeur inconnue. Valeurs possibles\u00a0: {choices}.", "choice")
PATTERN = Message("Le format n’est pas celui attendu.", "pattern")
DATE = Message("Une date valable est attendue, au format AAAA-MM-JJ.", "date")
INSTANT = Message("Une date et une heure valables sont attendues, avec leur fuseau (ISO 8601).", "instant")
IDENTIFIER = Message("Cet identifiant n’est pas valable.", "id")
EMAIL = Message("Cette adresse e-mail n’est pas valable.", "email")
URL = Message("Cette adresse web n’est pas valable.", "url")

# What each stock field says, by the key under which marshmallow looks it up.
_OF_EVERY_FIELD = {"required": REQUIRED, "null": NULL, "validator_failed": INVALID}
_OF_FIELD: tuple[tuple[type[Any], Mapping[str, Message]], ...] = (
    (fields.Email, {"invalid": EMAIL}),
    (fields.Url, {"invalid": URL}),
    (fields.UUID, {"invalid_uuid": IDENTIFIER, "invalid": IDENTIFIER}),
    (fields.String, {"invalid": NOT_TEXT, "invalid_utf8": NOT_TEXT}),
    (fields.Integer, {"invalid": NOT_INTEGER, "too_large": TOO_LARGE}),
    (fields.Decimal, {"invalid": NOT_NUMBER, "special": NOT_NUMBER, "too_large": NOT_NUMBER}),
    (fields.Float, {"invalid": NOT_NUMBER, "special": NOT_NUMBER, "too_large": NOT_NUMBER}),
    (fields.Boolean, {"invalid": NOT_BOOLEAN}),
    (fields.DateTime, {"invalid": INSTANT, "invalid_awareness": INSTANT, "format": INSTANT}),
    (fields.Time, {"invalid": INVALID, "format": INVALID}),
    (fields.Date, {"invalid": DATE, "format": DATE}),
    (fields.List, {"invalid": NOT_LIST}),
    (fields.Tuple, {"invalid": NOT_LIST}),
    (fields.Nested, {"type": NOT_OBJECT}),
    (fields.Dict, {"invalid": NOT_OBJECT}),
    (fields.Enum, {"unknown": CHOICE}),
)


def speak_french(field: fields.Field[Any]) -> None:
    """Give a bound field and its validators French messages with codes; own messages of a service are left alone."""
    french: dict[str, Message] = dict(_OF_EVERY_FIELD)
    for kind, messages in _OF_FIELD:
        if isinstance(field, kind):
            french.update(messages)
            break
    spoken = {}
    for key, text in field.error_messages.items():
        stock = not isinstance(text, Message) and text in _stock_texts(field, key)
        spoken[key] = french.get(key, INVALID) if stock else text
    field.error_messages = spoken
    for validator in field.validators:
        _teach(validator, of_list=isinstance(field, fields.List | fields.Nested))
    if isinstance(field, fields.List):
        speak_french(field.inner)
    if isinstance(field, fields.Dict):
        for part in (field.key_field, field.value_field):
            if part is not None:
                speak_french(part)


def refusal(message: str, code: str, field: str | None = None) -> ValidationError:
    """Return the error a `@validates_schema` or a validator raises: a French sentence, its code and the field."""
    text = Message(message, code)
    return ValidationError(text) if field is None else ValidationError(text, field_name=field)


def errors_of(error: ValidationError) -> list[dict[str, str]]:
    """Return [{"field": "client.email", "code": …, "message": …}], at most fifty.

    Field names come from the caller when they are unknown ones, so they are cut and cleaned.
    """
    listed: list[dict[str, str]] = []
    for field, message in _walk(error.messages, ()):
        if len(listed) == MOST_ERRORS:
            break
        text = message if isinstance(message, str) else str(INVALID)
        listed.append({"field": field, "code": getattr(message, "code", UNKNOWN_CODE), "message": text})
    return listed


def _walk(messages: Any, path: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    if isinstance(messages, Mapping):
        for key, value in messages.items():
            yield from _walk(value, path if key == "_schema" else (*path, str(key)))
    elif isinstance(messages, list | tuple):
        for value in messages:
            yield from _walk(value, path)
    else:
        yield _clean(".".join(path)), messages


def _clean(name: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in name[:LONGEST_FIELD])


def _stock_texts(field: fields.Field[Any], key: str) -> set[Any]:
    return {vars(cls).get("default_error_messages", {}).get(key) for cls in type(field).__mro__}


def _teach(validator: Any, *, of_list: bool) -> None:
    """Set the French texts on one stock validator that has no text of its own."""
    if isinstance(validator, validate.Length):
        validator.message_min = TOO_FEW if of_list else TOO_SHORT
        validator.message_max = TOO_MANY if of_list else TOO_LONG
        validator.message_all = LENGTH
        validator.message_equal = EXACT_LENGTH
    elif isinstance(validator, validate.Range):
        validator.message_min, validator.message_max, validator.message_all = TOO_SMALL, TOO_LARGE, OUT_OF_RANGE
    elif isinstance(validator, validate.And):
        for part in validator.validators:
            _teach(part, of_list=of_list)
    else:
        for kind, message in _OF_VALIDATOR:
            if type(validator) is kind and validator.error == kind.default_message:
                validator.error = message


_OF_VALIDATOR: tuple[tuple[type[Any], Message], ...] = (
    (validate.OneOf, CHOICE),
    (validate.Regexp, PATTERN),
    (validate.Email, EMAIL),
    (validate.URL, URL),
    (validate.Equal, INVALID),
    (validate.NoneOf, INVALID),
    (validate.ContainsOnly, INVALID),
    (validate.Predicate, INVALID),
)

SCHEMA_MESSAGES = {"type": NOT_OBJECT, "unknown": UNKNOWN}
__all__ = ["Message", "Schema", "errors_of", "refusal", "speak_french"]
