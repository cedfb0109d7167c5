from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from rules import zone
from rules.errors import StaleTimeZoneError


@pytest.fixture
def fresh_zone() -> Iterator[None]:
    zone.almaty.cache_clear()
    yield
    zone.almaty.cache_clear()


@pytest.mark.usefixtures("fresh_zone")
def test_stale_data_of_the_system_is_replaced_by_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zone, "ZoneInfo", StaleSystem)
    assert datetime(2026, 1, 1, tzinfo=UTC).astimezone(zone.almaty()).utcoffset() == timedelta(hours=5)


@pytest.mark.usefixtures("fresh_zone")
def test_without_current_data_nothing_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zone, "_is_current", lambda _zone: False)
    with pytest.raises(StaleTimeZoneError, match="update the package tzdata"):
        zone.almaty()


class StaleSystem:
    """Stands for the system's data; a zone that is still six hours ahead plays the old Asia/Almaty."""

    def __new__(cls, _name: str) -> ZoneInfo:  # type: ignore[misc]  # it makes a zone, as the class whose place it takes
        return ZoneInfo("Asia/Omsk")

    from_file = ZoneInfo.from_file
