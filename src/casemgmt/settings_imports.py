"""What a deployment may set about imports of tables."""

from pydantic import Field
from pydantic_settings import BaseSettings


class ImportSettings(BaseSettings):
    """The part of the settings that imports read."""

    import_bytes: int = Field(10_485_760, ge=1024, le=26_214_400, description="Largest file of an import.")
    import_rows: int = Field(
        20_000, ge=1, le=20_000, description="Most rows of one import: they are recorded in one transaction."
    )
    import_seconds: int = Field(
        240,
        ge=1,
        le=280,
        description="Longest time of that transaction, which no request waits for. The audit log bears five minutes.",
    )
