"""Keys by which numbers and messages are recognised without being kept."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from casemgmt.access.marks import Marks
from casemgmt.settings import Settings


@dataclass(frozen=True)
class Keys:
    """What is needed to recognise numbers and messages without keeping them."""

    lookup: bytes
    marks: Marks

    @classmethod
    def of(cls, settings: Settings) -> "Keys":
        """Return the keys of a deployment."""
        return cls(settings.lookup_key, Marks(settings.webhook_secret.get_secret_value().encode()))

    def digest(self, content: Mapping[str, Any]) -> str:
        """Return the keyed digest of a content, whatever the order of its fields."""
        try:
            said = orjson.dumps(content, option=orjson.OPT_SORT_KEYS).decode()
        except TypeError:  # half a character, or a number of more than 64 bits: refused, but that it came is kept
            said = json.dumps(content, sort_keys=True)
        return self.marks.hash("contact", said)
