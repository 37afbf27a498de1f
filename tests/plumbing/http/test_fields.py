"""What fields load and write; what they refuse is in the table of test_problems."""

from __future__ import annotations

import copy
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import marshmallow as ma
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plumbing.http import fields, refusal
from plumbing.http.messages import Message, errors_of
from plumbing.http.schema import Schema


def load(field: ma.fields.Field[Any], value: Any) -> Any:
    return Schema.from_dict({"it": field})().load({"it": value})["it"]


def code_of(field: ma.fields.Field[Any], value: Any) -> str:
    with pytest.raises(ma.ValidationError) as caught:
        load(field, value)
    return errors_of(caught.value)[0]["code"]


class TestText:
    def test_spaces_around_are_dropped_and_letters_composed(self) -> None:
        assert load(fields.Text(), " Le\u0301a  Martin\u00a0") == "Léa  Martin"

    def test_what_is_sent_counts_against_the_maximum(self) -> None:
        assert code_of(fields.Text(max=3), "abc ") == "too_long"

    def test_lines_are_for_comments(self) -> None:
        assert load(fields.Text(lines=True), "un\n\tdeux") == "un\n\tdeux"
        assert code_of(fields.Text(lines=True), "un\x0bdeux") == "control_characters"

    def test_a_pattern_matches_the_whole_text(self) -> None:
        field = fields.Text(pattern="[A-Z]{3}", message="Trois capitales.", code="capitals")
        assert load(field, "ABC") == "ABC"
        assert code_of(field, "ABCD") == "capitals"

    def test_emoji_names_and_other_alphabets_pass(self) -> None:
        for text in ("Zoé", "d’Ornellas-O’Neill", "Łukasz", "李", "👨‍👩‍👧"):
            assert load(fields.Text(), text) == text

    @given(st.text(alphabet=st.characters(exclude_categories=()), max_size=40))
    def test_no_text_breaks_it(self, text: str) -> None:
        try:
            loaded = load(fields.Text(max=40), text)
        except ma.ValidationError:
            return
        assert loaded == loaded.strip()
        assert loaded.encode()
        assert "\x00" not in loaded

    def test_a_secret_is_left_as_typed_and_never_written(self) -> None:
        schema = Schema.from_dict({"it": fields.Secret(min=4)})()
        assert schema.load({"it": " p4ss "})["it"] == " p4ss "
        assert schema.dump({"it": "p4ss"}) == {}
        assert code_of(fields.Secret(min=4), "abc") == "too_short"


class TestEmail:
    @pytest.mark.parametrize(
        ("typed", "loaded"),
        [
            ("Jean.Dupont@Example.FR", "Jean.Dupont@example.fr"),
            (" courtier@lemaire.example ", "courtier@lemaire.example"),
            ("jéan@exämple.fr", "jéan@exämple.fr"),
            ("a+b@sub.example.org", "a+b@sub.example.org"),
        ],
    )
    def test_good_ones(self, typed: str, loaded: str) -> None:
        assert load(fields.Email(), typed) == loaded

    @pytest.mark.parametrize(
        "typed", ["jean", "jean@", "@b.fr", "a b@c.fr", "a@b", "a@b..fr", "a@-b.fr", "a@b.fr,c@d.fr"]
    )
    def test_bad_ones(self, typed: str) -> None:
        assert code_of(fields.Email(), typed) == "email"

    def test_the_longest(self) -> None:
        assert code_of(
            fields.Email(), "a" * 60 + "@" + "b" * 60 + "." + "c" * 60 + "." + "d" * 60 + ".frrrrrrrrrrr"
        ) in {
            "email",
            "too_long",
        }


class TestMobile:
    @pytest.mark.parametrize(
        ("typed", "loaded"),
        [
            ("06 12 34 56 78", "+33612345678"),
            ("+33 6 12 34 56 78", "+33612345678"),
            ("0033612345678", "+33612345678"),
            ("07.83.34.56.78", "+33783345678"),
            ("0692 12 34 56", "+262692123456"),
            ("0690 35 12 34", "+590690351234"),
            ("0696 20 12 34", "+596696201234"),
            ("0694 20 12 34", "+594694201234"),
            ("0639 01 23 45", "+262639012345"),
            ("+33 (0)6 12 34 56 78", "+33612345678"),
            ("06 39 98 00 12", "+33639980012"),
            ("+33 6 39 98 00 12", "+33639980012"),
            ("+262 692 12 34 56", "+262692123456"),
        ],
    )
    def test_mainland_and_overseas(self, typed: str, loaded: str) -> None:
        assert load(fields.Mobile(), typed) == loaded

    @pytest.mark.parametrize(
        "typed",
        ["0140000000", "+44 7911 123456", "12345678", "06 12 34 56", "06123456789012", "zero six", "0836656565"],
    )
    def test_what_gets_no_text_message(self, typed: str) -> None:
        assert code_of(fields.Mobile(), typed) == "mobile"


