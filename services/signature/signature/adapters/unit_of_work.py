"""Signature's unit of work: the plumbing's, with our repositories, and every ceremony written at its commit."""

from __future__ import annotations

from plumbing.cipher import FieldCipher
from plumbing.unit_of_work import UnitOfWork
from signature.adapters.repositories import (
    SqlActRequests,
    SqlAllowances,
    SqlCeremonies,
    SqlLegalHolds,
    SqlSealRecords,
    SqlStagedFiles,
)


class SignatureWork(UnitOfWork):
    """One transaction of one tenant."""

    ceremonies: SqlCeremonies
    allowances: SqlAllowances
    staged_files: SqlStagedFiles
    seal_records: SqlSealRecords
    act_requests: SqlActRequests
    legal_holds: SqlLegalHolds

    def opened(self) -> None:
        self.ceremonies = SqlCeremonies(self.session, self.tenant)
        self.allowances = SqlAllowances(self.session, self._cipher().blind_index)
        self.staged_files = SqlStagedFiles(self.session)
        self.seal_records = SqlSealRecords(self.session)
        self.act_requests = SqlActRequests(self.session)
        self.legal_holds = SqlLegalHolds(self.session)

    def commit(self) -> None:
        """Commit, every ceremony touched and its journal included: no use case can forget it."""
        self.ceremonies.write()
        super().commit()

    def _cipher(self) -> FieldCipher:
        cipher = getattr(self.session.get_bind().dialect, "field_cipher", None)
        if not isinstance(cipher, FieldCipher):
            raise TypeError("signature's engine needs its field cipher")
        return cipher
