"""One contract for both stores: the folder, and a real S3."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from secrets import token_hex

import pytest

from documents.adapters.stores.folder import FolderStore
from documents.adapters.stores.s3 import S3Store
from documents.config import S3Settings
from documents.domain.document import day_prefix, object_key
from documents.usecases.ports import KeyTaken, ObjectMissing, Store, StoreUnavailable
from plumbing.ids import new_id
from tests.support.servers import S3Server


@pytest.fixture(params=["folder", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "folder":
        yield FolderStore(tmp_path / "files")
    else:
        yield s3_store(request.getfixturevalue("s3"))


def s3_store(server: S3Server, **changes: str) -> S3Store:
    settings = {
        "url": f"http://{server.endpoint}",
        "access_key": server.access_key,
        "secret_key": server.secret_key,
        "bucket": f"documents-{token_hex(6)}",
        "region": server.region,
        **changes,
    }
    return S3Store(S3Settings(**settings))


def whole(store: Store, key: str, size: int) -> bytes:
    return b"".join(store.read(key, start=0, length=size))


@pytest.mark.parametrize("size", [1, 65_536, 65_537, 3_670_016, 20 * 1024 * 1024])
def test_what_was_put_is_read_back(store: Store, size: int) -> None:
    content = bytes(range(256)) * (size // 256 + 1)
    content = content[:size]
    key = object_key(new_id())
    store.put(key, content)
    assert whole(store, key, size) == content


def test_a_key_is_written_once(store: Store) -> None:
    key = object_key(new_id())
    store.put(key, b"premier")
    with pytest.raises(KeyTaken):
        store.put(key, b"second")
    with pytest.raises(KeyTaken):
        store.put(key, b"premier")
    assert whole(store, key, 7) == b"premier"


def test_of_two_writers_of_one_key_one_succeeds(store: Store) -> None:
    key = object_key(new_id())
    outcomes: list[str] = []
    start = threading.Barrier(4)

    def write(content: bytes) -> None:
        start.wait()
        try:
            store.put(key, content)
            outcomes.append(content.decode())
        except KeyTaken:
            outcomes.append("taken")

    writers = [threading.Thread(target=write, args=(f"{number}".encode() * 100,)) for number in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert outcomes.count("taken") == 3
    kept = next(outcome for outcome in outcomes if outcome != "taken")
    assert whole(store, key, 100).decode() == kept


@pytest.mark.parametrize(("start", "length"), [(0, 1), (0, 10), (3, 4), (9, 1), (65_530, 20), (199_999, 1)])
def test_a_range_is_read_alone(store: Store, start: int, length: int) -> None:
    content = bytes(number % 251 for number in range(200_000))
    key = object_key(new_id())
    store.put(key, content)
    assert b"".join(store.read(key, start=start, length=length)) == content[start : start + length]


def test_a_missing_object_is_told_before_the_first_piece(store: Store) -> None:
    store.put(object_key(new_id()), b"autre")
    with pytest.raises(ObjectMissing):
        store.read(object_key(new_id()), start=0, length=1)


def test_a_deleted_object_is_gone_and_deleting_it_again_is_nothing(store: Store) -> None:
    key = object_key(new_id())
    store.put(key, b"x")
    store.delete(key)
    store.delete(key)
    with pytest.raises(ObjectMissing):
        store.read(key, start=0, length=1)


def test_the_listing_of_a_day_shows_its_objects(store: Store) -> None:
    before = datetime.now(UTC) - timedelta(seconds=2)
    keys = {object_key(new_id()) for _ in range(3)}
    for key in keys:
        store.put(key, b"abc")
    store.put("2020/01/01/0190163d-8694-739b-aea5-966c26f8ad91", b"x")
    found = list(store.listing(day_prefix(datetime.now(UTC).date())))
    assert {item.key for item in found} == keys
    assert all(
        item.size == 3 and before < item.modified_at <= datetime.now(UTC) + timedelta(seconds=2) for item in found
    )


def test_an_empty_store_lists_nothing(store: Store) -> None:
    assert list(store.listing("2020/01/01/")) == []


@pytest.mark.parametrize("key", ["../secret", "/etc/passwd", "2026/../../x", "a/./b", "", "a//b", "A", "x.part-1"])
def test_a_folder_key_cannot_leave_its_root(tmp_path: Path, key: str) -> None:
    (tmp_path / "secret").write_text("x")
    with pytest.raises(ObjectMissing):
        FolderStore(tmp_path / "files").read(key, start=0, length=1)
    with pytest.raises(ObjectMissing):
        FolderStore(tmp_path / "files").put(key, b"x")


def test_files_are_for_this_account_only(tmp_path: Path) -> None:
    store = FolderStore(tmp_path / "files")
    key = object_key(new_id())
    store.put(key, b"x")
    path = tmp_path / "files" / key
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_an_interrupted_write_leaves_only_what_the_sweep_can_take(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = FolderStore(tmp_path / "files")
    key = object_key(new_id())

    def power_cut(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("os.link", power_cut)
        patch.setattr(Path, "unlink", lambda *_, **__: None)
        with pytest.raises(KeyboardInterrupt):
            store.put(key, b"x")
    with pytest.raises(ObjectMissing):
        store.read(key, start=0, length=1)
    (left,) = store.listing(key[:11])
    assert left.key.startswith(f"{key}.part-")
    store.delete(left.key)
    assert list(store.listing(key[:11])) == []


def test_a_full_disk_is_an_unavailable_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    store = FolderStore(tmp_path / "files")
    monkeypatch.setattr("os.write", full)
    with pytest.raises(StoreUnavailable):
        store.put(object_key(new_id()), b"x")
    monkeypatch.undo()
    assert list(store.listing("")) == []


def test_an_unreachable_s3_is_unavailable(s3: S3Server) -> None:
    away = s3_store(s3, url="http://127.0.0.1:9")
    for call in (
        lambda: away.put(object_key(new_id()), b"x"),
        lambda: away.read(object_key(new_id()), start=0, length=1),
        lambda: away.delete(object_key(new_id())),
        lambda: list(away.listing("2026/")),
    ):
        with pytest.raises(StoreUnavailable):
            call()


def test_a_wrong_key_is_unavailable_and_not_missing(s3: S3Server) -> None:
    stranger = s3_store(s3, secret_key="faux")
    with pytest.raises(StoreUnavailable):
        stranger.put(object_key(new_id()), b"x")
    with pytest.raises(StoreUnavailable):
        stranger.read(object_key(new_id()), start=0, length=1)


def test_nobody_reads_the_bucket_without_a_key(s3: S3Server) -> None:
    import urllib3

    store = s3_store(s3)
    key = object_key(new_id())
    store.put(key, b"prive")
    answer = urllib3.request("GET", f"http://{s3.endpoint}/{store._bucket}/{key}")
    assert answer.status == 403


def test_a_put_whose_answer_was_lost_is_not_taken_for_another_s(s3: S3Server, monkeypatch: pytest.MonkeyPatch) -> None:
    store = s3_store(s3)
    key = object_key(new_id())
    store.put(object_key(new_id()), b"the bucket is made")
    send = store._send
    answers = iter([0])

    def lose_the_first_answer(*arguments: object) -> int:
        status = send(*arguments)  # type: ignore[arg-type]
        return next(answers, status)

    monkeypatch.setattr(store, "_send", lose_the_first_answer)
    store.put(key, b"contenu")
    assert whole(store, key, 7) == b"contenu"
    with pytest.raises(KeyTaken):
        store.put(key, b"contenu")
