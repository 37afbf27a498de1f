"""Sizes and counts, in bytes and files.

F-208 says « 3.5 MO » and F-209 « 10MO », both inclusive; both are read as multiples of 1 048 576 bytes, as a desktop
shows them, so that no file displayed as « 3,5 Mo » is refused.
"""

from __future__ import annotations

from typing import Final

MAX_FILE_BYTES: Final = 3_670_016
MAX_SENDING_BYTES: Final = 10_485_760
MAX_SENDING_FILES: Final = 10

MAX_SERVICE_FILE_BYTES: Final = 20 * 1024 * 1024

# A person's quota on one file or contract (OWASP ASVS 5.2.4). Far above what a household needs: a subscription asks for
# about eight pieces; each may be sent again a few times.
QUOTA_FILES: Final = 60
QUOTA_BYTES: Final = 150 * 1024 * 1024

TITLE_LENGTH: Final = 200
MAX_READERS: Final = 20
