"""Names that people give to clusters that matter: production, what is live, what stands before it.

Names are put together without spaces, so words are looked for inside of them, in any of the usual
ways of writing: ``k8s-prod-1``, ``prodeks``, ``myProd``, ``PRD``, full width, other languages.
Words that only contain the same letters (``product-catalog``, ``alive``, ``postgres``) are none.
"""

import re
import unicodedata
from collections.abc import Iterable

_ANYWHERE = re.compile(
    # Not product, produce, reproduction, prodigy, prodding; but production and its foreign kin.
    r"prod(?!uct(?!i)|uctiv|uc(?:e|ing|ible)|ig[aiy]|ding|ded|der)(?<!(?<!p)reprod(?=uct))"
    r"|prd|staging|(?<![a-z])stg|stg(?![a-z])"
)
"""Letters that make the word wherever they stand between other letters."""

_WORDS = "live|stage|stag|uat|canary|golive|blue ?green"
_BESIDE = (
    r"[0-9]+|k8s|kube|kubernetes|cluster|eks|aks|gke|oke|ack|doks|lke|iks|aro|rosa|ocp|openshift|"
    r"rke|k3s|aws|gcp|azure|az|oci|ibm|ali|db|env|app|api|web|site|svc|my|our|the|new|old|main|"
    r"node|admin|user|ops|dev|us|eu|ap|jp|de|uk|cn|east|west|north|south|tokyo|osaka|pre|non|post|"
    r"system|corp|shop|team|the|v"
)
_WORD = re.compile(rf"(?:{_BESIDE})*(?:{_WORDS})(?:{_BESIDE})*")
"""A whole part of a name; short words that many others contain are known by their neighbours."""

_ELSEWHERE = re.compile(
    r"本番|商用|本稼働|本稼動|実運用|運用環境|検証|受入|受け入れ"
    r"|ステージング|ステージ環境|プロダクション(?!レディ)|ライブ環境|プロド|リリース環境"
    r"|生产|生產|线上|線上|正式环境|正式環境|预发|預發|灰度"
    r"|프로덕션|운영|상용|스테이징|실서버|라이브"
    r"|продакш|прод(?![а-я])|боев"
)

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_APART = re.compile(r"[^a-z]+")


def sounding(names: Iterable[str]) -> str:
    """The first of these names that says production, or what is treated like it; else empty."""
    return next((name for name in names if _says_so(name)), "")


def _says_so(name: str) -> bool:
    plain = "".join(
        one for one in unicodedata.normalize("NFKC", name) if unicodedata.category(one) != "Cf"
    )
    if _ELSEWHERE.search(plain.casefold()):
        return True
    latin = "".join(
        one for one in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(one)
    )
    for text in (latin, _CAMEL.sub("-", latin)):
        if _ANYWHERE.search(text.casefold()):
            return True
        # Digits stay with their words for the neighbours (k8s), and part words otherwise.
        parts = re.split(r"[^a-z0-9]+", text.casefold())
        if any(_WORD.fullmatch(part) for part in (*parts, *_APART.split(text.casefold()))):
            return True
    return False
