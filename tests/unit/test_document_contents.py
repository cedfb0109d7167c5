"""What is taken in by its content, and what the shown copy of a photo leaves out."""

import io
import struct
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casemgmt.documents.media import MEDIA_TYPES, check_content
from casemgmt.documents.shown import pieces_of
from casemgmt.errors import Invalid
from tests.contents import (
    CONTENT_TYPES,
    GPS,
    OFFICE,
    WHOLE,
    archive,
    chunk,
    docx,
    exif,
    jpeg,
    pdf,
    png,
    segment,
)

DOCX = f"{OFFICE}.wordprocessingml.document"
ODT = "application/vnd.oasis.opendocument.text"


def reader(content: bytes) -> io.BufferedReader:
    return io.BufferedReader(io.BytesIO(content))  # type: ignore[arg-type]  # bytes in memory read as a file does


def refusal(media_type: str, content: bytes) -> str:
    with pytest.raises(Invalid) as refused:
        check_content(media_type, reader(content))
    return refused.value.code


def shown(media_type: str, content: bytes) -> bytes:
    return b"".join(
        piece if isinstance(piece, bytes) else content[piece.start : piece.stop]
        for piece in pieces_of(reader(content), media_type, "shown")
    )


@pytest.mark.parametrize("media_type", WHOLE)
def test_a_whole_file_of_every_type_is_taken(media_type: str) -> None:
    check_content(media_type, reader(WHOLE[media_type]))


def test_every_type_has_a_whole_file_here() -> None:
    assert set(WHOLE) == set(MEDIA_TYPES)


@pytest.mark.parametrize("declared", WHOLE)
@pytest.mark.parametrize("sent", WHOLE)
def test_the_declared_type_must_be_that_of_the_content(declared: str, sent: str) -> None:
    if declared != sent:
        assert refusal(declared, WHOLE[sent]) == "document-type-differs"


@pytest.mark.parametrize("media_type", [t for t in WHOLE if t != "text/plain"])
def test_a_file_that_was_cut_off_is_refused(media_type: str) -> None:
    content = WHOLE[media_type]
    for end in (len(content) - 2, len(content) - 9, len(content) // 2, 12, 3):
        assert refusal(media_type, content[:end]) in {
            "document-not-whole",
            "document-hidden-content",
            "document-type-differs",
        }


@pytest.mark.parametrize("media_type", [t for t in WHOLE if t != "text/plain"])
@pytest.mark.parametrize("tail", [archive({"a.txt": b"a"}), b"MZ\x90\x00 program", b"<html><script>"])
def test_nothing_stands_behind_a_file(media_type: str, tail: bytes) -> None:
    assert refusal(media_type, WHOLE[media_type] + tail).startswith("document-")


@pytest.mark.parametrize("media_type", [t for t in WHOLE if t != "text/plain"])
@pytest.mark.parametrize("head", [b"MZ", b"#!/bin/sh\n", b"<svg onload=alert(1)>", b"\x00", b"GIF89a"])
def test_nothing_stands_before_a_file(media_type: str, head: bytes) -> None:
    assert refusal(media_type, head + WHOLE[media_type]) == "document-type-differs"


@pytest.mark.parametrize(
    "begin", [b"<html>", b"  \n<svg xmlns=", b"<!DOCTYPE html>", b"<?xml version=", b"#!/bin/sh", b"<?php"]
)
def test_a_page_or_script_is_no_text(begin: bytes) -> None:
    assert refusal("text/plain", begin + b" and words") == "document-active-content"


def test_text_is_utf_8_without_control_characters() -> None:
    for content in ("Анықтама".encode("utf-16"), "справка".encode("cp1251"), b"a\x00b", b"\x1b[31m", b"MZ\x90\x00"):
        assert refusal("text/plain", content) == "document-type-differs"
    split = b"a" * 262_143 + "ж".encode()  # a letter on the border of two blocks
    check_content("text/plain", reader(split))


@pytest.mark.parametrize(
    "acting",
    [
        b"<< /OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >> >>",
        b"<< /S /J#61vaScript /JS (1) >>",
        b"<< /S /Launch /F (cmd.exe) >>",
        b"<< /Names << /EmbeddedFiles 3 0 R >> >>",
        b"<< /Subtype /RichMedia >>",
    ],
)
def test_a_pdf_that_acts_is_refused_wherever_it_does(acting: bytes) -> None:
    assert refusal("application/pdf", pdf(acting)) == "document-active-content"
    on_a_border = pdf(b"x" * (262_144 - 80), acting)
    assert refusal("application/pdf", on_a_border) == "document-active-content"


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ({"word__vbaProject.bin": b"macro"}, "document-active-content"),
        ({"word__embeddings__oleObject1.bin": b"x"}, "document-active-content"),
        ({"word__media__image1.png": b"MZ\x90\x00"}, "document-active-content"),
        ({"word__media__x.exe": b"x"}, "document-active-content"),
        ({"word__x.xml": b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}, "document-active-content"),
        (
            {
                "word___rels__settings.xml.rels": b'<Relationship Target="http://evil/x.dotm" TargetMode="External"'
                b' Type="http://schemas/attachedTemplate"/>'
            },
            "document-active-content",
        ),
        ({"..__..__etc__passwd": b"x"}, "document-hidden-content"),
        ({"WORD__document.xml": b"<another/>"}, "document-hidden-content"),
        ({"word__big.xml": b" " * 30_000_000}, "document-unpacks-too-large"),
        ({f"word__{n}.xml": b"" for n in range(2001)}, "document-unpacks-too-large"),
    ],
)
def test_an_office_file_that_acts_or_bursts_is_refused(parts: dict[str, bytes], code: str) -> None:
    assert refusal(DOCX, docx(**parts)) == code


