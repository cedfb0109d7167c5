"""Runs beside the web service: reports itself and the variables that it was given; ends when it is told to."""

import json
import os
import signal
import sys

from casemgmt.supervise import say_on_stdout


def _end(*_: object) -> None:
    say_on_stdout("the companion ends")
    sys.exit(0)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _end)
    given = sorted(name for name in os.environ if name.startswith("CASEMGMT_"))
    say_on_stdout(json.dumps({"companion": os.getpid(), "given": given}))
    while True:
        signal.pause()
