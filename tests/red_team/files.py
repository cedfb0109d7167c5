"""Getting at documents, and getting something in among them."""

import httpx

from tests.document_steps import announce, announcement, send
from tests.red_team.attack import Field, attack

GONE = frozenset({403, 404})
STRANGERS = ("manager.astana", "lawyer.almaty", "duty.astana", "admin", "auditor", "records", "qr.111")
DISGUISED = {
    "a page that runs scripts": b"<html><script>fetch('/v1/cases')</script></html>",
    "a program": b"MZ\x90\x00" + b"\x00" * 600,
    "a drawing with a script": b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>",
    "an archive": b"PK\x03\x04" + b"\x00" * 600,
}


@attack("F01", "opens a document of another body's case", *STRANGERS, statuses=GONE)
async def opens_document(field: Field) -> list[httpx.Response]:
    caller, document = await field.attacker(), field.target.document
    return [
        await caller.get(f"/v1/documents/{document}"),
        await caller.post(f"/v1/documents/{document}/links"),
        await caller.post(f"/v1/documents/{document}/original-links"),
    ]


@attack("F02", "uses a link that somebody else was given", "supervisor.almaty", *STRANGERS, statuses=GONE)
async def uses_link(field: Field) -> list[httpx.Response]:
    return [await (await field.attacker()).get(field.target.link)]


@attack("F03", "makes its own link longer or for another copy", "manager.almaty", statuses=GONE)
async def forges_link(field: Field) -> list[httpx.Response]:
    caller, url = await field.attacker(), field.target.link
    forged = [url.replace("shown.", "original."), url.replace("link=shown.", "link=shown.9"), url[:-4] + "0000"]
    return [await caller.get(each) for each in forged]


@attack(
    "F04",
    "sends a script, a program or an archive as a court decision",
    "manager.almaty",
    "lead.almaty",
    statuses=frozenset({404, 415, 422}),
)
async def sends_script(field: Field) -> list[httpx.Response]:
    caller = await field.attacker()
    if field.username != "manager.almaty":
        return [await caller.post("/v1/documents", announcement("case", field.target.case))]
    found = []
    for content in DISGUISED.values():
        document = await announce(caller, "case", field.target.case, size_bytes=len(content))
        found.append(await send(caller, document, content))
    return found


@attack("F05", "removes a document alone", "manager.almaty", statuses=frozenset({403, 409}))
async def removes_alone(field: Field) -> list[httpx.Response]:
    caller, path = await field.attacker(), f"/v1/documents/{field.target.document}"
    proposed = await caller.post(f"{path}/propose-removal", {"reason": "entered_in_error"})
    assert proposed.status_code in {200, 409}, proposed.text
    return [await caller.post(f"{path}/remove")]
