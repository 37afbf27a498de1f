"""Which answer says which refusal, in the words that people read."""

from __future__ import annotations

from plumbing.errors import NotFound
from plumbing.http import ErrorTable, Problem

ERRORS = ErrorTable({NotFound: Problem(404, "message.not_found", "Message introuvable", "Ce message est introuvable.")})
