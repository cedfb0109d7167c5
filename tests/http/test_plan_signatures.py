"""Electronic signatures on plans: over which bytes, what is kept and found, when they apply no more."""

import base64
import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs7 import PKCS7Options, PKCS7SignatureBuilder

from casemgmt.printing.plans import plan_sheet
from casemgmt.settings import Settings
from casemgmt.signatures.verifying import KnownIssuers, Signed, open_verifier
from tests.clients import Caller, World
from tests.records import events, rows
from tests.signature_steps import (
    CA,
    CA_KEY,
    IIN,
    KEY,
    NOW,
    certificate_of,
    pem,
    plain,
    trusting_settings,
)
from tests.steps import MANAGER, SUPERVISOR, approve_plan, case_in_planning, done, draft_plan, plan


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return trusting_settings(database_url, tmp_path)


async def _signable(caller: Caller, plan_id: str) -> bytes:
    answer = await caller.get(f"/v1/plans/{plan_id}/signable")
    assert answer.status_code == 200, answer.text
    return answer.content


async def test_what_is_signed_is_what_the_paper_is_compared_by_and_a_good_signature_is_verified(
    world: World, owner_url: str
) -> None:
    approved = await approve_plan(world, await case_in_planning(world))
    manager, path = await world.as_(MANAGER), f"/v1/plans/{approved['id']}/signatures"
    content = await _signable(manager, approved["id"])
    assert json.loads(content)["number"] == 1
    signed = done(await manager.post(path, plain(content)))
    assert (signed["verification"], signed["finding"], signed["applies"]) == ("verified", None, True)
    assert signed["digest"] == sha256(content).hexdigest()
    assert (signed["subject"], signed["issuer"], signed["serial"]) == ("ЖҰМАБАЕВА АЙГҮЛ", "Сынақ CA", "5f3c90a1")
    assert IIN not in json.dumps(signed)
    listed = done(await (await world.as_(SUPERVISOR)).get(path))["items"]
    assert listed == [signed]
    assert await events(owner_url, signed["id"]) == ["plan_signature.recorded", "plan_signature.listed"]


@pytest.mark.parametrize(
    ("changes", "finding"),
    [
        ({"other": "word"}, "signature_wrong"),
        ({"days": (-30, -1)}, "certificate_not_valid"),
        ({"days": (1, 30)}, "certificate_not_valid"),
        ({"stranger": True}, "issuer_not_trusted"),
    ],
)
async def test_a_signature_that_does_not_hold_is_kept_and_says_why(
    world: World, changes: dict[str, Any], finding: str
) -> None:
    approved = await approve_plan(world, await case_in_planning(world))
    manager = await world.as_(MANAGER)
    content = await _signable(manager, approved["id"])
    given = plain(content + b" " if "other" in changes else content, days=changes.get("days", (-1, 30)))
    if "stranger" in changes:
        given["certificate"] = pem(certificate_of(KEY, "Сынақ CA", Ed25519PrivateKey.generate()))
    signed = done(await manager.post(f"/v1/plans/{approved['id']}/signatures", given))
    assert (signed["verification"], signed["finding"]) == ("refused", finding)


async def test_a_cms_is_kept_with_what_its_certificate_says_and_nobody_here_can_say_whether_it_holds(
    world: World, owner_url: str
) -> None:
    approved = await approve_plan(world, await case_in_planning(world))
    manager = await world.as_(MANAGER)
    key = generate_private_key(65537, 2048)
    certificate = certificate_of(key, "ҰКО (RSA)", key, name=f"СОКОЛОВА ЕЛЕНА {IIN}")
    content = await _signable(manager, approved["id"])
    builder = PKCS7SignatureBuilder().set_data(content).add_signer(certificate, key, SHA256())
    cms = builder.sign(Encoding.DER, [PKCS7Options.DetachedSignature, PKCS7Options.Binary])
    given = {"signer": "representative", "form": "cms", "signature": base64.b64encode(cms).decode()}
    signed = done(await manager.post(f"/v1/plans/{approved['id']}/signatures", given))
    assert (signed["verification"], signed["finding"]) == ("unavailable", "form_not_known")
    assert (signed["subject"], signed["issuer"]) == ("СОКОЛОВА ЕЛЕНА", "ҰКО (RSA)")
    (kept,) = await rows(owner_url, "SELECT blob, subject FROM plan_signature")
    assert base64.b64decode(kept["blob"]) == cms


