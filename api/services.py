"""What a running service holds: put together once, in `api/app.py`, and handed to every request."""

from dataclasses import dataclass

from starlette.requests import Request

from casemgmt.access.bearers import Bearers
from casemgmt.access.marks import Marks
from casemgmt.access.rates import Rates
from casemgmt.access.refusals import RefusedTokens
from casemgmt.access.senders import Senders
from casemgmt.access.service import Accounts
from casemgmt.benefits.engine import Engine
from casemgmt.board.live import Boards
from casemgmt.clock import Clock
from casemgmt.db.engine import Database
from casemgmt.documents.vault import Vault
from casemgmt.printing.typesetting import Printer
from casemgmt.settings import Settings
from casemgmt.signatures.verifying import Verifier


@dataclass(frozen=True)
class Services:
    """The parts that requests share."""

    settings: Settings
    database: Database
    bearers: Bearers
    senders: Senders
    accounts: Accounts
    marks: Marks
    refusals: RefusedTokens
    rates: Rates
    clock: Clock
    engine: Engine
    vault: Vault
    printer: Printer
    verifier: Verifier
    boards: Boards


def services_of(request: Request) -> Services:
    """Return the parts of the application that a request came to."""
    services: Services = request.app.state.services
    return services
