"""RFC 3161 over our own HTTP client: pyHanko's clients bring a second HTTP stack and no injected transport."""

from __future__ import annotations

import httpx
from asn1crypto import tsp
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.timestamps.common_utils import TimestampRequestError

_REPLY = "application/timestamp-reply"
_QUERY = "application/timestamp-query"


class HttpTimeStamper(TimeStamper):
    """Asks one timestamp authority. Keep one instance: it learns the token's size from a first, empty request."""

    def __init__(self, url: str, http: httpx.Client) -> None:
        super().__init__()
        self._url = url
        self._http = http

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """Send one request and wait. TimestampRequestError when there is no answer, or none that is a token.

        Blocking inside a coroutine is right here: the event loop runs this signature and nothing else.
        """
        try:
            answer = self._http.post(
                self._url, content=req.dump(), headers={"Content-Type": _QUERY, "Accept": _REPLY}, timeout=10
            )
            answer.raise_for_status()
        except httpx.HTTPError as failure:
            raise TimestampRequestError("the timestamp authority did not answer") from failure
        if answer.headers.get("Content-Type", "").partition(";")[0].strip() != _REPLY:
            raise TimestampRequestError("the timestamp authority answered something else")
        try:
            response = tsp.TimeStampResp.load(answer.content)
            # asn1crypto parses when looked at: look now, where the failure can be told from one of ours.
            _ = response.native
        except (ValueError, TypeError) as failure:
            raise TimestampRequestError("the timestamp authority's answer is not a token") from failure
        return response
