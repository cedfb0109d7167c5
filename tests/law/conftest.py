"""Compiled kernels of the tests are kept with pytest's own cache, not in the user's."""

import pytest


@pytest.fixture(autouse=True)
def kernel_cache(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = getattr(request.config, "cache", None)  # pytest may be asked to keep nothing
    if cache is not None:
        folder = cache.mkdir("kernels")
        folder.chmod(0o700)
        monkeypatch.setenv("CASEMGMT_KERNEL_CACHE", str(folder))
