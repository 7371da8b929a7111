"""The style a machine can hold, on examples; then on every page and every interface string."""

import ast
import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

import tutor
from tutor.authoring.style import glossary, style
from tutor.i18n.catalog import MARKS
from tutor.i18n.pages import codes, page

PACKAGE = Path(tutor.__file__).parent
ROOT = Path(__file__).parents[2]


def told(text: str, language: str = "ja") -> list[tuple[str, str, int, int]]:
    return [
        (p.code, str(p.params["found"]), p.line, p.column) for p in style(text, language, "x.md")
    ]


@pytest.mark.parametrize(
    ("text", "code", "word"),
    [
        ("ポッドが3つ", "style-term", "ポッド"),
        ("ステートフルセット", "style-term", "ステートフルセット"),
        ("ヘッドレスサービス", "style-term", "ヘッドレスサービス"),
        ("Headless Serviceです", "style-term", "Headless Service"),
        ("クラスタの中", "style-term", "クラスタ"),
        ("コントローラが作る", "style-term", "コントローラ"),
        ("アイデンティティーです", "style-term", "アイデンティティー"),
        ("ネームスペース", "style-term", "ネームスペース"),
        ("次の値となります。", "style-term", "となります"),
        ("作ることができます。", "style-term", "ことができま"),
        ("名前が同じなので、", "style-term", "ので"),
        ("動きますから", "style-term", "ますから"),
        ("あなたのPod", "style-leave-out", "あなた"),
        ("要求（PVC）", "style-width", "（"),
        ("例：Pod", "style-width", "："),
        ("３つ", "style-width", "３"),
        ("全角　空白", "style-width", "\u3000"),
        ("ﾎﾟｰﾄ", "style-width", "ﾎ"),
        ("Pod の名前", "style-space", "Pod の名前"),
        ("名前は web です", "style-space", "名前は web です"),
        ("序数は 0 から", "style-space", "序数は 0 から"),
        ("`web-0` が", "style-space", ""),
        ("要求 (PVC)です", "style-space", ""),
        ("道具を使う", "style-term", "道具"),
        ("データを写します", "style-term", "写し"),
        ("仲間のPod", "style-term", "仲間"),
        ("セットの更新", "style-term", "セット"),
        ("大きいPodから", "style-term", "大きいPod"),
        ("新しい版です", "style-term", "版"),
        ("知らないフィールド", "style-term", "知らない"),
        ("後から変える", "style-term", "後から"),
        ("2つめのPod", "style-term", "2つめ"),
        ("気付きにくい", "style-term", "気付"),
        ("PVCも道連れ", "style-leave-out", "道連れ"),
        ("(最初だけ。)", "style-parenthesis", "。)"),
        ("見え\u200bない", "style-control", "U+200B"),
    ],
)
def test_what_is_not_written_in_japanese(text: str, code: str, word: str) -> None:
    found = told(text)
    assert (code, word) in [(c, w) for c, w, _, _ in found] or (
        not word and code in [c for c, *_ in found]
    ), found


@pytest.mark.parametrize(
    "text",
    [
        "クラスターのPodは、Service `web`の`web-0`です。",
        "もう1つのServiceは、`clusterIP`を書かずに作ります。",
        "本当ですか？ そうです！",
        "書き込んでいたのです。",
        "フィルタリングとメモリとコンテナ",
        "この過半数をクォーラム(定足数)と呼びます。",
        "Serviceの`spec`に`clusterIP: None`と書きます(Nは大文字)。",
        "`ポッド`と`（`はコードです。",
        "```text\nポッド ３つ （）\n```",
        "<!-- ポッド -->",
        "Kubernetes 1.36 では".replace(" では", "では"),
        "`{needed}`ではなく{found}。",
        "ReadWriteOnce(RWO)のノードアフィニティ",
        "リセットし、オフセットを戻します。直後から、最後から、2つ目から。",
        "序数が大きいPodから、ReadyなPodだけを選びます。",
        "日本語版とベータ版です。写真ではありません。",
    ],
)
def test_what_is_written_in_japanese(text: str) -> None:
    assert told(text) == []


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("The pods start.", "pods"),
        ("A Statefulset.", "Statefulset"),
        ("a stateful set", "stateful set"),
        ("A Headless Service is ready, a headless service is not.", "headless service"),
        ("kubernetes does it", "kubernetes"),
        ("K8s does it", "K8s"),
        ("You simply write it.", "simply"),
        ("Just add a line.", "Just add"),
        ("its ordinal number", "ordinal number"),
    ],
)
def test_what_is_not_written_in_english(text: str, word: str) -> None:
    assert word in [w for _, w, _, _ in told(text, "en")]


@pytest.mark.parametrize(
    "text",
    [
        "Pods of a StatefulSet have a headless Service.",
        "Run `kubectl get pods` on kubernetes/kubernetes.",
        "It has just become Ready.",
        "Full-width （ and ポッド are for Japanese to judge.",
    ],
)
def test_what_is_written_in_english(text: str) -> None:
    assert told(text, "en") == []


def test_the_place_is_that_of_the_word() -> None:
    assert told("一行目\n`a`とポッド") == [("style-term", "ポッド", 2, 5)]


def test_keys_of_front_matter_are_no_prose() -> None:
    text = "---\nchoices: {pods: x, no-pods: y}\ntasks:\n  pod-name: The pod.\n---\npods: here\n"
    assert [(word, line) for _, word, line, _ in told(text, "en")] == [("pod", 4), ("pods", 6)]


