"""Builds the real adapters and hands them to the use cases."""

from __future__ import annotations

from pathlib import Path

import httpx

from notifications.adapters.documents import StoredDocuments
from notifications.adapters.insurers import load_insurers
from notifications.adapters.providers.folder import FolderProvider
from notifications.adapters.providers.sms import SmsByMail
from notifications.adapters.providers.smtp import SmtpProvider
from notifications.adapters.tables import map_classes
from notifications.adapters.templates import TemplateWriter
from notifications.adapters.unit_of_work import NotificationsWork
from notifications.config import Config, ProviderName
from notifications.domain.message import Channel
from notifications.messages.publishes import EVENTS
from notifications.usecases.ports import Documents, Provider, Writer
from plumbing.clock import Clock
from plumbing.resources import Resources


class Bootstrap(Resources[NotificationsWork]):
    """Everything notifications works with, built once a process."""

    def __init__(self, config: Config, *, http: httpx.Client | None = None, clock: Clock | None = None) -> None:
        super().__init__(config.common, work_class=NotificationsWork, events=EVENTS, http=http, clock=clock)
        self.config = config
        self.writer: Writer = TemplateWriter(load_insurers(config.insurers_file), config.public_url)
        self.documents: Documents = StoredDocuments(self.client("documents"))
        self.providers: dict[Channel, Provider] = {
            Channel.EMAIL: _provider(config, config.mail_provider),
            Channel.SMS: SmsByMail(_provider(config, config.sms_provider), config.sms_domain),
        }


def build(config: Config, *, http: httpx.Client | None = None, clock: Clock | None = None) -> Bootstrap:
    """Return what a process of notifications holds; nothing connects before it is used."""
    map_classes()
    return Bootstrap(config, http=http, clock=clock)


def _provider(config: Config, name: ProviderName) -> Provider:
    if name is ProviderName.SMTP and config.mail_server is not None:
        return SmtpProvider(config.mail_server)
    return FolderProvider(config.mailbox_dir or Path())
