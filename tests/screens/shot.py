"""What a picture shows: which page, in which state, and what the services say meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page

from tests.services.portal.gateway import FakeGateway

Say = Callable[[FakeGateway], None]
Act = Callable[[Page], object]


def as_usual(_gateway: FakeGateway) -> None:
    """The services say what they say on a good day."""


def look(_page: Page) -> None:
    """Nothing more than the page as it opens."""


@dataclass(frozen=True)
class Shot:
    """`endpoint` is the page that `path` opens; `says` fills the services, `act` brings the page into its state."""

    name: str
    endpoint: str
    path: str
    door: str = ""
    says: Say = as_usual
    act: Act = look
    shows: str = ""
    """A text by which the state is known: a picture of something else is worth nothing."""


def send_unfilled(button: str) -> Act:
    """Press a button past the browser's own checks, as a browser without them would."""

    def act(page: Page) -> None:
        page.evaluate("document.querySelectorAll('form').forEach(form => { form.noValidate = true })")
        page.locator("main").get_by_role("button", name=button).first.click()
        page.wait_for_load_state()

    return act


def press(button: str) -> Act:
    def act(page: Page) -> None:
        page.locator("main").get_by_role("button", name=button).first.click()
        page.wait_for_load_state()

    return act


def one_after_the_other(*acts: Act) -> Act:
    def act(page: Page) -> None:
        for each in acts:
            each(page)

    return act


def says(*pairs: Say) -> Say:
    def say(gateway: FakeGateway) -> None:
        for each in pairs:
            each(gateway)

    return say


def get(path: str, answer: object) -> Say:
    """The service answers a GET of `path` with `answer`."""
    return lambda gateway: gateway.on("GET", path, answer)


def refuses(method: str, path: str, detail: str, **fields: str) -> Say:
    return lambda gateway: gateway.refuse(method, path, 422, "refused", detail, **fields)
