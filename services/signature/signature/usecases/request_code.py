"""Send the signer a code."""

from __future__ import annotations

from collections.abc import Callable

from signature.domain import limits, sms
from signature.domain.ceremony import Ceremony
from signature.domain.code import draw_code
from signature.domain.limits import CodeLimits, CountryRefused
from signature.domain.reach import Reach
from signature.domain.signer import country_code
from signature.domain.steps import Circumstances
from signature.usecases import announce
from signature.usecases.open_ceremony import LAPSE_CEREMONY
from signature.usecases.ports import UnitOfWorkFactory, Work


def request_code(
    *,
    uow: UnitOfWorkFactory,
    ceremony_id: str,
    reach: Reach,
    key: bytes,
    origin: str | None,
    code_limits: CodeLimits,
    by: Circumstances,
    draw: Callable[[], str] = draw_code,
) -> Ceremony:
    """Draw a code, keep its print, have it sent. Whatever refuses, no code is drawn and no SMS leaves."""
    with uow() as work:
        ceremony = work.ceremonies.take(ceremony_id, reach=reach)
        ceremony.check_may_send(work.now)
        _spend(work, ceremony, code_limits, by.ip)
        code = draw()
        text = sms.code_text(
            product=ceremony.product_name,
            documents=len(ceremony.documents),
            reference=ceremony.reference,
            code=code,
            origin=origin,
        )
        issued = ceremony.issue_code(code, message=sms.hidden(text, code), key=key, now=work.now, by=by)
        announce.code_requested(work, ceremony, issued, text=text)
        if (end := ceremony.end_of_codes()) is not None:
            work.schedule(LAPSE_CEREMONY, {"ceremony_id": ceremony.id}, due_at=end)
        work.commit()
    return ceremony


def _spend(work: Work, ceremony: Ceremony, code_limits: CodeLimits, ip: str) -> None:
    """Count this SMS wherever SMS are counted; CountryRefused, or TooManyCodes beyond any ceiling."""
    mobile = ceremony.signer.identity.mobile
    if country_code(mobile) not in code_limits.countries:
        raise CountryRefused
    for limit, value in code_limits.counted(mobile=mobile, ceremony_id=ceremony.id, ip=ip, tenant=work.tenant):
        limits.check(limit, work.allowances.count(limit, value, now=work.now), now=work.now)
