"""Whose word on the client's address is believed: that of so many proxies, and by default nobody's."""

from __future__ import annotations

import pytest
from flask import request

from config import Config, MissingSettings
from tests.databases import app_on

FORGED, OURS, CLIENT = "203.0.113.9", "10.0.0.2", "198.51.100.7"


@pytest.mark.parametrize(
    ("proxies", "believed"), [(0, "127.0.0.1"), (1, OURS), (2, CLIENT)], ids=["none", "one", "two"]
)
def test_only_ones_own_proxies_are_believed(database_url: str, proxies: int, believed: str) -> None:
    with app_on(database_url, trusted_proxies=proxies) as app:
        seen = []
        app.before_request(lambda: seen.append(request.remote_addr))
        app.test_client().get("/help", headers={"X-Forwarded-For": f"{FORGED}, {CLIENT}, {OURS}"})
    assert seen == [believed]


@pytest.mark.parametrize("value", ["one", "-1", "1.5", "٣", "999"])
def test_a_count_that_is_none_stops_the_start(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    settings = {
        "MEANWHILE_ENV": "production", "MEANWHILE_SECRET_KEY": "x" * 32, "MEANWHILE_ENCRYPTION_KEYS": "1:x",
        "DATABASE_URL": "sqlite://", "MEANWHILE_PUBLIC_URL": "https://practice.example",
    }  # fmt: skip
    for name, setting in settings.items():
        monkeypatch.setenv(name, setting)
    assert Config.from_environment().trusted_proxies == 0
    monkeypatch.setenv("MEANWHILE_TRUSTED_PROXIES", value)
    with pytest.raises(MissingSettings):
        Config.from_environment()
