"""All pictures, and which addresses of the portal are no pages."""

from __future__ import annotations

from tests.screens import broker, client, manager, member, public
from tests.screens.shot import Shot

SHOTS: tuple[Shot, ...] = (*public.SHOTS, *broker.SHOTS, *client.SHOTS, *member.SHOTS, *manager.SHOTS)

NO_PAGES = {
    "static": "files of ours",
    "alive": "for the platform",
    "files.read": "a document",
    "agenda.export": "a sheet",
    "agenda.untransformed_quotes": "a sheet",
    "client.home": "leads on",
    "public.follow_subscription_link": "leads on",
    "public.web_version": "a mail, as it was sent",
    "verifying.known": "for the page's script",
}
