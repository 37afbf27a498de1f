"""Any S3 as a store, through the `minio` client.

A put goes to an address signed here (no call is needed for that), with `If-None-Match: *` so that a key is written
once, and with the content's MD5 so that a damaged transfer is refused by the store. The client's own `put_object` can
say neither, and hashes and copies the content twice more.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from documents.config import S3Settings
from documents.usecases.ports import KeyTaken, ObjectMissing, StoredObject, StoreUnavailable

if TYPE_CHECKING:
    from minio import Minio
    from urllib3 import BaseHTTPResponse, PoolManager

_CONNECT_SECONDS: Final = 2.0
_READ_SECONDS: Final = 15.0
_TRIES: Final = 3
_CONNECTIONS: Final = 16
_PIECE: Final = 65_536
_SIGNED_FOR: Final = timedelta(minutes=2)


class S3Store:
    """Keeps each object in one private bucket, which is made when it is missing."""

    def __init__(self, settings: S3Settings) -> None:
        import certifi
        from minio import Minio
        from urllib3 import PoolManager, Retry, Timeout

        parts = urlsplit(settings.url)
        self._bucket = settings.bucket
        self._http: PoolManager = PoolManager(
            timeout=Timeout(connect=_CONNECT_SECONDS, read=_READ_SECONDS),
            retries=Retry(
                total=_TRIES - 1, backoff_factor=0.2, status_forcelist=(502, 503, 504), raise_on_status=False
            ),
            maxsize=_CONNECTIONS,
            cert_reqs="CERT_REQUIRED",
            ca_certs=certifi.where(),
        )
        self._client: Minio = Minio(
            endpoint=parts.netloc,
            access_key=settings.access_key,
            secret_key=settings.secret_key,
            secure=parts.scheme == "https",
            region=settings.region,
            http_client=self._http,
        )

    def put(self, key: str, content: bytes) -> None:
        """Send the content in one request, a few times when the store does not answer; raises KeyTaken."""
        digest = hashlib.md5(content, usedforsecurity=False)
        headers = {
            "Content-Type": "application/octet-stream",
            "Content-MD5": base64.b64encode(digest.digest()).decode(),
            "If-None-Match": "*",
        }
        failure: Exception | str = ""
        for attempt in range(_TRIES):
            status = self._send(key, content, headers)
            if status == 200:
                return
            if status == 412 and attempt and self._holds(key, digest.hexdigest()):
                # An earlier try of ours arrived, only its answer was lost.
                return
            if status == 412:
                raise KeyTaken(key)
            if status == 404:
                self._make_bucket()
            failure = f"status {status}"
        raise StoreUnavailable(f"s3: {failure}")

    def read(self, key: str, *, start: int, length: int) -> Iterator[bytes]:
        """Ask for the range; the connection goes back to the pool when the pieces are read or dropped."""
        from minio.error import MinioException
        from urllib3.exceptions import HTTPError

        try:
            response = self._client.get_object(self._bucket, key, offset=start, length=length)
        except (MinioException, HTTPError) as error:
            raise _translated(error, key) from error
        return _pieces(response, length)

    def delete(self, key: str) -> None:
        """Remove the object."""
        from minio.error import MinioException
        from urllib3.exceptions import HTTPError

        try:
            self._client.remove_object(self._bucket, key)
        except (MinioException, HTTPError) as error:
            translated = _translated(error, key)
            if not isinstance(translated, ObjectMissing):
                raise translated from error

    def listing(self, prefix: str) -> Iterator[StoredObject]:
        """List page after page."""
        from minio.error import MinioException
        from urllib3.exceptions import HTTPError

        try:
            for found in self._client.list_objects(self._bucket, prefix=prefix, recursive=True):
                yield StoredObject(found.object_name, found.size or 0, found.last_modified.astimezone(UTC))
        except (MinioException, HTTPError) as error:
            translated = _translated(error, prefix)
            if not isinstance(translated, ObjectMissing):
                raise translated from error

    def _send(self, key: str, content: bytes, headers: dict[str, str]) -> int:
        """Return the status of one try; 0 when there was no answer at all."""
        from urllib3.exceptions import HTTPError

        url = self._client.get_presigned_url("PUT", self._bucket, key, expires=_SIGNED_FOR)
        try:
            response = self._http.urlopen("PUT", url, body=content, headers=headers, retries=False, redirect=False)
        except HTTPError:
            return 0
        return response.status

    def _holds(self, key: str, md5: str) -> bool:
        from minio.error import MinioException
        from urllib3.exceptions import HTTPError

        try:
            status = self._client.stat_object(self._bucket, key)
        except (MinioException, HTTPError) as error:
            raise _translated(error, key) from error
        return (status.etag or "").strip('"') == md5

    def _make_bucket(self) -> None:
        from minio.error import MinioException, S3Error
        from urllib3.exceptions import HTTPError

        try:
            self._client.make_bucket(self._bucket)
        except S3Error as error:
            if error.code not in {"BucketAlreadyOwnedByYou", "BucketAlreadyExists"}:
                raise StoreUnavailable(f"s3: {error.code}") from error
        except (MinioException, HTTPError) as error:
            raise _translated(error, self._bucket) from error


def _translated(error: Exception, key: str) -> ObjectMissing | StoreUnavailable:
    code: Any = getattr(error, "code", None)
    if code in {"NoSuchKey", "NoSuchBucket", "NoSuchObject"}:
        return ObjectMissing(key)
    return StoreUnavailable(f"s3: {code or type(error).__name__}")


def _pieces(response: BaseHTTPResponse, length: int) -> Iterator[bytes]:
    from urllib3.exceptions import HTTPError

    left = length
    try:
        for piece in response.stream(_PIECE):
            left -= len(piece)
            yield piece
    except HTTPError as error:
        raise StoreUnavailable(f"s3: {type(error).__name__}") from error
    finally:
        # What was not read would be read by the next user of this connection.
        if left > 0:
            response.close()
        response.release_conn()
    if left != 0:
        raise StoreUnavailable("s3: the object is shorter than its record says")
