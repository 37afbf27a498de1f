"""Every page in its states, on a desk and on a phone: nothing stands in anybody's way, and nothing is raw."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from plumbing.cipher import new_field_key
from portal.app import create_app
from portal.config import load
from tests.browser.devices import DESK, PHONE, Device
from tests.screens.catalogue import NO_PAGES, SHOTS
from tests.screens.checks import dead_anchors, defects
from tests.screens.shot import Shot
from tests.screens.studio import Studio, studio
from tests.services.portal.conftest import SETTINGS


@pytest.fixture(scope="module")
def portal() -> Iterator[Studio]:
    with studio() as portal:
        yield portal


def test_each_page_of_the_portal_has_its_pictures() -> None:
    app = create_app(load({**SETTINGS, "SESSION_KEY": new_field_key()}))
    pages = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    shown = {shot.endpoint for shot in SHOTS} - {""}
    assert pages - shown == set(NO_PAGES), "a new page needs a shot in tests/screens"
    assert len({shot.name for shot in SHOTS}) == len(SHOTS)


def test_each_picture_is_of_the_page_it_names(portal: Studio) -> None:
    addresses = portal.app.url_map.bind("127.0.0.1")
    for shot in SHOTS:
        if shot.endpoint:
            assert addresses.match(shot.path.partition("?")[0])[0] == shot.endpoint


@pytest.mark.parametrize("device", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("shot", SHOTS, ids=lambda shot: shot.name)
def test_nothing_is_wrong_with(shot: Shot, device: Device, portal: Studio) -> None:
    with portal.opened(shot, device) as page:
        if shot.shows:
            expect(page.locator("body")).to_contain_text(shot.shows)
        assert defects(page) + dead_anchors(page) == []
