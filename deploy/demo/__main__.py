"""`make demo`: drive the whole journey against what runs, print each step and its time, stop at the first surprise."""

from __future__ import annotations

import os
import sys
import time
from contextlib import closing

import httpx

from deploy.demo.client import Api, Mailbox, Unexpected
from deploy.demo.journey import STEPS
from deploy.demo.story import Story

_PASSWORD = "Parapluie-2026!"  # noqa: S105 - the demonstration's, printed by `make run`


def main() -> int:
    """Return 0 when every step went as it should."""
    base_url = os.environ.get("BASE_URL", f"http://127.0.0.1:{os.environ.get('PORT', '8000')}")
    mailbox_url = os.environ.get("MAILBOX_URL", f"{base_url}/mailbox")
    password = os.environ.get("DEMONSTRATION_PASSWORD", _PASSWORD)
    story = Story(Api(base_url), Mailbox(mailbox_url), password)
    with closing(story):
        return _tell(story)


def _tell(story: Story) -> int:
    begun = time.monotonic()
    for title, step in STEPS:
        started = time.monotonic()
        try:
            outcome = step(story)
        except (Unexpected, httpx.HTTPError, KeyError) as failure:
            print(f"  ✗ {title}: {type(failure).__name__}: {failure}", file=sys.stderr)
            return 1
        print(f"  ✓ {title:38} {time.monotonic() - started:6.2f} s   {outcome}", flush=True)
    print(f"\nThe journey took {time.monotonic() - begun:.1f} s.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
