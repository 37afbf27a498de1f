"""Account numbers checked with schwifty: check digits, the country's own structure, and the bank's name."""

from __future__ import annotations

from quoting.usecases.ports import Bank, IbanRefused


class SchwiftyBanks:
    """Knows the banks of the countries that publish their registers."""

    def identify(self, iban: str) -> Bank:
        """Return the account; IbanRefused when it is none, or outside the SEPA zone where no debit can reach it."""
        # Its registers take a tenth of a second to load: only whoever checks an account pays for it.
        from schwifty import IBAN
        from schwifty.exceptions import SchwiftyException

        try:
            account = IBAN(iban, validate_bban=True)
        except SchwiftyException:
            raise IbanRefused from None
        if not account.in_sepa_zone:
            raise IbanRefused
        name = account.bank_name
        return Bank(iban=account.compact, name=str(name) if name else None)
