"""Whether a certificate and its key are there, in the words of Go's ``crypto/tls``.

What they are is not looked at: only which blocks of PEM the texts have.

Source: Go's ``crypto/tls/tls.go`` (X509KeyPair), ``encoding/pem``.
"""

import base64
import binascii
import re

_BLOCK = re.compile(
    rb"(?:^|\n)-----BEGIN ([^\n]*?)-----[ \t\r]*\n(.*?)\n?-----END \1-----[ \t\r]*(?=\n|\Z)",
    re.DOTALL,
)


def _kinds(text: bytes) -> list[str]:
    """What the blocks of a text are: ``CERTIFICATE``, ``RSA PRIVATE KEY``."""
    found: list[str] = []
    for match in _BLOCK.finditer(text):
        lines = [line for line in match[2].split(b"\n") if b":" not in line]
        try:
            base64.b64decode(b"".join(b"".join(lines).split()), validate=True)
        except binascii.Error:
            continue
        found.append(match[1].decode("utf-8", "replace"))
    return found


def problem(certificate: bytes, key: bytes) -> str:
    """What is wrong with a pair, empty if nothing is to be seen from outside."""
    kinds = _kinds(certificate)
    if "CERTIFICATE" not in kinds:
        where = "in certificate input"
        if not kinds:
            return f"tls: failed to find any PEM data {where}"
        if len(kinds) == 1 and kinds[0].endswith("PRIVATE KEY"):
            return (
                f"tls: failed to find certificate PEM data {where}, but did find a private key; PEM"
                " inputs may have been switched"
            )
        return (
            f'tls: failed to find "CERTIFICATE" PEM block {where} after skipping PEM blocks of the'
            f" following types: [{' '.join(kinds)}]"
        )
    kinds = _kinds(key)
    if any(kind == "PRIVATE KEY" or kind.endswith(" PRIVATE KEY") for kind in kinds):
        return ""
    if not kinds:
        return "tls: failed to find any PEM data in key input"
    if kinds == ["CERTIFICATE"]:
        return "tls: found a certificate rather than a key in the PEM for the private key"
    return (
        'tls: failed to find PEM block with type ending in "PRIVATE KEY" in key input after'
        f" skipping PEM blocks of the following types: [{' '.join(kinds)}]"
    )
