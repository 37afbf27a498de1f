"""The whole hostile corpus through the checking child, and what the child's own limits stop."""

import os
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from documents.adapters.checks.bounds import MAX_PIXELS
from documents.adapters.checks.pool import CheckerPool
from documents.domain.refusals import CheckUnavailable, RefusalCode, Refused
from tests.services.documents.corpus import Sample, whole_corpus
from tests.services.documents.pictures import jpeg, pdf, png

CORPUS = whole_corpus()


@pytest.fixture(scope="module")
def checker() -> Iterator[CheckerPool]:
    pool = CheckerPool(size=2)
    yield pool
    pool.close()


def test_the_corpus_is_wide_enough() -> None:
    assert len(CORPUS) >= 60
    assert len({sample.name for sample in CORPUS}) == len(CORPUS)
    assert {sample.refused for sample in CORPUS} >= {
        None, RefusalCode.EMPTY, RefusalCode.TYPE, RefusalCode.EXTENSION, RefusalCode.CORRUPT, RefusalCode.TRUNCATED,
        RefusalCode.IMAGE_TOO_LARGE, RefusalCode.TOO_MANY_PAGES, RefusalCode.BOMB, RefusalCode.POLYGLOT,
        RefusalCode.TRAILING_DATA, RefusalCode.ACTIVE_CONTENT, RefusalCode.PASSWORD,
    }  # fmt: skip


@pytest.mark.parametrize("sample", CORPUS, ids=str)
def test_each_file_of_the_corpus_is_judged_as_it_must(checker: CheckerPool, sample: Sample) -> None:
    if sample.refused is not None:
        with pytest.raises(Refused) as refusal:
            checker.judge_incoming(sample.content, extension=sample.extension)
        assert refusal.value.code is sample.refused
    else:
        kept = checker.judge_incoming(sample.content, extension=sample.extension)
        assert sample.gone is None or (sample.gone in sample.content and sample.gone not in kept.content)


@pytest.mark.parametrize(
    ("content", "extension", "media_type", "pages"),
    [
        (jpeg(), "JPG".lower(), "image/jpeg", None),
        (png(), "jpeg", "image/png", None),
        (pdf(pages=3), "pdf", "application/pdf", 3),
    ],
)
def test_the_media_type_is_that_of_the_content(
    checker: CheckerPool, content: bytes, extension: str, media_type: str, pages: int | None
) -> None:
    judged = checker.judge_incoming(content, extension=extension)
    assert (judged.media_type, judged.pages) == (media_type, pages)


def test_a_pdf_is_kept_byte_for_byte(checker: CheckerPool) -> None:
    content = pdf()
    assert checker.judge_incoming(content, extension="pdf").content == content


@pytest.mark.parametrize("sample", [s for s in CORPUS if s.refused is RefusalCode.ACTIVE_CONTENT], ids=str)
def test_a_service_may_store_what_a_person_may_not_send(checker: CheckerPool, sample: Sample) -> None:
    assert checker.judge_exact(sample.content, media_type="application/pdf").content == sample.content


@pytest.mark.parametrize(
    ("content", "media_type", "code"),
    [
        (b"pas un PDF", "application/pdf", RefusalCode.CORRUPT),
        (jpeg()[:300], "image/jpeg", RefusalCode.CORRUPT),
        (jpeg(), "image/png", RefusalCode.CORRUPT),
        (b'{"a": ', "application/json", RefusalCode.CORRUPT),
        (b"\xff\xfe", "text/plain", RefusalCode.CORRUPT),
        (b"PK", "application/zip", RefusalCode.CORRUPT),
        (b"<html></html>", "text/html", RefusalCode.TYPE),
        (b"", "application/pdf", RefusalCode.EMPTY),
    ],
)
def test_what_a_service_stores_must_be_what_it_says(
    checker: CheckerPool, content: bytes, media_type: str, code: RefusalCode
) -> None:
    with pytest.raises(Refused) as refusal:
        checker.judge_exact(content, media_type=media_type)
    assert refusal.value.code is code


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b'{"signataire": 1}', "application/json"),
        ("é".encode(), "text/plain"),
        (b"a;b\n", "text/csv"),
        (png(), "image/png"),
    ],
)
def test_other_types_are_for_services_only(checker: CheckerPool, content: bytes, media_type: str) -> None:
    assert checker.judge_exact(content, media_type=media_type).content == content


def test_checks_run_side_by_side_from_several_threads(checker: CheckerPool) -> None:
    verdicts: list[str] = []

    def check() -> None:
        verdicts.extend(checker.judge_incoming(png(), extension="png").media_type for _ in range(5))

    threads = [threading.Thread(target=check) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert verdicts == ["image/png"] * 30


def test_a_checking_child_that_dies_is_replaced() -> None:
    pool = CheckerPool(size=1)
    try:
        pool.judge_incoming(png(), extension="png")
        child = pool._slots.queue[0]
        assert child is not None
        os.killpg(child._process.pid, signal.SIGKILL)
        with pytest.raises(CheckUnavailable):
            pool.judge_incoming(png(), extension="png")
        assert pool.judge_incoming(png(), extension="png").media_type == "image/png"
    finally:
        pool.close()


def test_no_checker_means_no_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    pool = CheckerPool(size=1)
    with pytest.raises(CheckUnavailable):
        pool.judge_incoming(png(), extension="png")


def test_the_child_inherits_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("S3_SECRET_KEY", "ne-pas-transmettre")
    pool = CheckerPool(size=1)
    try:
        pool.judge_incoming(png(), extension="png")
        child = pool._slots.queue[0]
        assert child is not None
        environment = Path(f"/proc/{child._process.pid}/environ").read_bytes()
        assert b"ne-pas-transmettre" not in environment
    finally:
        pool.close()


def test_the_largest_image_allowed_passes_within_the_limits(checker: CheckerPool) -> None:
    side = int(MAX_PIXELS**0.5)
    assert checker.judge_incoming(png(mode="1", width=side, height=side), extension="png").media_type == "image/png"
