"""Who verifies a signature. The only module here that knows cryptography; nothing is taken for verified by default.

There is no connection to the national certification centre: its signatures (CMS, also with GOST 34.310) can be kept
with what their certificate says, and are `unavailable` until a deployment brings a `Verifier` that asks the centre.
What this module can verify by itself are bare Ed25519 and RSA signatures whose certificate was issued by one of the
deployment's own: no chain, no revocation. Decision 0035.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, Protocol

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs7 import load_der_pkcs7_certificates
from cryptography.x509.oid import NameOID

Verification = Literal["verified", "refused", "unavailable"]
_NUMBER = re.compile(r"[0-9]{12}")
"""An IIN or BIN, which certificates of the national centre put into names."""
_SMALLEST_RSA = 2048


@dataclass(frozen=True)
class Signed:
    """A signature with what it is said to be on."""

    content: bytes
    form: str
    blob: bytes
    certificate: bytes | None
    """DER, of a `plain` signature."""


@dataclass(frozen=True)
class Verdict:
    """What a verifier found. `finding` is a code."""

    verification: Verification
    finding: str | None = None


class Verifier(Protocol):
    """Somebody who can say whether a signature holds."""

    def verify(self, signed: Signed, at: datetime) -> Verdict:
        """Return what was found at a moment. It never raises on bad input: that is a finding."""


class NoVerifier:
    """Nobody to ask: says so of every signature."""

    def verify(self, signed: Signed, at: datetime) -> Verdict:  # noqa: ARG002 - the interface
        """Return that nobody here can say."""
        return Verdict("unavailable", "no_verifier")


class KnownIssuers:
    """Verifies bare signatures by certificates that the deployment's own issuers issued directly."""

    def __init__(self, issuers: Sequence[x509.Certificate]) -> None:
        self._issuers = issuers

    def verify(self, signed: Signed, at: datetime) -> Verdict:
        """Return what was found: the issuer, the days of the certificate, and the signature itself."""
        if signed.form != "plain" or signed.certificate is None:
            return Verdict("unavailable", "form_not_known")
        certificate = x509.load_der_x509_certificate(signed.certificate)
        if not any(_issued(certificate, issuer) for issuer in self._issuers):
            return Verdict("refused", "issuer_not_trusted")
        if not certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc:
            return Verdict("refused", "certificate_not_valid")
        return _checked(certificate, signed)


def open_verifier(folder: Path | None) -> Verifier:
    """Return the verifier of a deployment: by the issuers in a folder (PEM), or none where no folder is set."""
    if folder is None:
        return NoVerifier()
    files = sorted(folder.glob("*.pem"))
    if not files:
        raise RuntimeError(f"CASEMGMT_SIGNATURE_ISSUERS: there is no *.pem in {folder}")
    return KnownIssuers([x509.load_pem_x509_certificate(file.read_bytes()) for file in files])


def der_of(pem: str) -> bytes:
    """Return a certificate as DER; `ValueError` where it is none."""
    return x509.load_pem_x509_certificate(pem.encode()).public_bytes(Encoding.DER)


def told_by(form: str, blob: bytes, certificate: bytes | None) -> dict[str, Any]:
    """Return what the certificate of a signature says, by columns; nothing where it is not the only one.

    Names only: numbers of the person stay inside.
    """
    try:
        found = load_der_pkcs7_certificates(blob) if form == "cms" else []
    except ValueError:
        return {}
    if certificate is not None:
        found = [x509.load_der_x509_certificate(certificate)]
    if len(found) != 1:
        return {}
    (only,) = found
    names = {"subject": _name(only.subject), "issuer": _name(only.issuer)}
    return {key: name for key, name in names.items() if name} | {
        "serial": f"{only.serial_number:x}",
        "valid_from": only.not_valid_before_utc,
        "valid_until": only.not_valid_after_utc,
    }


def _name(name: x509.Name) -> str:
    found = [str(each.value) for each in name.get_attributes_for_oid(NameOID.COMMON_NAME)]
    return _NUMBER.sub("", found[0]).strip()[:200] if found else ""


def _issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _checked(certificate: x509.Certificate, signed: Signed) -> Verdict:
    key = certificate.public_key()
    try:
        if isinstance(key, Ed25519PublicKey):
            key.verify(signed.blob, signed.content)
        elif isinstance(key, RSAPublicKey) and key.key_size >= _SMALLEST_RSA:
            key.verify(signed.blob, signed.content, PKCS1v15(), SHA256())
        else:
            return Verdict("unavailable", "key_not_known")
    except InvalidSignature:
        return Verdict("refused", "signature_wrong")
    return Verdict("verified")
