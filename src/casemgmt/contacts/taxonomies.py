"""Use cases of the lists of topics: which versions are known, which are used without being known, load one."""

from functools import cache
from importlib import resources

from sqlmodel import col, select

from casemgmt.audit.events import Event
from casemgmt.contacts.commands import PutTaxonomy, TopicGiven
from casemgmt.contacts.tables import ContactSource, ContactTaxonomy
from casemgmt.contacts.views import TaxonomyList, TaxonomyView, TopicView, UnknownVersion, UnmatchedSource
from casemgmt.db.work import Work
from casemgmt.errors import Conflict, invalid_field
from casemgmt.reference.data_files import read_document

_UNKNOWN = (
    "SELECT version, contacts, last_at FROM unknown_taxonomies() WHERE version <> ALL (:known)"
    " ORDER BY last_at DESC LIMIT 50"
)


@cache
def built_in() -> tuple[str, PutTaxonomy]:
    """Return the version that is always known, and its topics."""
    content = read_document(resources.files("casemgmt.contacts") / "taxonomy.yaml")
    for topic in content["topics"]:
        topic.pop("to_be_supplied", None)  # for readers of the file: whoever asks is told it of each topic without name
    return content.pop("version"), PutTaxonomy.model_validate(content)


async def topics_of(work: Work, version: str) -> dict[str, str] | None:
    """Return the category of signals that each topic of a version stands for; None where the version is unknown."""
    name, own = built_in()
    if version == name:
        return {topic.code: topic.category for topic in own.topics}
    row = await work.session.get(ContactTaxonomy, version)
    return None if row is None else {t["code"]: t["category"] for t in row.content["topics"]}


async def known_versions(work: Work) -> list[str]:
    """Return the versions that are known, the oldest first."""
    rows = await work.session.scalars(select(ContactTaxonomy.version).order_by(col(ContactTaxonomy.loaded_at)))
    return [built_in()[0], *rows]


async def put_taxonomy(work: Work, version: str, command: PutTaxonomy) -> TaxonomyView:
    """Load a version. The same again is the same; another content under its name is refused."""
    _check(command)
    row = await work.session.get(ContactTaxonomy, version)
    if version == built_in()[0] or (row is not None and PutTaxonomy.model_validate(row.content) != command):
        raise Conflict("The version is there with another content: give it another name.", code="taxonomy-differs")
    if row is None:
        content = command.model_dump(mode="json")
        row = ContactTaxonomy(version=version, content=content, loaded_at=work.now, loaded_by_id=work.actor.user_id)
    await work.save(Event("contact_taxonomy.put", "contact_taxonomy", (), reason=version), row)
    return _view(version, command)


def _check(command: PutTaxonomy) -> None:
    tops = {t.code for t in command.topics if t.within is None}
    if len({t.code for t in command.topics}) < len(command.topics):
        raise invalid_field("/topics", "named-twice", "A topic is named once.")
    for number, topic in enumerate(command.topics):
        if topic.within is not None and topic.within not in tops:
            raise invalid_field(f"/topics/{number}/within", "unknown-topic", "There is no such top topic.")


async def list_taxonomies(work: Work) -> TaxonomyList:
    """Return the versions that are known, and those that contacts were told under without being known."""
    rows = await work.session.scalars(select(ContactTaxonomy).order_by(col(ContactTaxonomy.loaded_at)))
    known = [_view(*built_in()), *(_view(r.version, PutTaxonomy.model_validate(r.content)) for r in rows)]
    versions = [view.version for view in known]
    unknown = await work.rows(_UNKNOWN, known=versions)
    sources = await work.session.scalars(
        select(ContactSource).where(col(ContactSource.active)).order_by(col(ContactSource.code))
    )
    unmatched = [UnmatchedSource.model_validate(s) for s in sources if _is_unmatched(s, versions)]
    work.record(Event("contact_taxonomy.listed", "contact_taxonomy"))
    return TaxonomyList(items=known, unknown=[UnknownVersion(**row) for row in unknown], unmatched=unmatched)


def _is_unmatched(source: ContactSource, versions: list[str]) -> bool:
    return bool(source.taxonomy_versions) and not set(source.taxonomy_versions or ()) & set(versions)


def _view(version: str, taxonomy: PutTaxonomy) -> TaxonomyView:
    return TaxonomyView(version=version, source=taxonomy.source, topics=[_topic(t) for t in taxonomy.topics])


def _topic(topic: TopicGiven) -> TopicView:
    named = topic.name_kk or topic.name_ru or topic.name_en
    return TopicView(**topic.model_dump(), to_be_supplied=named is None)
