"""`casemgmt migrate`."""

import asyncio

from casemgmt.db.migrate import migrate as bring_up_to_date
from casemgmt.log import set_up_logs
from casemgmt.settings import SealerSettings, WorkerSettings
from casemgmt.settings_database import OperatorSettings
from casemgmt.terminal import owner_url, read_settings


def migrate() -> None:
    """Bring the database to the state of this program: roles, tables, SQL, reference data. Safe to repeat."""
    settings, sealer = read_settings(OperatorSettings), read_settings(SealerSettings)
    worker_url = read_settings(WorkerSettings).worker_database_url
    set_up_logs(sealer.log_format)
    asyncio.run(bring_up_to_date(owner_url(settings), settings.database_url, sealer.sealer_database_url, worker_url))
