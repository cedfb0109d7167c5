"""What is signed here any receiver can check; what no holder of the secret signed just now is refused."""

from datetime import UTC, datetime, timedelta, timezone
from uuid import uuid4

import pytest
from cryptography.exceptions import InvalidTag

from casemgmt.signed_messages import UnsignedError, new_secret, seal, signature, signed_headers, unseal, verify

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
BODY = '{"type":"signal.triaged","сөз":"ә"}'.encode()


def test_a_signature_is_the_one_of_the_specification() -> None:
    # The vector that the libraries of Standard Webhooks test with.
    at = datetime.fromtimestamp(1614265330, UTC)
    made = signature(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", at, b'{"test": 2432232314}'
    )
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    almaty = at.astimezone(timezone(timedelta(hours=5)))
    assert (
        signature(
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", almaty, b'{"test": 2432232314}'
        )
        == made
    )


def test_during_a_change_of_secrets_either_of_them_is_enough() -> None:
    old, new, other = new_secret(), new_secret(), new_secret()
    headers = signed_headers([old, new], "evt_1", NOW, BODY)
    for keys in ([old], [new], [other, old]):
        assert verify(keys, headers, BODY, NOW) == "evt_1"
    assert refusal([other], headers) == "signature"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"webhook-id": "evt_2"}, "signature"),
        ({"webhook-id": ""}, "headers"),
        ({"webhook-timestamp": str(int(NOW.timestamp()) + 1)}, "signature"),
        ({"webhook-timestamp": str(int(NOW.timestamp()) - 301)}, "time"),
        ({"webhook-timestamp": str(int(NOW.timestamp()) + 301)}, "time"),
        ({"webhook-timestamp": "²"}, "headers"),
        ({"webhook-timestamp": "9" * 40}, "headers"),
        ({"webhook-timestamp": "-1"}, "headers"),
        ({"webhook-signature": "v1,"}, "signature"),
        ({"webhook-signature": "v1,ә"}, "signature"),
    ],
)
def test_what_was_changed_on_the_way_or_comes_late_is_refused(change: dict[str, str], code: str) -> None:
    secret = new_secret()
    assert refusal([secret], signed_headers([secret], "evt_1", NOW, BODY) | change) == code


def test_a_changed_body_and_one_that_is_no_text_are_refused() -> None:
    secret = new_secret()
    headers = signed_headers([secret], "evt_1", NOW, BODY)
    assert refusal([secret], headers, BODY + b" ") == "signature"
    assert refusal([secret], headers, b"\xff") == "signature"
    assert refusal([], headers) == "signature"


def test_a_stored_secret_opens_for_its_owner_under_its_key_alone() -> None:
    secret, owner = new_secret(), uuid4()
    sealed = seal(secret, owner, "key")
    assert secret.encode() not in sealed
    assert unseal(sealed, owner, "key") == secret
    for who, key in ((uuid4(), "key"), (owner, "another")):
        with pytest.raises(InvalidTag):
            unseal(sealed, who, key)


def refusal(keys: list[str], headers: dict[str, str], body: bytes = BODY) -> str:
    with pytest.raises(UnsignedError) as refused:
        verify(keys, headers, body, NOW)
    return str(refused.value)
