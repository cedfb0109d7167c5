"""Inserts one number after the other and prints each one that was confirmed, until the server is gone."""

import asyncio
import json
import sys

import asyncpg


async def main(url: str, start: int) -> None:
    connection = await asyncpg.connect(url)
    figure = start
    try:
        while True:
            figure += 1
            await connection.execute("INSERT INTO kept VALUES ($1)", figure)
            sys.stdout.write(json.dumps({"figure": figure}) + "\n" if figure == start + 1 else f"{figure}\n")
            sys.stdout.flush()
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
        return


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
