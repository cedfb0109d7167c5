"""Which alerts there are, and who hears of each."""

from collections.abc import Mapping
from enum import StrEnum


class Audience(StrEnum):
    """Who hears of an alert. Auditors hear of all, and nobody of one about the own account."""

    BODY = "body"
    """Whoever answers for the staff of the account's body."""
    ACCOUNTS = "accounts"
    """Whoever keeps accounts; the user has a notice of it (`GET /v1/me/notices`). It tells of no case."""
    OWNER = "owner"
    """The user alone, by a notice."""


KINDS: Mapping[str, Audience] = {
    "many_records": Audience.BODY,
    "refusals": Audience.BODY,
    "other_region": Audience.BODY,
    "colleague_names": Audience.BODY,
    "night": Audience.BODY,
    "repeated": Audience.BODY,
    "log_in_throttled": Audience.ACCOUNTS,
    "new_log_in_place": Audience.ACCOUNTS,
    "new_log_in_sign": Audience.OWNER,
    "recovery_code_used": Audience.ACCOUNTS,
    "refresh_token_reused": Audience.ACCOUNTS,
}
"""The rules of unusual access under their own names (`trail/unusual.py`), then what is suspicious about log-ins."""
