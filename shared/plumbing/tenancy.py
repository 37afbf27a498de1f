"""Sessions that only ever see and write the rows of one tenant."""

from __future__ import annotations

from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria


class TenantSession(Session):
    """A session that only ever sees and writes the rows of `info["tenant"]`."""


@event.listens_for(TenantSession, "do_orm_execute")
def _read_own_tenant_only(state: ORMExecuteState) -> None:
    tenant = state.session.info.get("tenant")
    if tenant is None or not (state.is_select or state.is_update or state.is_delete) or state.is_column_load:
        return
    for mapper in state.all_mappers:
        if "tenant" in mapper.columns:
            criterion = mapper.columns["tenant"] == tenant
            state.statement = state.statement.options(
                with_loader_criteria(mapper.class_, criterion, include_aliases=True)
            )


@event.listens_for(TenantSession, "before_flush")
def _write_own_tenant_only(session: Session, _context: Any, _instances: Any) -> None:
    tenant = session.info.get("tenant")
    if tenant is None:
        return
    for thing in session.new:
        if "tenant" in thing.__mapper__.columns:
            if getattr(thing, "tenant", None) in (None, ""):
                thing.tenant = tenant
            elif thing.tenant != tenant:
                raise ValueError(f"a {type(thing).__name__} of another tenant was added")
