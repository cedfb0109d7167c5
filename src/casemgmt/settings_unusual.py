"""What a deployment calls unusual: thresholds of the questions to the audit log, read by an operator's commands too."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class UnusualSettings(BaseSettings):
    """The part of the settings that says from when on access is unusual."""

    unusual_records: int = Field(
        200, ge=1, description="More different records seen within `unusual_records_minutes` are reported as unusual."
    )
    unusual_records_minutes: int = Field(60, ge=1, le=1440, description="The short time of `unusual_records`.")
    unusual_refusals: int = Field(
        15, ge=1, description="More refusals of one account within `unusual_refusals_minutes` are reported."
    )
    unusual_refusals_minutes: int = Field(60, ge=1, le=1440, description="The short time of `unusual_refusals`.")
    unusual_other_region: int = Field(
        3,
        ge=0,
        description="More records opened of another region and body than the actor's, without a place on their team, "
        "are reported.",
    )
    unusual_colleague_names: int = Field(
        0, ge=0, description="More looks at persons with the name of somebody of the actor's own body are reported."
    )
    unusual_night_looks: int = Field(
        10, ge=0, description="More looks in one night are reported, of accounts whose roles have no duty at night."
    )
    unusual_night_from: int = Field(22, ge=0, le=23, description="Hour at which the night begins, in Kazakhstan.")
    unusual_night_until: int = Field(6, ge=0, le=23, description="Hour at which the night ends.")
    unusual_duty_roles: str = Field(
        "contact_centre_operator,duty_officer,integration,mobile_group_lead,mobile_group_member",
        description="Roles that work at night, with commas between.",
    )
    unusual_repeated: int = Field(
        8, ge=0, description="More looks at one child by somebody who never was on its team are reported."
    )


class UnusualRules(UnusualSettings):
    """What `casemgmt audit unusual` reads: none of the service's secrets."""

    model_config = SettingsConfigDict(env_prefix="CASEMGMT_", env_ignore_empty=True, frozen=True, extra="ignore")
