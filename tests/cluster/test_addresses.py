import pytest

from tutor.cluster.addresses import Place, parse, stays
from tutor.model.errors import TutorError


@pytest.mark.parametrize(
    ("text", "url", "place"),
    [
        ("https://127.0.0.1:6443", "https://127.0.0.1:6443", Place.MACHINE),
        ("https://127.42.0.9", "https://127.42.0.9:443", Place.MACHINE),
        ("HTTPS://LocalHost:6443", "https://localhost:6443", Place.MACHINE),
        ("https://localhost.:6443", "https://localhost.:6443", Place.MACHINE),
        ("https://[::1]:6443", "https://[::1]:6443", Place.MACHINE),
        ("https://[::ffff:127.0.0.1]", "https://[::ffff:127.0.0.1]:443", Place.MACHINE),
        ("https://0.0.0.0:6550", "https://0.0.0.0:6550", Place.MACHINE),
        ("localhost:8080", "https://localhost:8080", Place.MACHINE),
        ("http://127.0.0.1:8001", "http://127.0.0.1:8001", Place.MACHINE),
        ("https://host.docker.internal:6443", "https://host.docker.internal:6443", Place.HOST_NAME),
        ("https://192.168.49.2:8443", "https://192.168.49.2:8443", Place.NETWORK),
        ("https://10.0.0.1", "https://10.0.0.1:443", Place.NETWORK),
        ("https://[fd00::1]:6443", "https://[fd00::1]:6443", Place.NETWORK),
        ("https://8.8.8.8", "https://8.8.8.8:443", Place.ELSEWHERE),
        ("https://api.example.com", "https://api.example.com:443", Place.ELSEWHERE),
        ("https://localhost.example.com", "https://localhost.example.com:443", Place.ELSEWHERE),
        ("https://127.0.0.1.nip.io", "https://127.0.0.1.nip.io:443", Place.ELSEWHERE),
        ("https://127.1", "https://127.1:443", Place.ELSEWHERE),
        ("https://2130706433", "https://2130706433:443", Place.ELSEWHERE),
        ("https://0x7f000001", "https://0x7f000001:443", Place.ELSEWHERE),
        ("https://[::ffff:8.8.8.8]", "https://[::ffff:8.8.8.8]:443", Place.ELSEWHERE),
    ],
)
def test_where_an_address_leads(text: str, url: str, place: Place) -> None:
    server = parse(text, "web")
    assert (server.url, server.place) == (url, place)


@pytest.mark.parametrize(
    "text",
    [
        "https://127.0.0.1@evil.example",
        "https://127.0.0.1:6443@evil.example:443",
        "https://127.0.0.1\\@evil.example",
        "https://evil.example#127.0.0.1",
        "https://127.0.0.1?x=evil.example",
        "https://127.0.0.1 .evil.example",
        "https://127.0.0.1\n.evil.example",
        "https://127.0.0.1:0",
        "https://127.0.0.1:70000",
        "https://[::1",
        "https://[:::1]",
        "https://[::1%25eth0]:6443",
        "https://１２７.0.0.1",
        "ftp://127.0.0.1",
        "https://",
        "unix:///run/api.sock",
        " https://127.0.0.1",
    ],
)
def test_what_can_be_read_in_two_ways_is_not_read(text: str) -> None:
    with pytest.raises(TutorError) as caught:
        parse(text, "web")
    assert caught.value.code == "context-server"


def test_a_name_has_to_lead_where_it_says() -> None:
    assert stays(Place.MACHINE, ["127.0.0.1", "::1"])
    assert not stays(Place.MACHINE, ["127.0.0.1", "8.8.8.8"])
    assert not stays(Place.MACHINE, ["192.168.1.2"])
    assert not stays(Place.MACHINE, [])
    assert stays(Place.HOST_NAME, ["192.168.65.2"])
    assert stays(Place.HOST_NAME, ["127.0.0.1"])
    assert not stays(Place.HOST_NAME, ["203.0.114.7"])
