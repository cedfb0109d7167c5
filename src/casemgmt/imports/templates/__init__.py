"""Samples of registers as bodies keep them, and of the mapping files that go with them. Everybody is invented."""

from importlib import resources

KINDS_OF_SAMPLES = ("signals", "cases")
LANGUAGES = ("ru", "kk")


def sample(kind: str, language: str, extension: str) -> bytes:
    """Return a sample: `yaml` is the mapping file, `csv` the table."""
    return (resources.files("casemgmt.imports.templates") / f"{kind}.{language}.{extension}").read_bytes()
