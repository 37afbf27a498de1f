"""The signing pages for everybody: by keyboard alone, without scripts, and nothing that axe-core finds fault with."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from deploy.demo import journey
from deploy.demo.client import Api, Mailbox, until
from deploy.demo.story import Story
from deploy.embedded.settings import DEMONSTRATION_PASSWORD
from tests.browser.devices import DESK, PHONE, PHONE_WITHOUT_SCRIPTS
from tests.journeys.embedded import EmbeddedPlatform

_MOST_TABS = 60
_HOW_IT_IS_MARKED = (
    "element => { const style = getComputedStyle(element); return [style.outlineStyle, style.boxShadow] }"
)


@pytest.fixture
def story(platform: EmbeddedPlatform) -> Iterator[Story]:
    """A client who has subscribed and is about to sign."""
    story = Story(Api(platform.url), Mailbox(f"{platform.url}/mailbox"), DEMONSTRATION_PASSWORD)
    for step in (
        journey.broker_signs_in,
        journey.broker_prices_a_family,
        journey.broker_issues_the_quote,
        journey.client_gets_the_quote,
        journey.client_follows_the_link,
        journey.client_subscribes,
    ):
        step(story)
    yield story
    story.close()


def open_ceremony(page: Page, story: Story) -> None:
    def papers_are_there() -> bool:
        page.goto("/souscription/signature")
        return page.get_by_text("Document 1 sur 3").is_visible()

    page.goto(f"/souscrire/{story.facts['link_secret']}")
    until("the papers to sign", papers_are_there, seconds=60)


def code_sent_to(story: Story) -> str:
    found = re.search(r"\b(\d{6})\b", story.mailbox.wait_for(story.family.sms_address, "code")["text"])
    assert found
    return found[1]


def assert_nothing_stands_in_the_way(page: Page) -> None:
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "the page scrolls sideways"


def tab_to(page: Page, target: Locator) -> None:
    """Press the tabulator until the target has the focus, as somebody without a mouse does."""
    for _ in range(_MOST_TABS):
        if target.evaluate("element => element === document.activeElement"):
            outline = target.evaluate(
                "element => getComputedStyle(element).outlineStyle + getComputedStyle(element).boxShadow"
            )
            assert outline != "nonenone", "the focus cannot be seen"
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no way to {target}")


def go(page: Page, role: str, name: str, key: str = "Enter") -> None:
    tab_to(page, page.get_by_role(role, name=name).first)  # type: ignore[arg-type]
    page.keyboard.press(key)
    page.wait_for_load_state()


def tick_all(page: Page) -> None:
    for box in page.get_by_role("checkbox").all():
        expect(box).not_to_be_checked()
        tab_to(page, box)
        page.keyboard.press("Space")
        expect(box).to_be_checked()


@pytest.mark.feature("F-105", "F-106", "F-107", "F-110")
@pytest.mark.parametrize("page", [PHONE_WITHOUT_SCRIPTS], indirect=True)
def test_the_whole_ceremony_passes_by_keyboard_without_scripts(page: Page, story: Story) -> None:
    open_ceremony(page, story)
    for number in (1, 2, 3):
        expect(page.get_by_text(f"Document {number} sur 3")).to_be_visible()
        while page.get_by_role("link", name="Page suivante").count():
            go(page, "link", "Page suivante")
        tick_all(page)
        go(page, "button", "Accepter le document")
    go(page, "button", "Recevoir le code par SMS")
    tab_to(page, page.get_by_label("Code SMS"))
    page.keyboard.type(code_sent_to(story))
    tick_all(page)
    go(page, "button", "Signer")
    expect(page.get_by_text("Merci, votre demande d’adhésion est signée.")).to_be_visible()


@pytest.mark.parametrize("page", [DESK, PHONE], indirect=True, ids=["desk", "phone"])
def test_axe_finds_nothing_on_any_page_of_the_ceremony(page: Page, story: Story, platform: EmbeddedPlatform) -> None:
    open_ceremony(page, story)
    codes = []
    for _document in range(3):
        assert_nothing_stands_in_the_way(page)
        while (following := page.get_by_role("link", name="Page suivante")).count():
            following.click()
        page.get_by_text("Refuser de signer").first.click()
        page.get_by_text("Texte de cette page").click()
        assert_nothing_stands_in_the_way(page)
        page.get_by_role("button", name="Accepter le document").click()
        expect(page.get_by_role("alert")).to_be_visible()
        assert_nothing_stands_in_the_way(page)
        for box in page.get_by_role("checkbox").all():
            box.check()
        page.get_by_role("button", name="Accepter le document").click()
    assert_nothing_stands_in_the_way(page)
    page.get_by_role("button", name="Recevoir le code par SMS").click()
    assert_nothing_stands_in_the_way(page)
    codes.append(code_sent_to(story))
    page.get_by_label("Code SMS").fill(f"{(int(codes[0]) + 1) % 10**6:06d}")
    for box in page.get_by_role("checkbox").all():
        box.check()
    page.get_by_role("button", name="Signer").first.click()
    expect(page.get_by_role("alert")).to_contain_text("Ce code n’est pas valable")
    assert_nothing_stands_in_the_way(page)
    page.get_by_label("Code SMS").fill(codes[0])
    page.get_by_role("button", name="Signer").first.click()
    expect(page.get_by_text("Merci, votre demande d’adhésion est signée.")).to_be_visible()
    assert_no_service_holds(codes, platform)


def assert_no_service_holds(codes: list[str], platform: EmbeddedPlatform) -> None:
    """Look through every byte that the process wrote but the mailbox: tables with their outboxes, inboxes, retries and
    archives, the bus with its queues, the stored files, and every line of the log.
    """
    alone = re.compile("|".join(rf"(?<![0-9A-Za-z+/=_.-]){code}(?![0-9A-Za-z+/=_-])" for code in codes).encode())
    looked_at = set()
    for path in sorted(platform.state.rglob("*")):
        if path.is_file() and "mailbox" not in path.relative_to(platform.state).parts[0]:
            looked_at.add(path.name)
            assert not alone.search(path.read_bytes()), f"a code stands in {path.name}"
    assert {"output.txt", "signature.sqlite", "notifications.sqlite"} <= looked_at, looked_at
