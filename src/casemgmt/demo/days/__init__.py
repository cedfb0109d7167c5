"""A working day of five people as scripts over HTTP, each by the clock: what the day demands is done when it ends.

A day takes eight hours, so it is played against a service whose clock the script moves (`python -m api days`).
"""