async def test_a_plan_that_was_rewritten_leaves_the_signature_standing_as_one_on_something_else(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    drafted = await draft_plan(world, await case_in_planning(world))
    path = f"/v1/plans/{drafted['id']}"
    manager, supervisor = await world.as_(MANAGER), await world.as_(SUPERVISOR)
    early = await manager.post(f"{path}/signatures", plain(b"{}"))
    assert (early.status_code, early.json()["code"]) == (409, "plan-not-frozen")
    assert (await manager.get(f"{path}/signable")).json()["code"] == "plan-not-frozen"
    done(await manager.post(f"{path}/sign"))
    signed = done(await manager.post(f"{path}/signatures", plain(await _signable(manager, drafted["id"]))))
    returned = done(await supervisor.post(f"{path}/return", {"reason": "Толықтыру керек"}))
    written = plan(child_view="Әжемде тұрғым келеді")
    done(await manager.request("PUT", path, json=written, headers={"If-Match": f'"v{returned["version"]}"'}))
    done(await manager.post(f"{path}/sign"))
    done(await supervisor.post(f"{path}/approve"))
    (listed,) = done(await manager.get(f"{path}/signatures"))["items"]
    assert (listed["verification"], listed["applies"]) == ("verified", False)
    again = await manager.post(f"/v1/plan-signatures/{signed['id']}/verify")
    assert (again.status_code, again.json()["code"]) == (409, "signed-otherwise")
    sheets = []
    monkeypatch.setattr(
        "casemgmt.printing.service.plan_sheet", lambda *given: sheets.append(plan_sheet(*given)) or sheets[-1]
    )
    assert (await manager.post(f"{path}/print", {"language": "ru"})).status_code == 200
    assert ("К чему относится", "НЕ к этому содержанию документа") in sheets[0].electronic[0]


async def test_a_signature_is_looked_at_again_and_what_was_found_changes_alone(world: World) -> None:
    approved = await approve_plan(world, await case_in_planning(world))
    manager = await world.as_(MANAGER)
    content = await _signable(manager, approved["id"])
    signed = done(await manager.post(f"/v1/plans/{approved['id']}/signatures", plain(content)))
    again = done(await manager.post(f"/v1/plan-signatures/{signed['id']}/verify"))
    assert {k for k in signed if signed[k] != again[k]} == {"checked_at", "version"}


async def test_who_may_not_sees_no_signature_and_records_none(world: World) -> None:
    approved = await approve_plan(world, await case_in_planning(world))
    path = f"/v1/plans/{approved['id']}/signatures"
    given = plain(await _signable(await world.as_(MANAGER), approved["id"]))
    assert (await (await world.as_("oversight")).post(path, given)).status_code == 403
    stranger = await world.as_("manager.astana")
    assert (await stranger.post(path, given)).status_code == 404
    assert (await stranger.get(path)).status_code == 404
    assert (await stranger.get(f"/v1/plans/{approved['id']}/signable")).status_code == 404


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"certificate": None}, "signature-certificate"),
        ({"form": "cms"}, "signature-certificate"),
        ({"certificate": "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"}, "certificate-unreadable"),
    ],
)
async def test_a_signature_without_its_certificate_is_refused(world: World, changes: dict[str, Any], code: str) -> None:
    approved = await approve_plan(world, await case_in_planning(world))
    manager = await world.as_(MANAGER)
    given = plain(await _signable(manager, approved["id"])) | changes
    answer = await manager.post(f"/v1/plans/{approved['id']}/signatures", given)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_without_issuers_nobody_can_say_and_a_folder_without_any_stops_the_service(tmp_path: Path) -> None:
    signed = Signed(b"content", "plain", KEY.sign(b"content"), None)
    assert open_verifier(None).verify(signed, NOW).verification == "unavailable"
    with pytest.raises(RuntimeError, match="CASEMGMT_SIGNATURE_ISSUERS"):
        open_verifier(tmp_path)


def test_rsa_keys_are_verified_from_2048_bits_on() -> None:
    key = generate_private_key(65537, 2048)
    certificate = certificate_of(key, "Сынақ CA", CA_KEY).public_bytes(Encoding.DER)
    blob = key.sign(b"content", PKCS1v15(), SHA256())
    verifier = KnownIssuers([CA])
    assert verifier.verify(Signed(b"content", "plain", blob, certificate), NOW).verification == "verified"
    assert verifier.verify(Signed(b"Content", "plain", blob, certificate), NOW).finding == "signature_wrong"