def test_the_glossary_is_whole() -> None:
    lines = (PACKAGE / "authoring" / "glossary.tsv").read_text("utf-8").splitlines()
    terms = [line.split("\t") for line in lines if not line.startswith("#")]
    assert all(len(term) == 4 for term in terms)
    assert len({(term[0], term[1]) for term in terms}) == len(terms)
    assert len(glossary("ja")) + len(glossary("en")) == len(terms)
    for language in ("ja", "en"):
        for term in glossary(language):
            # What is recommended must not itself be refused.
            recommended = re.sub(r"[〜(].*", "", term.use)
            assert not term.pattern.search(recommended), term


_ENDS = re.compile("(?:です|ます|ません|でした|ました|ください|でしょう|か)$")
_ORDERS = re.compile(r"(?:直し|削除し|囲み|消し|試し|確認し|置き換え)ます$")


def sentences(text: str) -> list[str]:
    """What ends with a full stop; a text without one is a label, not a sentence."""
    parts = re.split(r"(?<=。)", re.sub(r"\([^()]*\)|\*\*", "", text))
    return [part[:-1] for part in parts if part.endswith("。")]


def test_messages_of_pages_are_whole_sentences() -> None:
    """One grammar: no telegrams ("X → Y。", "XではなくY。"), and an order ends in ください."""
    found = [
        f"{code}.{variant}: {part}"
        for code in codes("ja")
        for variant, message in page(code, "ja").messages.items()
        for part in sentences(message)
        if "→" in message or not _ENDS.search(part) or _ORDERS.search(part)
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_no_message_of_a_page_is_a_telegram(language: str) -> None:
    found = [
        f"{code}.{variant}"
        for code in codes(language)
        for variant, message in page(code, language).messages.items()
        if "→" in message
    ]
    assert not found


def interface() -> list[tuple[str, str]]:
    """Every interface string: English, Japanese."""
    source = PACKAGE / "i18n" / "locales" / "ja" / "LC_MESSAGES" / "tutor.po"
    with source.open("rb") as stream:
        catalog = read_po(stream, locale="ja")
    both = []
    for message in catalog:
        ids = message.id if isinstance(message.id, list | tuple) else [message.id]
        said = message.string if isinstance(message.string, list | tuple) else [message.string]
        both += [(ids[0], one or "") for one in said if ids[0]]
    return both


def test_interface_strings_are_whole_sentences() -> None:
    found = [
        part
        for english, japanese in interface()
        if english.endswith((".", "**"))
        for part in sentences(japanese)
        if not _ENDS.search(part) and not re.search(r": |\}$", part)
    ]
    assert not found, "\n".join(found)


_SAME_IN_BOTH = {
    "argument %(argument_name)s: %(message)s": "the frame of argparse; both parts are translated",
    "Pods": "a kind, written as in the API",
    "class {name}": "a kind, written as in the API",
    "claim {name}": "PVC, as Japanese engineers say",
    "{ready} of {wanted} Ready": "as kubectl shows it: Ready 2/3",
}
"""Strings with English words whose Japanese has no Japanese letter, each with its reason."""


def test_no_interface_string_is_left_in_english() -> None:
    words = re.compile(r"[A-Za-z]{2}")
    slots = re.compile(r"\{\w+\}|%\(\w+\)[rsd]|%[rsd]")
    left = {
        english
        for english, japanese in interface()
        if words.search(slots.sub("", english)) and not re.search("[ぁ-んァ-ヶ一-龠]", japanese)
    }
    assert left == set(_SAME_IN_BOTH)


def test_every_string_with_placeholders_is_marked() -> None:
    """A call under another name would not be extracted, and so be English in every language."""
    found = []
    for file in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            match node:
                case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=[first, *_]):
                    keywords = {one.arg for one in node.keywords}
                    text = first.value if isinstance(first, ast.Constant) else None
                    names = set(re.findall(r"\{(\w+)\}", text)) if isinstance(text, str) else set()
                    if names and names <= keywords and name not in MARKS:
                        found.append(f"{file.name}:{node.lineno} {name}({text!r})")
    assert not found, "\n".join(found)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_pages_are_written_so(language: str) -> None:
    found = [
        f"{problem.file}:{problem.line}:{problem.column} {problem.code} {dict(problem.params)}"
        for code in codes(language)
        for problem in style(
            (PACKAGE / "i18n" / "pages" / language / f"{code}.md").read_text("utf-8"),
            language,
            f"{language}/{code}.md",
        )
    ]
    assert not found, "\n".join(found)
    assert page("LSN101", language).title


@pytest.mark.parametrize(
    "file", sorted([*ROOT.glob("*.ja.md"), *ROOT.glob("docs/*.ja.md")]), ids=lambda file: file.name
)
def test_documents_are_written_so(file: Path) -> None:
    found = [
        f"{problem.file}:{problem.line}:{problem.column} {problem.code} {dict(problem.params)}"
        for problem in style(file.read_text("utf-8"), "ja", file.name)
    ]
    assert not found, "\n".join(found)


def test_interface_strings_are_written_so() -> None:
    source = PACKAGE / "i18n" / "locales" / "ja" / "LC_MESSAGES" / "tutor.po"
    with source.open("rb") as stream:
        catalog = read_po(stream, locale="ja")
    found: list[str] = []
    for message in catalog:
        for language, text in (("en", message.id), ("ja", message.string)):
            for one in text if isinstance(text, list | tuple) else [text]:
                found += [
                    f"{one!r}: {problem.code} {dict(problem.params)}"
                    for problem in style(one or "", language, "tutor.po", markdown=False)
                    if message.id
                ]
    assert not found, "\n".join(found)