class TestNumbers:
    @given(st.decimals(min_value=0, max_value=Decimal("9999999.99"), places=2))
    def test_amounts_come_back_as_written(self, amount: Decimal) -> None:
        schema = Schema.from_dict({"it": fields.Amount()})()
        written = schema.dump({"it": amount})["it"]
        assert schema.load({"it": written})["it"] == amount

    def test_an_amount_has_two_places_also_when_the_decimal_has_not(self) -> None:
        assert Schema.from_dict({"it": fields.Amount()})().dump({"it": Decimal(3)}) == {"it": "3.00"}

    def test_negative_amounts_where_they_are_wanted(self) -> None:
        assert load(fields.Amount(minimum="-10.00"), "-0.05") == Decimal("-0.05")

    def test_rates(self) -> None:
        assert load(fields.Rate(), "13.27") == Decimal("13.27")
        assert code_of(fields.Rate(places=2), "13.271") == "type"
        assert code_of(fields.Rate(), "100.01") == "range"

    def test_one_point_zero_is_the_number_one_in_json(self) -> None:
        assert load(fields.Integer(), 1.0) == 1

    def test_a_box_that_must_be_ticked(self) -> None:
        assert load(fields.Agreed(), True) is True
        assert code_of(fields.Agreed(), False) == "not_agreed"


class TestDates:
    def test_days(self) -> None:
        assert load(fields.Day(), "2024-02-29") == date(2024, 2, 29)

    @pytest.mark.parametrize(
        "typed", ["2023-02-29", "20240229", "2024-W09-4", "2024-2-29", "1899-12-31", "2201-01-01", 1]
    )
    def test_bad_days(self, typed: Any) -> None:
        assert code_of(fields.Day(), typed) == "date"
        assert code_of(fields.BirthDate(), typed) == "birth_date"

    def test_instants_are_utc(self) -> None:
        instant = load(fields.Instant(), "2026-03-02T10:30:00+02:00")
        assert instant == datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
        assert instant.tzinfo is UTC
        schema = Schema.from_dict({"it": fields.Instant()})()
        assert schema.dump({"it": instant}) == {"it": "2026-03-02T08:30:00Z"}


class TestMessages:
    def test_stock_fields_and_validators_speak_french_with_codes(self) -> None:
        class Old(Schema):
            number = ma.fields.Integer(validate=ma.validate.Range(min=1, max=3), strict=True)
            text = ma.fields.String(validate=ma.validate.Length(max=2))
            names = ma.fields.List(ma.fields.String(validate=ma.validate.OneOf(["a", "b"])))
            mapping = ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.Integer())
            day = ma.fields.Date()
            own = ma.fields.String(required=True, error_messages={"required": "Et le nom ?"})

        with pytest.raises(ma.ValidationError) as caught:
            Old().load({"number": 9, "text": "abc", "names": ["c"], "mapping": {"a": "b"}, "day": "x"})
        found = {error["field"]: (error["code"], error["message"]) for error in errors_of(caught.value)}
        assert found["number"] == ("range", "La valeur doit être comprise entre 1 et 3.")
        assert found["text"][0] == "too_long"
        assert found["names.0"] == ("choice", "Valeur inconnue. Valeurs possibles\u00a0: a, b.")
        assert found["mapping.a.value"][0] == "type"
        assert found["day"][0] == "date"
        assert found["own"] == ("invalid", "Et le nom ?")

    def test_a_message_keeps_its_code_when_copied_and_filled_in(self) -> None:
        message = Message("Au plus {max}.", "too_large")
        assert message.format(max=3).code == "too_large"
        assert copy.deepcopy(message).code == "too_large"

    def test_a_refusal_of_a_whole_schema(self) -> None:
        assert errors_of(refusal("Non.", "no")) == [{"field": "", "code": "no", "message": "Non."}]


def test_a_computed_value_is_written_and_never_read() -> None:
    class Out(Schema):
        total = fields.Computed(lambda thing: thing["a"] + thing["b"], like=fields.Amount())

    assert Out().dump({"a": Decimal("1.10"), "b": Decimal(2)}) == {"total": "3.10"}
    with pytest.raises(ma.ValidationError):
        Out().load({"total": "3.10"})


def test_a_choice_of_plain_texts() -> None:
    field = fields.Choice(["a", "b"], allow_none=True)
    assert load(field, "a") == "a"
    assert load(fields.Choice(["a"], allow_none=True), None) is None
    assert field.metadata["enum"] == ["a", "b", None]
