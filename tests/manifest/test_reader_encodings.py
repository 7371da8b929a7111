"""Files that are not saved as UTF-8: named, and read all the same."""

import pytest

from tutor.i18n.pages import message
from tutor.manifest.reader import read
from tutor.model.course import LANGUAGES
from tutor.model.findings import Finding, Severity

TEXT = "# 設定ファイル\nkind: X # ここ\nmetadata: {name: web}\nnote: データベースの設定\n"


def encoding_finding(source: bytes) -> Finding:
    (finding,) = [f for f in read(source).findings if f.code == "YAML102"]
    for language in LANGUAGES:
        assert message(finding, language)
    return finding


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf", b"\xef\xbb\xbf\xef\xbb\xbf"])
def test_utf_8_needs_no_words(mark: bytes) -> None:
    manifest = read(mark + TEXT.encode())
    assert manifest.findings == ()
    assert manifest.text == TEXT


@pytest.mark.parametrize(
    ("codec", "name"),
    [("cp932", "Shift_JIS"), ("euc_jp", "EUC-JP"), ("iso2022_jp", "ISO-2022-JP")],
)
@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        TEXT.replace("\n", "\r\n"),
        "# コメント\nkind: X\n",
        "kind: X\nb: 設定\n",
        "kind: X\nb: １Ｇｉ　\n",
        "kind: X # ソート、表示\n",
        "kind: X\nb: “あ”\n",
    ],
)
def test_japanese_encodings(codec: str, name: str, text: str) -> None:
    manifest = read(text.encode(codec))
    assert manifest.text == text
    assert manifest.documents[0].kind == "X"
    finding = encoding_finding(text.encode(codec))
    assert (finding.params["encoding"], finding.variant) == (name, "japanese")
    assert finding.severity is Severity.ERROR
    line = text.split("\n")[finding.line - 1]
    assert not line[finding.column - 1].isascii()
    assert line[: finding.column - 1].isascii()


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_utf_16_with_a_mark_is_what_kubectl_reads(codec: str) -> None:
    source = ("\ufeff" + TEXT).encode(codec)
    finding = encoding_finding(source)
    assert (finding.severity, finding.variant) == (Severity.WARNING, "utf-16")
    assert read(source).text == TEXT


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be", "utf-32"])
@pytest.mark.parametrize("text", [TEXT, "kind: X\n", "kind: 日本語のテキスト\n"])
def test_wide_encodings_that_kubectl_cannot_read(codec: str, text: str) -> None:
    finding = encoding_finding(text.encode(codec))
    assert (finding.severity, finding.variant) == (Severity.ERROR, "unread")
    assert str(finding.params["encoding"]).lower() == codec[:6]
    assert read(text.encode(codec)).text == text


@pytest.mark.parametrize(
    ("source", "byte", "place", "offset"),
    [
        (b"a: 1\nb: \xff\n", "0xFF", (2, 4), 9),
        ("a: 1\r\n# caf\xe9\r\n".encode("latin-1"), "0xE9", (2, 6), 12),
        ("# Bär\n".encode("latin-1"), "0xE4", (1, 4), 4),
        ("# 日本".encode() + b"\xe3\x81", "0xE3", (1, 5), 9),
        (b"\xef\xbb\xbfa: \x80", "0x80", (1, 4), 7),
    ],
)
def test_a_byte_that_is_not_utf_8(
    source: bytes, byte: str, place: tuple[int, int], offset: int
) -> None:
    finding = encoding_finding(source)
    assert (finding.variant, finding.severity) == ("invalid", Severity.ERROR)
    assert dict(finding.params) == {"byte": byte, "offset": offset}
    assert (finding.line, finding.column) == place
    assert "\ufffd" in read(source).text


def test_a_file_that_is_no_text() -> None:
    manifest = read(b"\x1f\x8b\x08\x00" + bytes(range(256)) * 50)
    assert [(f.code, f.variant) for f in manifest.findings] == [("YAML102", "binary")]
    assert (manifest.text, manifest.documents) == ("", ())


def test_nul_and_colours_are_control_characters() -> None:
    for source in (b"a: 1\nb: x\0y\n", b"a: 1\nb: \x1b[31mx\x1b[0m\n"):
        (finding,) = read(source).findings
        assert (finding.code, finding.line) == ("YAML103", 2)
        assert read(source).documents[0].data["a"] == 1


def test_half_a_character_in_a_text() -> None:
    (finding,) = read("a: x\ud800\n").findings
    assert (finding.code, finding.params["found"]) == ("YAML103", "U+D800")
