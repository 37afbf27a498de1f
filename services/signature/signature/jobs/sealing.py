"""Seals a signed envelope: fetch, check, seal, keep, store, then say so. Only the last step ends the job. It runs in
the sealer, which alone holds the key.

Whatever breaks off half-way goes on where it stopped: files once sealed are kept until documents has them, and each
goes there under a key of its own, so that nothing is sealed or stored twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

import structlog

from plumbing.consumer import Context
from plumbing.errors import Permanent
from plumbing.http.clients import ServiceError
from plumbing.jobs import Job
from signature.adapters.archive import verifier_source, zip_of
from signature.adapters.attestation import attestation_paper
from signature.adapters.revocation import FRESH_FOR
from signature.domain import evidence
from signature.domain.attestation import attestation
from signature.domain.canonical import sha256_hex
from signature.domain.manifest import EnvelopeDocument
from signature.domain.sealing import (
    EVIDENCE_NAME,
    SEALED_KIND,
    DocumentChanged,
    NotProven,
    SealingOrder,
    StagedFile,
    seal_footer,
    seal_reason,
)
from signature.domain.verification import SealDefect
from signature.jobs import SEALER_JOBS
from signature.usecases.ports import DocumentStore, Sealer, SealRefused, UnitOfWorkFactory
from signature.usecases.seal_envelope import AlreadySealed, complete_sealing, note_stored, read_order, stage_files
from signature.usecases.sign_ceremony import SEAL_ENVELOPE

log = structlog.get_logger()

LONGEST_RUN = timedelta(minutes=10)


@SEALER_JOBS.handles(SEAL_ENVELOPE, longest_run=LONGEST_RUN)
def seal_envelope(job: Job, context: Context) -> None:
    """Seal and store one envelope. A timestamp authority or a neighbour that does not answer means another try."""
    services = context.services
    ceremony_id = job.payload["ceremony_id"]
    # The context's unit of work ends the job at its first commit: the steps before have one of their own.
    uow: UnitOfWorkFactory = services.units.for_tenant(job.tenant)
    documents: DocumentStore = services.documents(job.tenant)
    try:
        order, files = read_order(uow=uow, ceremony_id=ceremony_id)
        if not files:
            services.revocation.refresh(services.http)
            config = services.config
            where = config.verification_url
            made = _seal(order, documents, services.sealing, operator=config.provider, verified_at=where)
            files = stage_files(uow=uow, ceremony_id=ceremony_id, files=made)
        _store(order, files, documents, uow)
    except AlreadySealed:
        log.info("envelope_already_sealed", ceremony_id=ceremony_id)
    except (NotProven, DocumentChanged, SealRefused, SealDefect) as refusal:
        raise Permanent(f"{type(refusal).__name__}: {refusal}") from refusal
    except ServiceError as failure:
        if failure.permanent:
            raise Permanent(str(failure)) from failure
        raise
    complete_sealing(uow=context.uow, ceremony_id=ceremony_id)


@SEALER_JOBS.cron("fetch_revocation_lists", every=FRESH_FOR)
def fetch_revocation_lists(_job: Job, context: Context) -> None:
    """Keep the authorities' lists at hand, so that sealing does not wait for them and revocations are known soon."""
    context.services.revocation.refresh(context.services.http)


def _seal(
    order: SealingOrder, documents: DocumentStore, sealer: Sealer, *, operator: str, verified_at: str | None
) -> list[StagedFile]:
    """Return every sealed file and the evidence. Nothing is sealed that the journal does not prove."""
    order.require_proof()
    reason, footer = seal_reason(order.reference), seal_footer(order.reference, verified_at)
    sealed = {
        document.document_id: sealer.seal_pdf(_read(document, documents), reason=reason, footer=footer)
        for document in order.documents
    }
    contents = {**sealed, EVIDENCE_NAME: _evidence(order, sealed, sealer, operator)}
    return [
        StagedFile(
            ceremony_id=order.ceremony_id, name=name, level=sealer.level, sha256=sha256_hex(content), content=content
        )
        for name, content in contents.items()
    ]


def _read(document: EnvelopeDocument, documents: DocumentStore) -> bytes:
    content = documents.fetch(document.document_id)
    if sha256_hex(content) != document.sha256:
        raise DocumentChanged(document.document_id)
    return content


def _evidence(order: SealingOrder, sealed: Mapping[str, bytes], sealer: Sealer, operator: str) -> bytes:
    means = evidence.Means(
        root=sealer.root,
        certificates=sealer.certificates,
        revocation_lists=sealer.revocation_lists,
        verifier=verifier_source(),
    )
    told = [attestation(order, each, operator=operator, level=sealer.level.value) for each in order.signers]
    files = evidence.members(
        order,
        sealed=sealed,
        attestations=[attestation_paper(facts) for facts in told],
        means=means,
        operator=operator,
        level=sealer.level,
    )
    described = evidence.describe(order, operator=operator, level=sealer.level, files=files)
    files[evidence.EVIDENCE] = described
    files[evidence.EVIDENCE_SIGNATURE] = sealer.sign_detached(described)
    return zip_of(files)


def _store(order: SealingOrder, files: Sequence[StagedFile], documents: DocumentStore, uow: UnitOfWorkFactory) -> None:
    by_name = {document.document_id: document for document in order.documents}
    for file in files:
        if file.stored_id is not None or file.content is None:
            continue
        key = f"seal:{order.ceremony_id}:{file.name}"
        if file.name == EVIDENCE_NAME:
            stored_id = documents.store(
                key=key,
                content=file.content,
                filename=f"preuve-{order.reference}.zip",
                media_type="application/zip",
                kind=EVIDENCE_NAME,
                # Not the subscription's: whoever may see a subscription sees all that is stored about it.
                subject=f"ceremony:{order.ceremony_id}",
                title=f"Dossier de preuve {order.reference}",
                # Handed out when two managers agree, to the one who asked.
                readers=[],
            )
        else:
            document = by_name[file.name]
            stored_id = documents.store(
                key=key,
                content=file.content,
                filename=f"{document.kind}-{order.reference}.pdf",
                media_type="application/pdf",
                kind=f"{SEALED_KIND}{document.kind}",
                subject=order.subject,
                title=document.title,
                readers=[order.subject, "manager:*", "service:notifications", "service:quoting"],
            )
        note_stored(uow=uow, ceremony_id=order.ceremony_id, name=file.name, stored_id=stored_id)
