"""Certificates and signatures as a deployment's own issuers make them."""

import base64
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from casemgmt.settings import Settings

IIN = "150409500047"
NOW = datetime.now(UTC)


def certificate_of(
    key: Any, issuer: str, issuer_key: Any, *, name: str = "ЖҰМАБАЕВА АЙГҮЛ", days: tuple[int, int] = (-1, 30)
) -> x509.Certificate:
    """Return a certificate of a person, in force on the days around now that are given."""
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, name),
            x509.NameAttribute(NameOID.SERIAL_NUMBER, f"IIN{IIN}"),
        ]
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(0x5F3C90A1)
        .not_valid_before(NOW + timedelta(days=days[0]))
        .not_valid_after(NOW + timedelta(days=days[1]))
    )
    return builder.sign(issuer_key, SHA256() if isinstance(issuer_key, RSAPrivateKey) else None)


def authority(key: Ed25519PrivateKey) -> x509.Certificate:
    """Return the certificate of an issuer."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Сынақ CA")])
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(NOW - timedelta(days=400))
        .not_valid_after(NOW + timedelta(days=400))
        .sign(key, None)
    )


CA_KEY, KEY = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
CA = authority(CA_KEY)


def pem(certificate: x509.Certificate) -> str:
    """Return a certificate as it is sent."""
    return certificate.public_bytes(Encoding.PEM).decode()


def plain(content: bytes, *, signer: str = "manager", **of_certificate: Any) -> dict[str, Any]:
    """Return a bare signature over a content, with its certificate, as it is sent."""
    certificate = certificate_of(KEY, "Сынақ CA", CA_KEY, **of_certificate)
    return {
        "signer": signer,
        "form": "plain",
        "signature": base64.b64encode(KEY.sign(content)).decode(),
        "certificate": pem(certificate),
    }


def trusting_settings(database_url: str, folder: Path) -> Settings:
    """Return settings of a service that trusts the issuer of these certificates."""
    (folder / "ca.pem").write_bytes(CA.public_bytes(Encoding.PEM))
    return Settings(
        mode="demo",
        database_url=database_url,
        database_connections=4,
        document_folder=folder / "documents",
        signature_issuers=folder,
    )
