"""What a deployment may set about documents: where their contents lie, under which keys, how large they may be."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings

from casemgmt.settings_database import OperatorSettings


class DocumentSettings(BaseSettings):
    """The part of the settings that documents read."""

    document_folder: Path = Field(
        Path(".data/documents"),
        description="Folder of the contents of documents, sealed; on a volume of its own that is backed up.",
    )
    document_key_file: Path | None = Field(
        None,
        description="File of the master keys that wrap the documents' keys (`casemgmt files new-key`). Empty: no "
        "document is taken in or opened; the demo has a well-known key.",
    )
    document_pdf_bytes: int = Field(26_214_400, ge=1024, le=2**31, description="Largest PDF.")
    document_image_bytes: int = Field(20_971_520, ge=1024, le=2**31, description="Largest photo.")
    document_office_bytes: int = Field(10_485_760, ge=1024, le=2**31, description="Largest DOCX, XLSX or ODT.")
    document_text_bytes: int = Field(1_048_576, ge=1024, le=2**31, description="Largest plain text.")
    document_upload_seconds: float = Field(
        300.0, gt=0, le=3600, description="Longest time that the content of one document may take to arrive."
    )
    document_link_seconds: int = Field(60, ge=5, le=600, description="Life of a link to the content of a document.")

    document_scanner: str | None = Field(
        None,
        description="clamd of ClamAV, as `host:port` or the path of its socket: what it finds something in is refused, "
        "and nothing is kept while it does not answer. Empty: nobody looks, and every document says `not_scanned`.",
    )
    document_scanner_seconds: float = Field(
        30.0, gt=0, le=300, description="Longest wait for each answer of the scanner."
    )

    signature_issuers: Path | None = Field(
        None,
        description="Folder of certificates (PEM) of issuers by whom electronic signatures are verified here, without "
        "a chain and without revocation. Empty: every signature is kept and says that nobody here can verify it.",
    )

    @property
    def largest_document_bytes(self) -> int:
        """The most bytes that the content of a document of any type may have."""
        return max(
            self.document_pdf_bytes, self.document_image_bytes, self.document_office_bytes, self.document_text_bytes
        )


class FilesSettings(DocumentSettings, OperatorSettings):
    """What `casemgmt files` reads: of the service's secrets the master keys alone."""
