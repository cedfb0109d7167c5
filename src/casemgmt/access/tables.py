"""What the database itself must know of rights and routes: copied from the code by `casemgmt migrate`."""

from sqlalchemy import Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel


class RoleGrant(SQLModel, table=True):
    """How far a role sees; the copy of `access/roles.py` that row security reads."""

    __tablename__ = "role_grant"

    role: str = Field(primary_key=True, max_length=40)
    signal_reach: str = Field(max_length=12)
    case_reach: str = Field(max_length=12)
    flags: list[str] = Field(sa_type=ARRAY(Text))
    excludes: list[str] = Field(sa_type=ARRAY(Text))
    """The roles that no account holds together with it."""
    nationwide: bool
    """Whether it reaches the country or every account: then heads of bodies do not decide on whoever holds it."""


class StateTransition(SQLModel, table=True):
    """A permitted change of a state column; the copy of all `states.py`. An empty `from_state` is the first state."""

    __tablename__ = "state_transition"

    machine: str = Field(primary_key=True, max_length=40)
    from_state: str = Field(primary_key=True, max_length=24)
    to_state: str = Field(primary_key=True, max_length=24)


class CaseSerial(SQLModel, table=True):
    """The last serial number given to a case of a region in a year."""

    __tablename__ = "case_serial"

    region_code: str = Field(primary_key=True, max_length=5)
    year: int = Field(primary_key=True)
    last: int


class Deployment(SQLModel, table=True):
    """Facts about this database: digests of what was applied, the cluster generation of cursors."""

    __tablename__ = "deployment"

    key: str = Field(primary_key=True, max_length=40)
    value: str
