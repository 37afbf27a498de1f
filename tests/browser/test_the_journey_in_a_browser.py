"""From the broker's sign-in to the member's paid claim, clicked through as people do."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page

from deploy.demo.client import Mailbox
from tests.browser import walk as step
from tests.browser.devices import DESK, PHONE_WITHOUT_SCRIPTS, Device


@pytest.mark.feature("F-089")
@pytest.mark.parametrize(
    ("page", "device"),
    [(DESK, DESK), (PHONE_WITHOUT_SCRIPTS, PHONE_WITHOUT_SCRIPTS)],
    indirect=["page"],
    ids=["desk", "phone without scripts"],
)
def test_everything_is_done_on_the_pages(page: Page, device: Device, mailbox: Mailbox, papers: Path) -> None:
    walk = step.Walk(page, mailbox, papers, scripts=device.scripts)
    step.broker_signs_in(walk)
    step.broker_states_the_needs(walk)
    step.broker_chooses_the_formula(walk)
    step.broker_gives_the_client(walk)
    step.broker_sends_the_quote(walk)
    step.sign_out(walk)

    step.client_follows_the_link(walk)
    step.client_gives_the_family(walk)
    step.client_reads_the_documents(walk)
    step.client_gives_the_account(walk)
    step.client_accepts_each_document(walk)
    step.client_signs_with_the_code(walk)
    step.client_sends_a_piece(walk)
    step.sign_out(walk)

    step.manager_creates_the_membership(walk)
    step.sign_out(walk)
    step.member_opens_the_account(walk)
    step.member_chooses_alerts(walk)
    step.member_files_a_claim(walk)
    step.sign_out(walk)
    step.manager_decides_and_pays(walk)
    step.sign_out(walk)
    step.member_sees_it_paid(walk)
