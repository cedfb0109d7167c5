"""Signals over HTTP."""

from tests.clients import World

SIGNAL = {
    "source": "qr_111",
    "channel": "qr_message",
    "category": "violence_physical",
    "language": "kk",
    "narrative": "Үйде мені ұрады.",
    "region_code": "KZ-75",
}


async def test_a_signal_is_recorded_read_and_triaged(world: World) -> None:
    operator = await world.as_("operator.111")
    created = await operator.post("/v1/signals", SIGNAL)
    assert created.status_code == 201, created.text
    signal_id = created.json()["id"]
    read = await operator.get(f"/v1/signals/{signal_id}")
    assert read.status_code == 200, read.text
    assert read.json()["state"] == "received"
    listed = await operator.get("/v1/signals")
    assert [s["id"] for s in listed.json()["items"]] == [signal_id]
    triaged = await operator.post(
        f"/v1/signals/{signal_id}/triage",
        {"outcome": "emergency", "severity": "critical", "reason": "violence_going_on"},
        headers={"If-Match": read.headers["etag"]},
    )
    assert triaged.status_code == 200, triaged.text
    assert triaged.json()["state"] == "emergency"


async def test_an_auditor_learns_nothing_of_a_signal(world: World) -> None:
    operator = await world.as_("operator.111")
    signal_id = (await operator.post("/v1/signals", SIGNAL)).json()["id"]
    manager = await world.as_("manager.almaty")
    assert (await manager.get(f"/v1/signals/{signal_id}")).status_code == 404
    auditor = await world.as_("auditor")
    assert (await auditor.get(f"/v1/signals/{signal_id}")).status_code == 403
