"""`python -m api`."""

import gc
import sys

gc.disable()  # What modules make stays: to look through it for garbage time and again took a third of the start.

from api.command_line import main  # noqa: E402 - after that

gc.freeze()
gc.enable()

if __name__ == "__main__":
    sys.exit(main())
