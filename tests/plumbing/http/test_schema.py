"""The quick way through a schema never says anything else than marshmallow."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import post_load, pre_load, validates

from plumbing.http import Schema, fields
from plumbing.http.messages import errors_of


class Address(Schema):
    postcode = fields.Postcode(required=True)
    lines = fields.List(fields.Text(max=8), max=2, load_default=list)


class Person(Schema):
    name = fields.Text(max=8, required=True)
    born = fields.BirthDate(load_default=None)
    price = fields.Amount(load_default=None, allow_none=True)
    count = fields.Integer(maximum=9)
    urgent = fields.Boolean(data_key="isUrgent", load_default=False)
    colour = fields.Choice(["red", "blue"], attribute="hue")
    address = fields.Nested(Address())
    partner = fields.Nested(Address(only=("postcode",)), allow_none=True)
    others = fields.List(fields.Nested(Address()), max=2)
    stock = ma.fields.String(validate=ma.validate.Length(max=3))
    seen = fields.Text(dump_only=True)


VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 12),
    st.floats(allow_nan=False),
    st.sampled_from(["red", "29200", "51.74", "1990-01-01", "Léa", "", " a ", "\x00", "abcdefghi"]),
    st.lists(st.sampled_from(["a", 3, None, "abcdefghi"]), max_size=3),
)
ADDRESSES = st.fixed_dictionaries(
    {}, optional={"postcode": st.sampled_from(["29200", "2920", None]), "lines": VALUES, "odd": VALUES}
)
NAMES = ["name", "born", "price", "count", "isUrgent", "urgent", "colour", "hue", "stock", "seen", "odd"]
PEOPLE = st.builds(
    lambda plain, nested: {**plain, **nested},
    st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=9),
    st.fixed_dictionaries(
        {},
        optional={
            "address": st.one_of(ADDRESSES, VALUES),
            "partner": st.one_of(ADDRESSES, VALUES),
            "others": st.lists(st.one_of(ADDRESSES, VALUES), max_size=3),
        },
    ),
)
GOOD = {"name": "Léa", "isUrgent": True, "colour": "red", "address": {"postcode": "29200"}, "partner": None, "count": 3}
PERSON = Person()


def outcome(load: Any, data: Any, **options: Any) -> Any:
    try:
        return load(data, **options)
    except ma.ValidationError as error:
        return sorted((entry["field"], entry["code"]) for entry in errors_of(error))


def slowly(data: Any, **options: Any) -> Any:
    return ma.Schema.load(PERSON, data, **options)


@given(PEOPLE, st.sampled_from([None, ma.EXCLUDE, ma.INCLUDE, ma.RAISE]))
def test_both_ways_agree(data: dict[str, Any], unknown: Any) -> None:
    assert outcome(PERSON.load, data, unknown=unknown) == outcome(slowly, data, unknown=unknown)


@given(st.fixed_dictionaries({"name": VALUES}))
def test_both_ways_agree_on_a_part(data: dict[str, Any]) -> None:
    assert outcome(PERSON.load, data, partial=True) == outcome(slowly, data, partial=True)


def test_good_input_takes_the_quick_way(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = slowly(GOOD)
    monkeypatch.setattr(ma.Schema, "load", lambda *_, **__: pytest.fail("took the slow way"))
    assert PERSON.load(GOOD) == expected


def test_a_narrowed_schema_is_planned_anew() -> None:
    assert PERSON.load({"name": "Léa", "partner": {"postcode": "29200"}})["partner"] == {"postcode": "29200"}
    with pytest.raises(ma.ValidationError):
        PERSON.load({"name": "Léa", "partner": {"postcode": "29200", "lines": []}})


def test_hooks_and_validators_are_called() -> None:
    class Hooked(Schema):
        name = fields.Text()

        @pre_load
        def before(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
            return {"name": data["name"] + "!"}

        @post_load
        def after(self, data: dict[str, Any], **_: Any) -> str:
            return str(data["name"])

        @validates("name")
        def check(self, value: str, **_: Any) -> None:
            if value == "no!":
                raise ma.ValidationError("Non.")

    assert Hooked().load({"name": "yes"}) == "yes!"
    with pytest.raises(ma.ValidationError):
        Hooked().load({"name": "no"})


def test_many_and_things_that_are_no_dicts() -> None:
    assert Address(many=True).load([{"postcode": "29200"}]) == [{"postcode": "29200", "lines": []}]
    nothings: list[Any] = [None, [], "a", 3]
    for data in nothings:
        with pytest.raises(ma.ValidationError):
            Address().load(data)