def test_a_link_in_a_letter_is_no_template() -> None:
    link = b'<Relationship Type="http://schemas/hyperlink" Target="https://adilet.zan.kz" TargetMode="External"/>'
    check_content(DOCX, reader(docx(word___rels__document=link)))


def test_macros_declared_under_another_name_are_refused() -> None:
    types = CONTENT_TYPES.replace(b"main+xml", b"application/vnd.ms-word.document.macroEnabled.main+xml")
    content = archive({"[Content_Types].xml": types, "word/document.xml": b"<w:document/>"})
    assert refusal(DOCX, content) == "document-active-content"
    open_document = archive(
        {
            "mimetype": ODT.encode(),
            "content.xml": b"<office:document-content/>",
            "META-INF/manifest.xml": b"<manifest/>",
            "Basic/Standard/Module1.xml": b"<script:module/>",
        }
    )
    assert refusal(ODT, open_document) == "document-active-content"


def test_parts_that_share_their_bytes_are_refused() -> None:
    content = bytearray(docx(word__a=b"a" * 99))
    places = [i for i in range(len(content)) if content[i : i + 4] == b"PK\x01\x02"]
    content[places[2] + 42 : places[2] + 46] = content[places[1] + 42 : places[1] + 46]
    assert refusal(DOCX, bytes(content)) in {"document-hidden-content", "document-not-whole"}


def test_a_part_whose_check_sum_is_wrong_is_refused() -> None:
    content = bytearray(WHOLE[DOCX])
    content[content.index(b"PK\x01\x02") + 16] ^= 1
    assert refusal(DOCX, bytes(content)) == "document-not-whole"


def test_a_picture_that_claims_endless_pixels_is_refused() -> None:
    assert refusal("image/png", png(width=100_000, height=100_000)) == "picture-too-large"
    assert refusal("image/jpeg", jpeg(width=60_000, height=60_000)) == "picture-too-large"


def test_a_png_with_a_wrong_check_sum_is_refused() -> None:
    content = bytearray(png())
    content[-14] ^= 1
    assert refusal("image/png", bytes(content)) == "document-not-whole"


def test_what_telephones_put_behind_a_photo_is_taken_and_not_shown() -> None:
    for behind in (jpeg(orientation=1), b"\x00\x00\x00\x18ftypmp42" + GPS, b"\x00\x00SEFH" + GPS + b"SEFT"):
        content = jpeg() + behind
        check_content("image/jpeg", reader(content))
        assert shown("image/jpeg", content) == shown("image/jpeg", jpeg())
    with_archive = jpeg() + b"\x00\x00\x00\x18ftypmp42" + archive({"a": b"a"})
    assert refusal("image/jpeg", with_archive) == "document-hidden-content"


@pytest.mark.parametrize("media_type", ["image/jpeg", "image/png", "image/webp"])
def test_the_shown_copy_is_the_picture_without_its_place(media_type: str) -> None:
    content = WHOLE[media_type]
    assert GPS in content
    copy = shown(media_type, content)
    assert GPS not in copy
    check_content(media_type, reader(copy))
    assert shown(media_type, copy) == copy, "there is nothing left to leave out"
    assert (
        b"".join(
            content[p.start : p.stop]
            for p in pieces_of(reader(content), media_type, "original")
            if isinstance(p, range)
        )
        == content
    )


def test_the_shown_copy_keeps_colours_and_which_way_up() -> None:
    copy = shown("image/jpeg", jpeg(orientation=6))
    assert b"ICC_PROFILE" in copy
    assert struct.pack(">HHIH", 0x0112, 3, 1, 6) in copy
    assert b"Exif" not in shown("image/jpeg", jpeg(orientation=1))
    assert b"comment" not in copy


@given(st.binary(max_size=200))
def test_any_exif_at_all_is_left_out_or_understood(body: bytes) -> None:
    content = jpeg().replace(segment(0xE1, exif(6)), segment(0xE1, b"Exif\x00\x00" + body))
    copy = shown("image/jpeg", content)
    check_content("image/jpeg", reader(copy))
    assert len(copy) <= len(shown("image/jpeg", jpeg(orientation=6)))


@given(st.sampled_from(["image/jpeg", "image/png", "image/webp", DOCX, "application/pdf"]), st.data())
def test_a_mangled_file_is_taken_or_refused_and_never_a_fault(media_type: str, data: st.DataObject) -> None:
    content = bytearray(WHOLE[media_type])
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    with suppress(Invalid):
        check_content(media_type, reader(bytes(content)))
        shown(media_type, bytes(content))


def test_a_part_that_nobody_knows_is_kept_and_not_shown() -> None:
    content = png().replace(chunk(b"tEXt", b"Comment\x00" + GPS), chunk(b"prVt", GPS))
    check_content("image/png", reader(content))
    assert shown("image/png", content) == shown("image/png", png())
