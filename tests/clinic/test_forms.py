"""What the pages may read and say in forms."""

from __future__ import annotations

import pytest

from clinic.domain.sign_ins import device_name
from clinic.passphrase import weakness
from clinic.web import local_target


@pytest.mark.parametrize("target", ["/", "/c/couples?q=x", "/do/1#a"])
def test_an_address_of_ours_is_followed(target: str) -> None:
    assert local_target(target) == target


@pytest.mark.parametrize("target", [None, "", "x", "//x", "http://x", "/\\x", "/a\nb", "\t/a", "/a\x00"])
def test_any_other_address_is_not(target: str | None) -> None:
    assert local_target(target) is None


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) Version/18.0 Mobile Safari/604.1", "Safari on iPhone"),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/130.0 Mobile Safari/537.36", "Chrome on Android"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/130.0 Safari/537.36 Edg/130.0", "Edge on Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko Firefox/130.0", "Firefox on Linux"),
        ("", "A browser"),
        ("<script>", "A browser"),
    ],
)
def test_a_device_is_known_by_two_words(agent: str, name: str) -> None:
    assert device_name(agent) == name


@pytest.mark.parametrize(
    "text", ["", "short", "aaaaaaaaaaaaaaaaaaaa", "password12345678", "Priya Nair Priya Nair", "x" * 257]
)
def test_a_weak_pass_phrase_is_named_as_such(text: str) -> None:
    assert weakness(text, ["Priya", "Nair", "Canal Street"])


@pytest.mark.parametrize(
    "text", ["evening walk by the canal", "sieben Reiher über dem Wehr", "七羽のサギが堰の上を飛んでいく夜"]
)
def test_a_long_one_in_any_language_is_fine(text: str) -> None:
    assert weakness(text, ["Priya", "Nair", "Canal Street"]) is None
