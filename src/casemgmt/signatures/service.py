"""Use cases of electronic signatures: give what is signed, keep a signature, ask again whether it holds."""

from base64 import b64decode, b64encode
from hashlib import sha256
from uuid import UUID

from casemgmt.audit.events import Event
from casemgmt.db.work import Work, check_version
from casemgmt.errors import WrongState, invalid_field
from casemgmt.ids import new_id
from casemgmt.plans.repository import get_plan, lock_plan
from casemgmt.plans.states import PLAN, PlanState
from casemgmt.plans.tables import Plan
from casemgmt.printing.plans import plan_substance
from casemgmt.signatures import repository
from casemgmt.signatures.commands import Form, RecordSignature
from casemgmt.signatures.tables import PlanSignature
from casemgmt.signatures.verifying import Signed, Verifier, der_of, told_by
from casemgmt.signatures.views import SignaturesView, SignatureView


async def signable(work: Work, plan_id: UUID) -> bytes:
    """Return the bytes that are signed: all that a frozen version agrees on, whose digest stands on its paper."""
    plan = await get_plan(work, plan_id)
    _require_frozen(plan)
    work.record(Event("plan.read", "plan", (plan_id,), case_id=plan.case_id))
    return plan_substance(plan)


async def record_signature(work: Work, verifier: Verifier, plan_id: UUID, command: RecordSignature) -> SignatureView:
    """Keep a signature with what its certificate says and what the verifier finds. A refused one is kept too."""
    _, plan = await lock_plan(work, plan_id)
    _require_frozen(plan)
    certificate = _certificate(command)
    content = plan_substance(plan)
    verdict = verifier.verify(Signed(content, command.form, command.signature, certificate), work.now)
    signature = PlanSignature(
        id=new_id(),
        plan_id=plan_id,
        case_id=plan.case_id,
        organisation_id=plan.organisation_id,
        digest=sha256(content).hexdigest(),
        signer=command.signer,
        form=command.form,
        blob=b64encode(command.signature).decode(),
        certificate=None if certificate is None else b64encode(certificate).decode(),
        verification=verdict.verification,
        finding=verdict.finding,
        checked_at=work.now,
        recorded_at=work.now,
        recorded_by_id=work.actor.user_id,
        **told_by(command.form, command.signature, certificate),
    )
    await work.save(_event("plan_signature.recorded", signature), signature)
    return _view(signature, plan)


async def verify_signature(work: Work, verifier: Verifier, signature_id: UUID, expected: int | None) -> SignatureView:
    """Ask again whether a signature holds, where the plan still says what was signed."""
    signature = await repository.get_signature(work, signature_id)
    check_version(signature, expected)
    plan = await get_plan(work, signature.plan_id)
    content = plan_substance(plan)
    if signature.blob is None or sha256(content).hexdigest() != signature.digest:
        raise WrongState(
            "The plan says something else by now than what was signed.",
            code="signed-otherwise",
            data={"state": plan.state, "allowed_transitions": list(PLAN.actions_from(plan.state))},
        )
    certificate = None if signature.certificate is None else b64decode(signature.certificate)
    verdict = verifier.verify(Signed(content, signature.form, b64decode(signature.blob), certificate), work.now)
    signature.verification, signature.finding = verdict.verification, verdict.finding
    signature.checked_at = work.now
    await work.save(_event("plan_signature.verified", signature), signature)
    return _view(signature, plan)


async def list_signatures(work: Work, plan_id: UUID) -> SignaturesView:
    """Return the signatures on a version of the plan; one event names all that were shown."""
    plan = await get_plan(work, plan_id)
    found = await repository.signatures_of(work, plan_id)
    work.record(Event("plan_signature.listed", "plan", (plan_id, *(s.id for s in found)), case_id=plan.case_id))
    return SignaturesView(items=[_view(each, plan) for each in found])


def _require_frozen(plan: Plan) -> None:
    if plan.state in {PlanState.DRAFT, PlanState.DISCARDED}:
        raise WrongState(
            "A draft can still change: it is signed electronically when its manager has signed it.",
            code="plan-not-frozen",
            data={"state": plan.state, "allowed_transitions": list(PLAN.actions_from(plan.state))},
        )


def _certificate(command: RecordSignature) -> bytes | None:
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


def _event(kind: str, signature: PlanSignature) -> Event:
    ids = (signature.id, signature.plan_id)
    return Event(kind, "plan_signature", ids, case_id=signature.case_id, reason=signature.verification)


def _view(signature: PlanSignature, plan: Plan) -> SignatureView:
    applies = signature.digest == sha256(plan_substance(plan)).hexdigest()
    return SignatureView(**signature.model_dump(include=set(SignatureView.model_fields) - {"applies"}), applies=applies)
