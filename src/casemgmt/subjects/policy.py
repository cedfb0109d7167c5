"""Who gets what. The copy answers the child; whoever asks in the child's name may be the one it needs protection from.

- The **child**, and somebody **authorised** by it or by a court for it, gets what is held about the child.
- A **representative** gets less: not where the child lives now or how to reach it, not what it said, not its sessions.
  What a child tells is not its parents'.
- A **suspected** representative gets what a register would tell anyhow, and no word on whether there is a case. A
  representative is taken for suspected whenever the record shows danger at home: a case restricted because of it, or a
  protected address. Nobody decides that away in a hurry.
- **Nobody** gets who reported, the words of the report, other persons' data, a protected address (paper travels), an
  adoption (its secret is not the office's to tell).

Texts of staff may hold others' secrets: each goes along only when the officer has read it and chosen it.
"""

from collections.abc import Mapping
from typing import Any, Literal

Requester = Literal["child", "authorised_person", "representative", "representative_suspected"]

_CHILD = frozenset(
    {
        "identity",
        "former_names",
        "registered_address",
        "contacts",
        "addresses",
        "relationships",
        "signals",
        "cases",
        "words",
        "texts",
        "sessions",
        "benefits",
        "documents",
    }
)
SECTIONS: Mapping[Requester, frozenset[str]] = {
    "child": _CHILD,
    "authorised_person": _CHILD,
    "representative": frozenset(
        {"identity", "registered_address", "relationships", "signals", "cases", "texts", "benefits"}
    ),
    "representative_suspected": frozenset({"identity"}),
}
"""What each requester gets. A new section is for nobody until it stands here."""

CHILD_ALONE = frozenset({"session_note", "child_contact", "health_note"})
"""Texts that no representative gets, chosen or not."""


def effective(requester: Requester, *, danger: bool) -> Requester:
    """Return as whom the requester is answered."""
    return "representative_suspected" if requester == "representative" and danger else requester


def offered_texts(requester: Requester, data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the texts of staff of which the requester could get any."""
    if "texts" not in SECTIONS[requester]:
        return []
    for_child = SECTIONS[requester] >= _CHILD
    return [t for t in data.get("texts", []) if for_child or t["record"] not in CHILD_ALONE]


def shown_to(requester: Requester, data: Mapping[str, Any], included: frozenset[str]) -> dict[str, Any]:
    """Return the parts of what is held that the requester gets: the one place through which a copy leaves."""
    shown = {name: data[name] for name in data if name in SECTIONS[requester]}
    if "texts" in shown:
        shown["texts"] = [t for t in offered_texts(requester, data) if str(t["id"]) in included]
    return shown
