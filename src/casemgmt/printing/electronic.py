"""What a paper says of electronic signatures: plainly where one is not verified, or is on something else."""

from casemgmt.printing import words
from casemgmt.printing.sheet import PrintLanguage, digest_of
from casemgmt.printing.words import say
from casemgmt.signatures.tables import Signature

Told = tuple[tuple[str, str], ...]


def electronic(signature: Signature, content: bytes, language: PrintLanguage, otherwise: str | None = None) -> Told:
    """Return what is known of a signature, as labels with values.

    `content` is what the record says now; `otherwise` what a signature that is not on that is on, where it is known.
    """
    applies = signature.digest == digest_of(content)
    rows = (
        (say("signer", language), say(f"signer_{signature.signer}", language)),
        (say("certificate_subject", language), signature.subject),
        (say("certificate_issuer", language), signature.issuer),
        (say("certificate_serial", language), signature.serial),
        (say("certificate_until", language), words.moment(signature.valid_until)),
        (say("verification", language), say(f"verification_{signature.verification}", language)),
        (say("signed_what", language), None if applies else otherwise or say("signed_otherwise", language)),
    )
    return tuple((name, value) for name, value in rows if value)
