"""What the benchmark of the queues calls flat is what its committed figures are, and no more than noise beside it."""

import json

from benchmarks.queues import FLAT, NOISE_MS, RESULTS, missed


def test_the_committed_figures_keep_the_targets_that_stand_beside_them() -> None:
    found = json.loads(RESULTS.read_text("utf-8"))
    assert (found["targets"]["growth"], found["targets"]["noise_ms"]) == (FLAT, NOISE_MS)
    assert missed(found["in_database_ms"]) == found["missed"] == []


def test_a_queue_that_grows_with_the_archive_is_named() -> None:
    assert missed({"count team": {"50000": 0.3, "500000": 0.5}}) == ["count team: 0.3 ms grow to 0.5"]
    assert missed({"list team": {"50000": 0.03, "500000": 0.1}}) == []
