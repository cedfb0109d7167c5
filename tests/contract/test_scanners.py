"""The code under bandit, and all committed files under a search for secrets; both without a network."""

import json
import subprocess
import sys
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import pytest

from tests.contract.secrets_scan import findings

ROOT = Path(__file__).parents[2]
CODE = ("src", "api", "rules", "migrations", "benchmarks")

# Committed text that is random and no secret, with its reason. A new entry is a decision of whoever reviews it.
KNOWN = {
    ("openapi/contact-centre.md", "whsec_MfKQ9r"): "the published vector of Standard Webhooks",
    ("openapi/events.md", "whsec_MfKQ9r"): "the published vector of Standard Webhooks",
    ("tests/unit/test_signed_messages.py", "whsec_MfKQ9r"): "the published vector of Standard Webhooks",
    ("tests/unit/test_signed_messages.py", "msg_p5jXN8AQ"): "the published vector of Standard Webhooks",
    ("tests/unit/test_webhook_policy.py", "://user:word"): "an address that must be refused",
    ("tests/http/test_token_attacks.py", "ABCDEFGHIJKL"): "the alphabet of base64url",
}


def test_bandit_finds_nothing_that_is_not_argued_beside_the_line() -> None:
    """Ruff holds most of bandit's checks under the same numbers: one argued exception counts for both."""
    command = [sys.executable, "-m", "bandit", "-q", "-c", "pyproject.toml", "-f", "json", "-r", *CODE]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    report = json.loads(answer.stdout)
    assert report["errors"] == []
    assert len(report["metrics"]) > 200
    for_folders = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["ruff"]["lint"][
        "per-file-ignores"
    ]
    open_findings = []
    for finding in report["results"]:
        code = f"S{finding['test_id'][1:]}"
        if any(code in codes and fnmatch(finding["filename"], folder) for folder, codes in for_folders.items()):
            continue
        lines = (ROOT / finding["filename"]).read_text("utf-8").splitlines()
        first, last = min(finding["line_range"]), max(finding["line_range"])
        marks = [line.partition("noqa:")[2] for line in lines[first - 1 : last + 2]]
        if not any(code in mark and " -" in mark for mark in marks):
            open_findings.append(f"{finding['filename']}:{first} {finding['test_id']} {finding['issue_text']}")
    assert open_findings == []


def _committed() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S607 - git of the path
    return [ROOT / name for name in listed.stdout.split("\0") if name]


def test_no_committed_file_holds_a_secret() -> None:
    files = _committed()
    assert len(files) > 300
    found = []
    for file in files:
        name = str(file.relative_to(ROOT))
        if not file.is_file():
            continue
        try:
            text = file.read_text("utf-8")
        except UnicodeDecodeError:
            continue
        found += [(name, what[:12], kind) for kind, what in findings(text)]
    assert [f for f in found if f[:2] not in KNOWN] == []
    assert set(KNOWN) <= {f[:2] for f in found}, "an exception that nothing needs"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("-----BEGIN EC PRIVATE " + "KEY-----\nMHcCAQEE", "private key"),
        ("key = AKIA" + "ABCDEFGHIJKLMNOP", "cloud access key"),
        ("ghp_" + "a1B2" * 9, "repository token"),
        ("Authorization: Bearer eyJ" + "hbGciOiJIUzI1NiJ9.eyJ" + "zdWIiOiIxIn0xMjM.c2lnbmF0dXJlMTIz", "signed token"),
        ("whsec_" + "C2FVsBQIhrscChlQ" + "IMV+b5sSYspob7oD", "webhook secret"),
        ("postgresql://app:" + "hunter22" + "@db/casemgmt", "password in an address"),
        ('TOKEN = "' + "q8Zt3rWv0xYp" + "7LmK2nBs5dHf" + '"', "random text"),
        ("CASEMGMT_TOKEN_SECRET=" + "q8Zt3rWv0xYp" + "7LmK2nBs5dHf\n", "random text"),
    ],
)
def test_a_planted_secret_is_found(text: str, kind: str) -> None:
    assert kind in [found for found, _ in findings(text)]
