"""The command `casemgmt`, also as `python -m casemgmt`."""

import gc

gc.disable()  # What modules make stays: to look through it for garbage time and again took a quarter of the start.

from casemgmt.cli import app  # noqa: E402 - after that

gc.freeze()
gc.enable()


def main() -> None:
    """Run the command."""
    app()


if __name__ == "__main__":
    main()
