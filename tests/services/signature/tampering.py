"""Sealed PDFs that somebody laid hands on: each a file that a careless reader might still take for good."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from io import BytesIO

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner

from signature.adapters.sealer.pades import HeldKeySigner, PadesSealer
from tests.services.signature import papers
from tests.services.signature.pki import OPERATOR, Authority

Tampered = tuple[str, bytes]


def corpus(sealed: bytes, own: Authority) -> Iterator[Tampered]:
    """Yield more than 200 of them, each with a name; the same at each run."""
    yield from flipped(sealed, 130)
    yield from appended(sealed)
    yield from cut(sealed)
    yield from updated(sealed)
    yield from signed_again(sealed, own)
    yield from swapped(own)
    yield from of_others(own)
    yield from stripped(sealed, own)


def flipped(sealed: bytes, count: int) -> Iterator[Tampered]:
    """One bit changed: spread over the file, and in each place that matters to a reader."""
    chance = random.Random(20261122)
    places = [len(sealed) * number // count for number in range(count)]
    for mark in (b"/ByteRange", b"/Contents", b"/DocMDP", b"/TransformParams", b"/Reason", b"/DSS", b"/CRLs", b"/Prev"):
        if (at := sealed.rfind(mark)) >= 0:
            places += [at + 1, at + len(mark) + 3]
    for place in places:
        yield f"bit {place}", _flip(sealed, place, 1 << chance.randrange(8))


def appended(sealed: bytes) -> Iterator[Tampered]:
    for size in (1, 2, 7, 64, 1_000, 40_000):
        yield f"{size} bytes after", sealed + b" " * size
        yield f"{size} bytes of comment after", sealed + b"\n%" + b"a" * size
    yield "itself after itself", sealed + sealed
    yield "its original after it", sealed + papers.pdf()
    for size in (1, 10, 500):
        yield f"{size} bytes before", b"\n" * size + sealed


def cut(sealed: bytes) -> Iterator[Tampered]:
    for size in (1, 6, 40, 300, 2_000, len(sealed) // 2):
        yield f"{size} bytes less", sealed[:-size]
    yield "back to the original", papers.pdf()


def updated(sealed: bytes) -> Iterator[Tampered]:
    """Changed the way PDF editors change files: a later revision, with a file that stays well-formed."""
    for angle in (90, 180, 270):
        yield f"turned by {angle}", _revised(sealed, partial(_turn, angle=angle))
    for number in range(12):
        yield f"text written over, {number}", _written(sealed, f"Montant : {number} 000 euros")
    for key in ("/Lang", "/PageMode", "/OpenAction", "/Names", "/Metadata", "/ViewerPreferences"):
        yield f"catalogue without {key}", _catalogue(sealed, key)


def signed_again(sealed: bytes, own: Authority) -> Iterator[Tampered]:
    for name, credentials in (("ours", own.seal), ("a stranger's", Authority.make("Autre").seal)):
        metadata = PdfSignatureMetadata(field_name="Encore", subfilter=SigSeedSubFilter.PADES, md_algorithm="sha256")
        writer = IncrementalPdfFileWriter(BytesIO(_uncertified(sealed)))
        output = PdfSigner(metadata, signer=HeldKeySigner(credentials)).sign_pdf(writer, bytes_reserved=16_384)
        yield f"a second signature, {name}", output.getvalue()


def swapped(own: Authority) -> Iterator[Tampered]:
    """Good seals of ours over documents that were never released."""
    sealer = own.sealer()
    for number in range(6):
        yield f"another document, {number}", sealer.seal_pdf(papers.pdf(f"Avenant {number}"), reason="")


def of_others(own: Authority) -> Iterator[Tampered]:
    """Seals of authorities that copy our names, over the very document."""
    for name in ("Racine de test", "Autre racine", "Mutuelle des Rives", "DEMONSTRATION"):
        yield f"sealed under {name}", Authority.make(name).sealer().seal_pdf(papers.pdf(), reason="")
    stranger = Authority.make()
    mixed = PadesSealer(
        own.seal,
        operator=OPERATOR,
        timestamper=stranger.stamper(),
        tsa_roots=(stranger.root,),
        crls=lambda: (own.list(), stranger.list()),
    )
    yield "stamped by another authority", mixed.seal_pdf(papers.pdf(), reason="")


def stripped(sealed: bytes, own: Authority) -> Iterator[Tampered]:
    """Ours, at a lower level than we release: the key was misused, or the proof taken out."""
    lower = PadesSealer(own.seal, operator=OPERATOR, timestamper=own.stamper(), tsa_roots=(own.root,))
    yield "without proof of revocation", lower.seal_pdf(papers.pdf(), reason="")
    yield "without timestamp", PadesSealer(own.seal, operator=OPERATOR).seal_pdf(papers.pdf(), reason="")
    for mark, other in ((b"/DSS", b"/DSX"), (b"/CRLs", b"/CRLx"), (b"/Certs", b"/Certx")):
        yield f"{mark.decode()} renamed", sealed.replace(mark, other)
    contents = sealed.index(b"/Contents", sealed.rindex(b"/ByteRange") - 70_000) + 11
    for size in (8, 200, 2_000):
        yield f"signature blanked by {size}", sealed[:contents] + b"0" * size + sealed[contents + size :]


def revoked_before(own: Authority) -> bytes:
    """Return a list that revokes our certificate from before anything here was sealed."""
    return own.list(revoked=[own.seal.leaf], since=timedelta(hours=1))


def parts(sealed: bytes) -> tuple[bytes, bytes]:
    """Return what the seal of a file covers, and the seal itself in DER: what OpenSSL wants to see."""
    [signature] = PdfFileReader(BytesIO(sealed)).embedded_signatures
    start, length, again, rest = signature.byte_range
    return sealed[start : start + length] + sealed[again : again + rest], signature.pkcs7_content


def _flip(content: bytes, position: int, bit: int) -> bytes:
    return content[:position] + bytes([content[position] ^ bit]) + content[position + 1 :]


def _revised(sealed: bytes, change: Callable[[generic.DictionaryObject], None]) -> bytes:
    writer = IncrementalPdfFileWriter(BytesIO(sealed), strict=False)
    page = writer.root["/Pages"]["/Kids"][0]
    change(page)
    writer.update_container(page)
    return _saved(writer)


def _turn(page: generic.DictionaryObject, angle: int) -> None:
    page["/Rotate"] = generic.NumberObject(angle)


def _written(sealed: bytes, text: str) -> bytes:
    writer = IncrementalPdfFileWriter(BytesIO(sealed), strict=False)
    page = writer.root["/Pages"]["/Kids"][0]
    stream = generic.StreamObject(stream_data=f"BT /F0 12 Tf 72 500 Td ({text}) Tj ET".encode())
    before = page.raw_get("/Contents")
    page["/Contents"] = generic.ArrayObject([before, writer.add_object(stream)])
    writer.update_container(page)
    return _saved(writer)


def _catalogue(sealed: bytes, key: str) -> bytes:
    writer = IncrementalPdfFileWriter(BytesIO(sealed), strict=False)
    writer.root.pop(key, None)
    writer.root["/Parapluie"] = generic.NameObject(key)
    writer.update_root()
    return _saved(writer)


def _uncertified(sealed: bytes) -> bytes:
    """Return the file with its ban on further signatures taken out in a later revision."""
    writer = IncrementalPdfFileWriter(BytesIO(sealed), strict=False)
    writer.root.pop("/Perms", None)
    writer.update_root()
    return _saved(writer)


def _saved(writer: IncrementalPdfFileWriter) -> bytes:
    output = BytesIO()
    writer.write(output)
    PdfFileReader(BytesIO(output.getvalue()))
    return output.getvalue()
