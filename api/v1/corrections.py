"""Corrections: decide whether a record was entered in error."""

from uuid import UUID

from fastapi import Response

from api.etags import ExpectedVersion, set_etag
from api.routing import CurrentWork, Router
from casemgmt.access.permissions import Permission
from casemgmt.corrections import service
from casemgmt.corrections.commands import DecideCorrection
from casemgmt.corrections.views import CorrectionView

router = Router("/corrections", "corrections")


@router.post("/{correction_id}/confirm", Permission.CORRECTIONS_DECIDE)
async def confirm_correction(
    correction_id: UUID, command: DecideCorrection, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> CorrectionView:
    """Confirm that the record was entered in error: it is kept, marked, and counts no longer."""
    return _shown(response, await service.confirm_correction(work, correction_id, command, expected))


@router.post("/{correction_id}/decline", Permission.CORRECTIONS_DECIDE)
async def decline_correction(
    correction_id: UUID, command: DecideCorrection, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> CorrectionView:
    """Decline the correction: the record stands."""
    return _shown(response, await service.decline_correction(work, correction_id, command, expected))


@router.post("/{correction_id}/withdraw", Permission.CORRECTIONS_PROPOSE)
async def withdraw_correction(
    correction_id: UUID, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> CorrectionView:
    """Take your proposal back."""
    return _shown(response, await service.withdraw_correction(work, correction_id, expected))


def _shown(response: Response, view: CorrectionView) -> CorrectionView:
    set_etag(response, view.version)
    return view
