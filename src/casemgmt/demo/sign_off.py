"""The example of a sign-off file: it lets the demo show a decision, and says in every answer that nobody signed it."""

from datetime import date

import yaml

from rules.graph.reader import read_graph
from rules.graph.signing import find_basis, sign
from rules.loader import load_law

BENEFITS = ("birth_grant", "child_care_benefit", "multi_child_benefit")
"""What the demo decides about; of every other benefit it gives estimates, as a deployment without signatures does."""
FIRST, LAST = date(2025, 1, 1), date(2026, 3, 31)
_HEAD = """\
# EXAMPLE. No authority stands behind this file, and nobody has compared its values with the acts.
# The demo reads it so that a decision can be tried out; every answer given under it says that it is an example.
# An authority makes a file of its own: `python -m rules sign-off draft`, then CASEMGMT_SIGN_OFF_FILE.
# Written by `make docs`; `make check` compares.
"""


class _Plain(yaml.SafeDumper):
    """Writes every value out: the files of the law take no anchors."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - PyYAML's signature
        """Answer that nothing is written as a reference to what stands elsewhere."""
        return True


def example_sign_off() -> str:
    """Return the text of the file for the law as it stands."""
    basis = [entry for entry in find_basis(read_graph(load_law()), BENEFITS, FIRST, LAST) if not entry.verified]
    signed = sign(
        basis,
        authority="EXAMPLE - not an authority",
        signed_by="nobody (example)",
        signed_on=LAST,
        act_read="none: example for the demo",
        example=True,
    )
    told = signed.model_dump(mode="python", exclude_none=True)
    told["values"] = list(told["values"])
    return _HEAD + yaml.dump(told, Dumper=_Plain, allow_unicode=True, sort_keys=False, width=1000)
