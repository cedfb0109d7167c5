"""The rules as one deployment asks them: beside the event loop, with the sign-off of its authority."""

import asyncio
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

import asyncpg

from casemgmt.audit.commitments import new_salt
from casemgmt.ids import new_id
from casemgmt.lanes import Lane
from casemgmt.settings import Settings
from rules.graph.basis import SignOff, read_sign_off
from rules.graph.explain import Explanation
from rules.graph.graph import Graph
from rules.graph.reader import read_graph
from rules.graph.records import Record
from rules.graph.words import Language
from rules.kernel.explainer import Explainer
from rules.loader import load_law

EXAMPLE_SIGN_OFF = Path(__file__).parents[1] / "demo" / "sign_off.example.yaml"
"""What the demo decides under: marked as an example, signed by nobody."""


@dataclass(frozen=True)
class SignedBasis:
    """The deployment's sign-off file, and the hash by which an answer names the very file it was given under."""

    sign_off: SignOff
    digest: str


def law_graph() -> Graph:
    """Return the rules of the law; read once in the life of a process."""
    return read_graph(load_law())


@lru_cache(maxsize=16)
def explainer_of(on: date, known_on: date | None, language: Language) -> Explainer:
    """Return the generated code for a day: most questions are about the same few."""
    return Explainer(law_graph(), on, known_on, language)


class Engine:
    """The rules, the sign-off they are asked under, and two lanes: the public never holds up an officer."""

    def __init__(self, signed: SignedBasis | None = None) -> None:
        self.signed = signed
        self.public = Lane(at_once=1, waiting=16)
        self.officers = Lane(at_once=1, waiting=64)

    async def warm_up(self) -> None:
        """Read the rules before the first question; files of the law with a fault stop the service here."""
        await asyncio.to_thread(law_graph)

    @property
    def graph(self) -> Graph:
        """The rules of the law."""
        return law_graph()

    def explain(
        self, benefit: str, record: Record, on: date, known_on: date | None, language: Language, most_work: int
    ) -> Explanation:
        """Return the estimate of a benefit with its explanation. Raises what asking raises."""
        explainer = explainer_of(on, known_on, language)
        return explainer.explain(benefit, record, sign_off=self.sign_off, most_work=most_work)

    @property
    def sign_off(self) -> SignOff | None:
        """The authority's signatures, where the deployment has any."""
        return self.signed.sign_off if self.signed else None

    @property
    def sign_off_digest(self) -> str | None:
        """The hash of the sign-off file."""
        return self.signed.digest if self.signed else None


async def note_sign_off(connection: asyncpg.Connection, digest: str | None) -> None:
    """Leave the event `rules.signed_off` where the sign-off is another than the one this deployment decided under."""
    await connection.execute("SELECT note_sign_off($1, $2, $3)", new_id(), digest, new_salt())


def open_engine(settings: Settings) -> Engine:
    """Return the rules with the deployment's sign-off file; a faulty file stops the service, with file and line.

    The demo has an example where no file is named; a real deployment without one gives estimates only.
    """
    path = settings.sign_off_file
    if path is None and settings.mode == "demo":
        path = EXAMPLE_SIGN_OFF
    if path is None:
        return Engine()
    try:
        content = path.read_bytes()
    except OSError as error:
        raise RuntimeError(f"CASEMGMT_SIGN_OFF_FILE: {path} can't be read ({error.strerror}).") from error
    return Engine(SignedBasis(read_sign_off(str(path), content), sha256(content).hexdigest()))
