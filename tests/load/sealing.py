"""What sealing an envelope costs: three files sealed, inspected and told of in an evidence."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

from plumbing.telemetry.logs import configure_logs
from tests.load.child import Child
from tests.load.driver import Figure, Limit, Sides, Trial
from tests.load.ground import Ground

_ENVELOPES = 4
_TITLES = ("Fiche d’information et de conseil", "Bulletin individuel d’adhésion", "Mandat de prélèvement SEPA")


@contextmanager
def stage(_ground: Ground) -> Iterator[Sides]:
    """Both seal the same three files at level B-LT, with a key that stays loaded and a timestamp authority inside."""
    with (
        Child("tests.load.sealing:sealed_and_proven", {}) as measured,
        Child("tests.load.sealing:signed_alone", {}) as peer,
    ):
        yield Sides(measured, peer)


TRIAL = Trial(
    figures=(Figure("seal_vs_pyhanko", "CPU ms an envelope", Limit(2.5)),),
    stage=stage,
    how=(
        "CPU of sealing three documents (PAdES-B-LT), inspecting each before its release and proving it all with a "
        "signed evidence; against pyHanko's own signing of the same files at the same level, with the same held key, "
        "timestamps and revocation list, and nothing else"
    ),
    rounds=7,
    seconds=30,
)


@contextmanager
def sealed_and_proven(_settings: dict[str, Any]) -> Iterator[Callable[[], list[float]]]:
    """Do what the sealer's job does between reading the order and keeping the files."""
    from signature.adapters.sealer.footer import _paper
    from signature.jobs.sealing import _seal
    from signature.usecases.seal_envelope import read_order
    from tests.services.signature.world import World

    # Standard output is where this process is asked for turns.
    configure_logs("signature", stream=StringIO())
    with tempfile.TemporaryDirectory() as folder:
        world = World.make(Path(folder))
        guest = world.guest(world.ready_to_sign())
        guest.sign_all()
        order, _ = read_order(uow=world.sealer.units.for_tenant("rives"), ceremony_id=guest.ceremony_id())
        sealer = world.sealer.sealing
        held = _Held({file.id: file.content for file in world.neighbours.files.values()})
        said = {"operator": "Sigillaire", "verified_at": "https://espace.rives.example/verifier"}

        def seal() -> None:
            _paper.cache_clear()  # each envelope has a reference of its own
            _seal(order, held, sealer, **said)

        yield lambda: [_milliseconds(seal)]
        world.close()


@contextmanager
def signed_alone(_settings: dict[str, Any]) -> Iterator[Callable[[], list[float]]]:
    """Sign as pyHanko's documentation says, with a signer that does not read its key anew each time."""
    from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
    from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner
    from pyhanko_certvalidator import ValidationContext

    from signature.adapters.sealer.inspection import to_asn1
    from signature.adapters.sealer.pades import HeldKeySigner
    from tests.services.signature import papers
    from tests.services.signature.pki import Authority

    authority = Authority.make()
    signer, stamper, lists = HeldKeySigner(authority.seal), authority.stamper(), [authority.list()]
    files = [papers.pdf(title) for title in _TITLES]

    def sign(content: bytes) -> BytesIO:
        from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

        metadata = PdfSignatureMetadata(
            field_name="Cachet",
            md_algorithm="sha256",
            subfilter=SigSeedSubFilter.PADES,
            certify=True,
            docmdp_permissions=MDPPerm.NO_CHANGES,
            embed_validation_info=True,
            validation_context=ValidationContext(
                trust_roots=[to_asn1(authority.root)], crls=lists, allow_fetching=False, revocation_mode="require"
            ),
        )
        signing = PdfSigner(metadata, signer=signer, timestamper=stamper)
        output: BytesIO = asyncio.run(signing.async_sign_pdf(IncrementalPdfFileWriter(BytesIO(content))))
        return output

    def sign_all() -> None:
        for content in files:
            sign(content)

    yield lambda: [_milliseconds(sign_all)]


class _Held:
    """The documents service with the files at hand: what is measured makes no call."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._files = files

    def fetch(self, document_id: str) -> bytes:
        return self._files[document_id]

    def store(self, *, readers: Sequence[str], **_rest: Any) -> str:
        raise AssertionError("nothing is stored here")


def _milliseconds(work: Callable[[], Any]) -> float:
    started = time.process_time()
    for _ in range(_ENVELOPES):
        work()
    return (time.process_time() - started) * 1000 / _ENVELOPES
