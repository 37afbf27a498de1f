"""The demonstration's timestamp authority: answers RFC 3161 requests inside the process, with a labelled certificate.

`config` refuses it without DEMONSTRATION=1: a timestamp by whoever seals proves nothing about time.
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import Any

from asn1crypto import algos, cms, core, tsp
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256, Hash
from pyhanko.sign.general import as_signing_certificate_v2, simple_cms_attribute
from pyhanko.sign.timestamps import TimeStamper

from signature.adapters.sealer.credentials import Credentials
from signature.adapters.sealer.inspection import to_asn1

_POLICY = "1.3.6.1.4.1.99999.1"
_DIGEST = algos.DigestAlgorithm({"algorithm": "sha256"})


class LocalTimeStamper(TimeStamper):
    """Stamps with a P-256 key that stays loaded."""

    def __init__(self, credentials: Credentials) -> None:
        super().__init__()
        self._key = credentials.key
        self._certificates = [to_asn1(certificate) for certificate in credentials.chain]

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        info = self._info(req).dump()
        token = cms.ContentInfo({"content_type": "signed_data", "content": self._signed(info)})
        return tsp.TimeStampResp({"status": tsp.PKIStatusInfo({"status": "granted"}), "time_stamp_token": token})

    @property
    def _leaf(self) -> asn1_x509.Certificate:
        return self._certificates[0]

    def _info(self, req: tsp.TimeStampReq) -> tsp.TSTInfo:
        facts: dict[str, Any] = {
            "version": "v1",
            "policy": _POLICY,
            "message_imprint": req["message_imprint"],
            "serial_number": secrets.randbits(64),
            "gen_time": datetime.now(UTC).replace(microsecond=0),
        }
        if req["nonce"].native is not None:
            facts["nonce"] = req["nonce"]
        return tsp.TSTInfo(facts)

    def _signed(self, info: bytes) -> cms.SignedData:
        digest = Hash(SHA256())
        digest.update(info)
        attributes = cms.CMSAttributes(
            [
                simple_cms_attribute("content_type", "tst_info"),
                simple_cms_attribute("signing_certificate_v2", as_signing_certificate_v2(self._leaf)),
                simple_cms_attribute("message_digest", digest.finalize()),
            ]
        )
        issued = {"issuer": self._leaf.issuer, "serial_number": self._leaf.serial_number}
        signer = cms.SignerInfo(
            {
                "version": "v1",
                "sid": cms.SignerIdentifier({"issuer_and_serial_number": cms.IssuerAndSerialNumber(issued)}),
                "digest_algorithm": _DIGEST,
                "signature_algorithm": algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"}),
                "signed_attrs": attributes,
                "signature": self._key.sign(attributes.dump(), ec.ECDSA(SHA256())),
            }
        )
        return cms.SignedData(
            {
                "version": "v3",
                "digest_algorithms": cms.DigestAlgorithms((_DIGEST,)),
                "encap_content_info": cms.EncapsulatedContentInfo(
                    {"content_type": "tst_info", "content": core.ParsableOctetString(info)}
                ),
                "certificates": self._certificates[:1],
                "signer_infos": [signer],
            }
        )
