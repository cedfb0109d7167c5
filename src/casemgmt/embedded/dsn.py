"""How to reach a running embedded server."""

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlencode


@dataclass(frozen=True, slots=True)
class Dsn:
    """Where the server listens and as whom to enter. The password never shows in `repr`."""

    socket_folder: Path
    port: int
    user: str
    password: str = field(repr=False)
    database: str

    def url(self, *, driver: str = "", database: str | None = None) -> str:
        """Write the address as a URL, for another database of the same server when `database` is given.

        `driver` is SQLAlchemy's ("asyncpg"); without it the URL is the plain one that asyncpg and libpq read.
        """
        scheme = f"postgresql+{driver}" if driver else "postgresql"
        query = urlencode({"host": str(self.socket_folder), "port": self.port}, safe="/")
        name = quote(database or self.database, safe="")
        return f"{scheme}://{quote(self.user, safe='')}:{quote(self.password, safe='')}@/{name}?{query}"
