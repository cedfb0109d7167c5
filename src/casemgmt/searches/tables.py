"""What a search found, for as long as somebody turns its pages."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid
from sqlmodel import Field

from casemgmt.db.base import Row, moment, ref


class Search(Row, table=True):
    """Ids that were found, in the order of the answer. What was looked for is nowhere kept."""

    __tablename__ = "search"

    id: UUID = Field(primary_key=True)
    user_id: UUID = ref("app_user.id")
    what: str = Field(max_length=16)
    record_ids: list[UUID] = Field(sa_type=ARRAY(Uuid))
    complete: bool
    expires_at: datetime = moment(index=True)
