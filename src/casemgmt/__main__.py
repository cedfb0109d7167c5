"""`python -m casemgmt`: the same as the command `casemgmt`."""

from casemgmt.cli import app

app()
