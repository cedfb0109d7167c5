"""The one time zone of Kazakhstan: Asia/Almaty, UTC+5 for the whole country since 2024-03-01."""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from rules.errors import NaiveTimeError, StaleTimeZoneError

ZONE_NAME = "Asia/Almaty"
_AFTER_THE_CHANGE = datetime(2024, 3, 2, tzinfo=UTC)
_OFFSET_AFTER_THE_CHANGE = timedelta(hours=5)


@cache
def almaty() -> ZoneInfo:
    """Return the zone, from the system's data or, where that is older than 2024, from the tzdata package.

    Raises StaleTimeZoneError when neither knows the change: every due time would be an hour wrong.
    """
    zone = ZoneInfo(ZONE_NAME)
    if _is_current(zone):
        return zone
    try:
        with files("tzdata").joinpath("zoneinfo", "Asia", "Almaty").open("rb") as source:
            zone = ZoneInfo.from_file(source, key=ZONE_NAME)
    except ModuleNotFoundError as error:
        raise StaleTimeZoneError from error
    if not _is_current(zone):
        raise StaleTimeZoneError
    return zone


def _is_current(zone: ZoneInfo) -> bool:
    return _AFTER_THE_CHANGE.astimezone(zone).utcoffset() == _OFFSET_AFTER_THE_CHANGE


def to_utc(moment: datetime) -> datetime:
    """Return the same moment in UTC. Raises NaiveTimeError when the offset is missing.

    Arithmetic is done in UTC only: subtracting two moments of one zone compares wall clocks, not time.
    """
    if moment.utcoffset() is None:
        raise NaiveTimeError
    return moment.astimezone(UTC)


def to_local(moment: datetime) -> datetime:
    """Return the same moment on the clocks of Kazakhstan. Raises NaiveTimeError without an offset."""
    return to_utc(moment).astimezone(almaty())


def local_moment(day: date, clock: time) -> datetime:
    """Return in UTC the moment when clocks in Kazakhstan show `clock` on `day`."""
    return datetime.combine(day, clock, tzinfo=almaty()).astimezone(UTC)
