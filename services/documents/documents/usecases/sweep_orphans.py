"""Take away objects that no record names: what a crash between store and database left behind."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from documents.domain.document import day_prefix, object_key
from documents.usecases.ports import Catalogue, Store
from plumbing.ids import is_id

# An upload lasts seconds; after an hour its transaction is over, one way or the other.
_GRACE: Final = timedelta(hours=1)
# Older days were swept when they were young. The bound also keeps a database that was restored from an old backup from
# costing the files of its missing records before anybody has noticed.
_DAYS_BACK: Final = 14
_BATCH: Final = 500


def sweep_orphans(*, store: Store, catalogue: Catalogue, now: datetime) -> int:
    """Delete the orphans of the last days and return how many there were; raises StoreUnavailable."""
    swept = 0
    batch: list[str] = []
    for key in _old_enough(store, now):
        batch.append(key)
        if len(batch) == _BATCH:
            swept += _sweep(batch, store, catalogue)
            batch = []
    return swept + _sweep(batch, store, catalogue)


def _old_enough(store: Store, now: datetime) -> Iterator[str]:
    for days in range(_DAYS_BACK + 1):
        for found in store.listing(day_prefix((now - timedelta(days=days)).date())):
            if found.modified_at < now - _GRACE:
                yield found.key


def _sweep(keys: list[str], store: Store, catalogue: Catalogue) -> int:
    names = {key: key.rpartition("/")[2] for key in keys}
    known = catalogue.known([name for name in names.values() if is_id(name)])
    orphans = [key for key, name in names.items() if name not in known or key != object_key(name)]
    for key in orphans:
        store.delete(key)
    return len(orphans)
