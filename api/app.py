"""The application: put together by a factory, nothing happens at import."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from api.board_page import add_board_page
from api.cors import add_cors
from api.docs_page import add_docs_page
from api.health import router as health_router
from api.middleware import RequestEnvelope
from api.openapi import describe
from api.problems import add_problem_handlers
from api.services import Services
from api.v1 import v1_routes
from casemgmt.access.bearers import Bearers
from casemgmt.access.marks import Marks
from casemgmt.access.rates import Rates
from casemgmt.access.refusals import RefusedTokens
from casemgmt.access.senders import Senders
from casemgmt.access.service import Accounts
from casemgmt.access.tokens import Tokens
from casemgmt.benefits.engine import note_sign_off, open_engine
from casemgmt.board.live import Boards
from casemgmt.clock import Clock, SystemClock
from casemgmt.db import tables as _all_tables  # noqa: F401 - foreign keys find their targets only among loaded tables
from casemgmt.db.engine import Database
from casemgmt.documents.vault import Vault
from casemgmt.log import set_up_logs
from casemgmt.printing.typesetting import Printer
from casemgmt.settings import Settings
from casemgmt.signals.danger import read_list_of_words
from casemgmt.signatures.verifying import open_verifier


def create_app(settings: Settings | None = None, clock: Clock | None = None) -> FastAPI:
    """Return the application. Connections are opened when it starts and closed when it ends."""
    settings = settings or Settings()
    clock = clock or SystemClock()
    if settings.database_url is None:
        raise RuntimeError("CASEMGMT_DATABASE_URL is not set. `make run` starts an embedded PostgreSQL and sets it.")
    set_up_logs(settings.log_format)
    database = Database(settings.database_url, settings)
    tokens = Tokens(settings)
    services = Services(
        settings=settings,
        database=database,
        bearers=Bearers(database, tokens, settings, clock),
        senders=Senders(database, settings, clock),
        accounts=Accounts(database, tokens, settings, clock),
        marks=Marks.of(settings),
        refusals=RefusedTokens(database, clock),
        rates=Rates(settings, clock),
        clock=clock,
        engine=open_engine(settings),
        vault=Vault(settings),
        printer=Printer(),
        verifier=open_verifier(settings.signature_issuers),
        boards=Boards(database, settings, clock),
    )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await database.open()
        await services.engine.warm_up()
        read_list_of_words()
        async with database.pool.acquire() as connection:
            await note_sign_off(connection, services.engine.sign_off_digest)
        yield
        await services.boards.close()
        await database.close()

    app = FastAPI(
        title="casemgmt",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        telemetry={"tracing": False, "metrics": False, "logs": False},  # it would tell of addresses and bodies
        openapi_url="/openapi.json" if settings.docs_enabled else None,
        separate_input_output_schemas=False,
        redirect_slashes=False,
    )
    app.state.services = services
    app.router.routes.extend([*v1_routes(), *health_router.routes.routes])
    add_problem_handlers(app)
    describe(app)
    add_board_page(app)
    if settings.docs_enabled:
        add_docs_page(app)
    if settings.cors_origins:
        add_cors(app, settings)
    app.add_middleware(RequestEnvelope, settings=settings)
    return app
