"""Keys and signatures of the log: Ed25519.

A signature is always over a document that says what it is (`type`), or begins with words of its own, so that a
signature on one thing is never one on another.
"""

import hashlib
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from casemgmt.audit.leaf import canonical, written_time

_SEAL = b"casemgmt leaf seal 1\x00"


class KeyFileError(Exception):
    """A key file that can't be used; the text is for the operator and names the file."""


@dataclass(frozen=True)
class PublicKey:
    """What heads are verified with, and when it held."""

    public: bytes
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    endorsed_by: str | None = None
    endorsement: bytes | None = None

    @property
    def id(self) -> str:
        """The name of the key: it follows from the key itself."""
        return hashlib.sha256(self.public).hexdigest()[:16]

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Answer whether the signature is one of this key on the message."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True

    def is_endorsed_by(self, other: "PublicKey") -> bool:
        """Answer whether the other key vouched for this one."""
        if self.endorsed_by != other.id or self.endorsement is None:
            return False
        return other.verifies(self.endorsement, _endorsement(self.public, other.id))

    def held_at(self, moment: datetime) -> bool:
        """Answer whether the key was in use at a moment."""
        begun = self.valid_from is None or self.valid_from <= moment
        return begun and (self.valid_until is None or moment < self.valid_until)


@dataclass(frozen=True)
class SigningKey:
    """The key that the sealer signs with."""

    private: Ed25519PrivateKey
    public: PublicKey

    @property
    def id(self) -> str:
        """The name of the key."""
        return self.public.id

    def sign(self, message: bytes) -> bytes:
        """Return the signature on a message."""
        return self.private.sign(message)


def _endorsement(public: bytes, by: str) -> bytes:
    return canonical({"type": "key_endorsement", "public_key": public.hex(), "endorsed_by": by})


@dataclass(frozen=True)
class Head:
    """A head of the tree, as it is signed."""

    log: UUID
    size: int
    root: bytes
    sealed_at: datetime
    horizon: int
    generation: int
    key_id: str

    def statement(self) -> dict[str, Any]:
        """Return the document that is signed."""
        return {
            "type": "tree_head",
            "format": 1,
            "log": str(self.log),
            "size": self.size,
            "root": self.root.hex(),
            "sealed_at": written_time(self.sealed_at),
            "horizon": str(self.horizon),
            "generation": self.generation,
            "key": self.key_id,
        }

    def message(self) -> bytes:
        """Return the bytes that are signed."""
        return canonical(self.statement())


def seal_message(log: UUID, position: int, hashed: bytes) -> bytes:
    """Return the bytes that the seal of one leaf is a signature on."""
    return _SEAL + log.bytes + position.to_bytes(8, "big") + hashed


def make_key_file(path: Path, before: SigningKey | None = None) -> SigningKey:
    """Write a new key to a file that must not exist; the key before it, where given, vouches for it."""
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes_raw()
    document: dict[str, str] = {"private_key": private.private_bytes_raw().hex(), "public_key": public.hex()}
    if before is not None:
        document["endorsed_by"] = before.id
        document["endorsement"] = before.sign(_endorsement(public, before.id)).hex()
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise KeyFileError(f"{path} exists: a key is never written over another.") from None
    with os.fdopen(descriptor, "wb") as file:
        file.write(orjson.dumps(document, option=orjson.OPT_INDENT_2) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    return read_key_file(path)


def read_key_file(path: Path) -> SigningKey:
    """Return the key of a file that nobody else may read."""
    try:
        if path.stat().st_mode & (stat.S_IROTH | stat.S_IWOTH):
            raise KeyFileError(f"{path} can be read by everybody on this machine: chmod 600 {path}")
        document = orjson.loads(path.read_bytes())
        private = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(document["private_key"]))
        public = private.public_key().public_bytes_raw()
        if document["public_key"] != public.hex():
            raise KeyFileError(f"{path}: the public key does not belong to the private one.")
        endorsement = document.get("endorsement")
        known = PublicKey(
            public,
            endorsed_by=document.get("endorsed_by"),
            endorsement=None if endorsement is None else bytes.fromhex(endorsement),
        )
    except OSError as error:
        raise KeyFileError(f"{path} can't be read: {error.strerror}.") from error
    except (ValueError, KeyError, TypeError, AttributeError):
        raise KeyFileError(f"{path} is no key file: `casemgmt audit new-key` makes one.") from None
    return SigningKey(private, known)


def key_document(key: PublicKey) -> dict[str, str | None]:
    """Return a public key as exports and the API show it."""
    return {
        "id": key.id,
        "public_key": key.public.hex(),
        "valid_from": None if key.valid_from is None else written_time(key.valid_from),
        "valid_until": None if key.valid_until is None else written_time(key.valid_until),
        "endorsed_by": key.endorsed_by,
        "endorsement": None if key.endorsement is None else key.endorsement.hex(),
    }


def key_of(row: Mapping[str, Any]) -> PublicKey:
    """Return the key of a row of `audit_key`."""
    return PublicKey(row["public_key"], row["valid_from"], row["valid_until"], row["endorsed_by"], row["endorsement"])
