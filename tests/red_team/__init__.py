"""Every attack of `docs/threat-model.md` that can be tried over HTTP, as each role that could try it.

`python -m pytest -v tests/red_team` reports them one by one.
"""
