"""A column's key can be changed without losing what it closed, nor how it is found."""

from __future__ import annotations

import pytest

from plumbing.cipher import FieldCipher, UnreadableField, new_field_key


def test_a_new_key_in_front_still_opens_and_finds_what_the_old_one_closed() -> None:
    old, new = new_field_key(), new_field_key()
    before, after = FieldCipher.from_setting(old), FieldCipher.from_setting(f"{new},{old}")

    assert after.open(before.close("FR76 3000")) == "FR76 3000"
    assert after.blind_index("anne@example.org") == before.blind_index("anne@example.org")
    with pytest.raises(UnreadableField):
        before.open(after.close("FR76 3000"))


def test_a_stored_value_that_was_altered_is_refused() -> None:
    cipher = FieldCipher.from_setting(new_field_key())
    closed = cipher.close("1 85 05 78 006 084 91")

    with pytest.raises(UnreadableField):
        cipher.open(closed[:-6] + ("AAAA==" if not closed.endswith("AAAA==") else "BBBB=="))


@pytest.mark.parametrize("setting", ["", "c2hvcnQ=", "not base64 at all!"])
def test_a_setting_that_is_no_key_is_refused(setting: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        FieldCipher.from_setting(setting)


def test_two_closings_of_one_text_differ() -> None:
    cipher = FieldCipher.from_setting(new_field_key())

    assert cipher.close("same") != cipher.close("same")
