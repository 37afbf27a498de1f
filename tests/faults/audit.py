"""What clients were told against what each service holds: every thing is whole, and there is one of it."""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from minio import Minio

from deploy.embedded.settings import SERVICES
from tests.faults.careful import Act
from tests.faults.journeys import Travellers
from tests.support.stack import Stack

_API = r"/api/{service}/v1"
# POSTs that store no act of their own: what they give is a secret, or a computation.
_KEYLESS = ("/sessions", "/guest-sessions", "/prices", "/activations", "/sessions/refresh")
_SEALED_FILES = 3


@dataclass
class Findings:
    """What is wrong, a sentence each, and how many of each kind were compared."""

    wrong: list[str] = field(default_factory=list)
    compared: Counter[str] = field(default_factory=Counter)
    orphans: int = 0

    def check(self, is_so: object, what: str) -> None:
        if not is_so:
            self.wrong.append(what)


class Audit:
    """Reads everything once, then compares."""

    def __init__(self, stack: Stack, travellers: Travellers) -> None:
        self._stack = stack
        self._rows = stack.books.rows
        self._acts = travellers.transport.acts
        self._mails = travellers.mailbox.all()
        self._emails = {told.email for told in travellers.told}
        self.findings = Findings()
        self._documents: dict[str, tuple[str, str, str]] = {
            id_: (kind, subject, sha256)
            for id_, kind, subject, sha256 in self._rows(
                "documents", "SELECT id, kind, subject, sha256_stored FROM document WHERE state = 'stored'"
            )
        }
        self._about: defaultdict[str, list[str]] = defaultdict(list)
        for id_, (_kind, subject, _sha256) in self._documents.items():
            self._about[subject].append(id_)

    def compare(self) -> Findings:
        self._acts_are_kept()
        self._bytes_are_whole()
        self._quotes()
        self._signatures()
        self._contracts()
        self._payments()
        self._uploads()
        return self.findings

    def _told(self, service: str, pattern: str) -> list[tuple[str, Act]]:
        full = _API.format(service=service) + pattern
        return [(found, act) for act in self._acts if (found := act.about(full)) is not None]

    def _acts_are_kept(self) -> None:
        for service in SERVICES:
            kept = {row[0] for row in self._rows(service, "SELECT key FROM idempotency_key")}
            prefix = _API.format(service=service)
            for act in self._acts:
                path = act.path.removeprefix(prefix)
                if path != act.path and path not in _KEYLESS:
                    self.findings.compared["acts"] += 1
                    self.findings.check(act.key in kept, f"{service} does not know of {path}, which it had answered")

    def _bytes_are_whole(self) -> None:
        settings = self._stack.environments["documents"]
        bucket = settings["S3_BUCKET"]
        store = self._stack.ground.s3
        client = Minio(store.endpoint, store.access_key, store.secret_key, secure=store.secure, region=store.region)
        keys = {str(found.object_name): found for found in client.list_objects(bucket, recursive=True)}
        ids = {key.rpartition("/")[2]: key for key in keys}
        self.findings.orphans = len(ids.keys() - self._documents.keys())

        def differs(id_: str) -> str | None:
            if id_ not in ids:
                return f"document {id_} has no bytes"
            response = client.get_object(bucket, ids[id_])
            try:
                found = hashlib.sha256(response.read()).hexdigest()
            finally:
                response.close()
                response.release_conn()
            return None if found == self._documents[id_][2] else f"document {id_} has other bytes"

        with ThreadPoolExecutor(4) as pool:
            self.findings.wrong += [wrong for wrong in pool.map(differs, self._documents) if wrong]
        self.findings.compared["documents"] += len(self._documents)

    def _quotes(self) -> None:
        rows = self._rows("quoting", "SELECT id, status, document_id, document_sha256 FROM quote")
        quotes = {row[0]: row for row in rows}
        keys = self._rows("quoting", "SELECT key FROM idempotency_key WHERE route LIKE 'POST %/quotes'")
        self.findings.check(len(keys) == len(quotes), f"{len(quotes)} quotes for {len(keys)} requests")
        for _, act in self._told("quoting", "/quotes"):
            self.findings.check(act.answer["id"] in quotes, f"quote {act.answer['id']} was told and is not there")
        sent = Counter(
            row[0]
            for row in self._rows(
                "notifications", "SELECT event_id FROM message WHERE kind = 'quote.issued' AND state = 'sent'"
            )
        )
        issued = dict(
            self._rows("quoting", "SELECT subject, event_id FROM outbox_archive WHERE type = 'quoting.quote.issued.v1'")
        )
        for id_, status, document_id, sha256 in rows:
            self.findings.compared["quotes"] += 1
            self.findings.check(status != "proposed", f"quote {id_} is still proposed")
            papers = [each for each in self._about[f"quote:{id_}"] if self._documents[each][0] == "quote.pdf"]
            self.findings.check(papers == [document_id], f"quote {id_} has the papers {papers}, names {document_id}")
            stored = self._documents.get(document_id or "", ("", "", ""))[2]
            self.findings.check(stored == sha256, f"quote {id_} names other bytes")
            self.findings.check(
                sent[issued.get(id_, "")] == 1, f"quote {id_} was mailed {sent[issued.get(id_, '')]} times"
            )
        self._mails_are_single()

    def _mails_are_single(self) -> None:
        # People have one quote each here; the broker, who gets a copy, has many.
        quotes = Counter(
            to["address"]
            for message in self._mails
            for to in message["to"]
            if to["address"] in self._emails and message["subject"].startswith("Votre devis")
        )
        for address, times in quotes.items():
            self.findings.check(times == 1, f"{address} has {times} mails with a quote")
        sent = self._rows("notifications", "SELECT count(*) FROM message WHERE state = 'sent'")[0][0]
        self.findings.check(
            sent == len(self._mails), f"{sent} messages noted as sent, {len(self._mails)} in the mailbox"
        )
        self.findings.compared["messages"] += sent

    def _signatures(self) -> None:
        states = dict(self._rows("signature", "SELECT id, state FROM ceremony"))
        subjects = dict(self._rows("signature", "SELECT id, subject FROM ceremony"))
        sealed = {
            row[0]: row[1:]
            for row in self._rows("quoting", "SELECT id, signature, evidence_document_id FROM subscription")
        }
        signed = [id_ for id_, _act in self._told("signature", "/ceremonies/([^/]+)/signature")]
        self._single("signature", signed)
        for id_ in {*signed, *(id_ for id_, state in states.items() if state in ("signed", "sealed"))}:
            self.findings.compared["signatures"] += 1
            subject = subjects.get(id_, "")
            self.findings.check(states.get(id_) == "sealed", f"ceremony {id_} was signed and is {states.get(id_)}")
            files = [each for each in self._about[subject] if self._documents[each][0].startswith("signed.")]
            self.findings.check(len(files) == _SEALED_FILES, f"ceremony {id_} has {len(files)} sealed files")
            proofs = self._about[f"ceremony:{id_}"]
            self.findings.check(len(proofs) == 1, f"ceremony {id_} has {len(proofs)} evidences")
            state, proof = sealed.get(subject.partition(":")[2], ("", None))
            self.findings.check((state, [proof]) == ("signed", proofs), f"quoting: {state}, {proof} for ceremony {id_}")

    def _contracts(self) -> None:
        contracts = {
            act.answer["id"]: act.answer["number"] for _, act in self._told("quoting", "/files/([^/]+)/creation")
        }
        held = {
            service: Counter(row[0] for row in self._rows(service, "SELECT id FROM contract"))
            for service in ("member", "claims")
        }
        for id_, number in contracts.items():
            self.findings.compared["contracts"] += 1
            for service, rows in held.items():
                self.findings.check(rows[id_] == 1, f"{service} holds contract {number} {rows[id_]} times")

    def _payments(self) -> None:
        rows = self._rows(
            "claims",
            "SELECT c.id, c.state, c.amount, b.order_reference, b.amount"
            " FROM claim c LEFT JOIN benefit b ON b.claim_id = c.id",
        )
        benefits = {row[0]: row[1:] for row in rows}
        orders = {path.stem: json.loads(path.read_text()) for path in self._stack.payments_folder.glob("*.json")}
        references = Counter(name.rpartition("-")[2] for name in orders)
        ordered = [id_ for id_, _act in self._told("claims", "/claims/([^/]+)/payment")]
        self._single("payment", ordered)
        for id_ in ordered:
            self.findings.check(id_ in benefits, f"claim {id_} was paid and is not there")
        paid = {id_: row for id_, row in benefits.items() if row[2] is not None}
        for id_, (state, amount, reference, benefit) in paid.items():
            self.findings.compared["payments"] += 1
            self.findings.check(state == "paid", f"claim {id_} was ordered and is {state}")
            self.findings.check(amount == benefit, f"claim {id_}: {amount} decided, {benefit} paid")
            self.findings.check(references[reference] == 1, f"claim {id_} has {references[reference]} orders")
        self.findings.check(len(orders) == len(paid), f"{len(orders)} orders for {len(paid)} benefits")

    def _uploads(self) -> None:
        for _, act in self._told("documents", "/documents"):
            self.findings.compared["uploads"] += 1
            self.findings.check(
                act.answer["id"] in self._documents, f"document {act.answer['id']} was told and is not there"
            )

    def _single(self, what: str, ids: Iterable[Any]) -> None:
        for id_, times in Counter(ids).items():
            self.findings.check(times == 1, f"{what} {id_} was accepted {times} times")
