"""Use cases of electronic signatures: give what is signed, keep a signature, ask again whether it holds."""

from base64 import b64decode, b64encode
from uuid import UUID

from casemgmt.audit.events import Event
from casemgmt.db.work import Work, check_version
from casemgmt.errors import Conflict, invalid_field
from casemgmt.ids import new_id
from casemgmt.printing.sheet import digest_of
from casemgmt.signatures import repository
from casemgmt.signatures.commands import Form, RecordMinutesSignature, RecordSignature, RecordVisitActSignature
from casemgmt.signatures.records import Kind, ToSign
from casemgmt.signatures.repository import AnySignature, SignatureT
from casemgmt.signatures.verifying import Signed, Verifier, der_of, told_by
from casemgmt.signatures.views import SignaturesView, SignatureView

AnyRecord = RecordSignature | RecordVisitActSignature | RecordMinutesSignature


async def signable(work: Work, kind: Kind[SignatureT], record_id: UUID) -> bytes:
    """Return the bytes that are signed: all that a record says for good, whose digest stands on its paper."""
    record = await kind.find(work, record_id, for_change=False)
    _require_frozen(record)
    work.record(Event(f"{kind.name}.read", kind.name, (record_id,), case_id=record.case_id, signal_id=record.signal_id))
    return record.content


async def record_signature(
    work: Work,
    verifier: Verifier,
    kind: Kind[SignatureT],
    record_id: UUID,
    command: AnyRecord,
) -> SignatureView:
    """Keep a signature with what its certificate says and what the verifier finds. A refused one is kept too."""
    record = await kind.find(work, record_id, for_change=True)
    _require_frozen(record)
    certificate = _certificate(command)
    verdict = verifier.verify(Signed(record.content, command.form, command.signature, certificate), work.now)
    signature = kind.table(
        id=new_id(),
        digest=digest_of(record.content),
        signer=command.signer,
        form=command.form,
        blob=b64encode(command.signature).decode(),
        certificate=None if certificate is None else b64encode(certificate).decode(),
        verification=verdict.verification,
        finding=verdict.finding,
        checked_at=work.now,
        recorded_at=work.now,
        recorded_by_id=work.actor.user_id,
        **record.belongs_to,
        **told_by(command.form, command.signature, certificate),
    )
    await work.save(_event(kind, "recorded", signature, record), signature)
    return _view(kind, signature, record)


async def verify_signature(
    work: Work, verifier: Verifier, kind: Kind[SignatureT], signature_id: UUID, expected: int | None
) -> SignatureView:
    """Ask again whether a signature holds, where the record still says what was signed."""
    signature = await repository.get_signature(work, kind.table, signature_id)
    check_version(signature, expected)
    record = await kind.find(work, getattr(signature, kind.column), for_change=False)
    if signature.blob is None or not _applies(signature, record):
        raise Conflict("The record says something else by now than what was signed.", code="signed-otherwise")
    certificate = None if signature.certificate is None else b64decode(signature.certificate)
    verdict = verifier.verify(Signed(record.content, signature.form, b64decode(signature.blob), certificate), work.now)
    signature.verification, signature.finding = verdict.verification, verdict.finding
    signature.checked_at = work.now
    await work.save(_event(kind, "verified", signature, record), signature)
    return _view(kind, signature, record)


async def list_signatures(work: Work, kind: Kind[SignatureT], record_id: UUID) -> SignaturesView:
    """Return the signatures on a record; one event names all that were shown."""
    record = await kind.find(work, record_id, for_change=False)
    found: list[SignatureT] = await repository.signatures_of(work, kind.table, kind.column, record_id)
    ids = (record_id, *(each.id for each in found))
    event = f"{kind.signature}.listed"
    work.record(Event(event, kind.name, ids, case_id=record.case_id, signal_id=record.signal_id))
    return SignaturesView(items=[_view(kind, each, record) for each in found])


def _require_frozen(record: ToSign) -> None:
    if record.still_changes is not None:
        raise record.still_changes


def _certificate(command: AnyRecord) -> bytes | None:
    if (command.form == Form.PLAIN) != (command.certificate is not None):
        raise invalid_field(
            "/certificate", "signature-certificate", "A plain signature comes with its certificate, a CMS holds it."
        )
    if command.certificate is None:
        return None
    try:
        return der_of(command.certificate)
    except ValueError:
        raise invalid_field("/certificate", "certificate-unreadable", "This is no certificate in PEM.") from None


def _event(kind: Kind[SignatureT], act: str, signature: AnySignature, record: ToSign) -> Event:
    return Event(
        f"{kind.signature}.{act}",
        kind.signature,
        (signature.id, record.id),
        case_id=record.case_id,
        signal_id=record.signal_id,
        reason=signature.verification,
    )


def _applies(signature: AnySignature, record: ToSign) -> bool:
    return signature.digest == digest_of(record.content)


def _view(kind: Kind[SignatureT], signature: AnySignature, record: ToSign) -> SignatureView:
    told = set(SignatureView.model_fields) - {"record_type", "record_id", "applies", "edition"}
    return SignatureView(
        **signature.model_dump(include=told),
        record_type=kind.name,
        record_id=record.id,
        applies=_applies(signature, record),
        edition=record.editions.get(signature.digest),
    )
