"""The files an operator copies name only what there is: commands, settings, files, addresses."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]  # it has no types of its own
from flask import Flask

from tests.test_project import ROOT

DEPLOY = ROOT / "docs" / "deploy"
FILES = sorted(path for path in DEPLOY.rglob("*") if path.is_file() and path.suffix != ".pyc")
OPERATIONS = ROOT / "docs" / "operations.md"
SETTING = re.compile(r"\b(?:MEANWHILE_[A-Z_]+|DATABASE_URL)\b")


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def known_settings() -> set[str]:
    """What the code reads from the environment."""
    return set(SETTING.findall(read(ROOT / "config.py") + read(DEPLOY / "gunicorn.conf.py")))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_setting_that_is_named_is_read_and_explained(path: Path) -> None:
    named = set(SETTING.findall(read(path)))
    assert named <= known_settings()
    assert named <= set(SETTING.findall(read(OPERATIONS)))


def test_every_setting_that_production_needs_stands_in_the_example() -> None:
    example = {line.split("=")[0] for line in read(DEPLOY / "settings.example").splitlines() if "=" in line}
    needed = {
        "MEANWHILE_SECRET_KEY", "MEANWHILE_ENCRYPTION_KEYS", "DATABASE_URL", "MEANWHILE_PUBLIC_URL",
        "MEANWHILE_MAIL_URL",
    }  # fmt: skip
    assert needed <= example


@pytest.mark.parametrize("path", [*FILES, OPERATIONS], ids=lambda path: path.name)
def test_every_command_that_is_named_exists(path: Path, app: Flask) -> None:
    text = read(path).replace("[", "").replace(",", "")
    for words in re.findall(r"flask --app wsgi ([a-z][a-z -]*)", text):
        names = [word for word in words.split() if not word.startswith("-")]
        found = app.cli.commands.get(names[0])
        assert found is not None, names
        inside = getattr(found, "commands", None)
        if inside is not None:
            assert names[1] in inside, names
    for option in re.findall(r"doctor (--\w+)", text):
        assert option in {name for one in app.cli.commands["doctor"].params for name in one.opts}


def test_every_file_that_is_named_exists() -> None:
    copied = re.findall(r"^COPY (?!--)(.+) \S+$", read(DEPLOY / "Containerfile"), re.MULTILINE)
    named = [name for line in copied for name in line.split()]
    assert named
    assert not [name for name in named if not (ROOT / name).exists()]
    mounted = re.findall(r"- \./(nginx/[\w.-]+):", read(DEPLOY / "compose.yaml"))
    assert len(mounted) == 2
    assert not [name for name in mounted if not (DEPLOY / name).exists()]
    for unit in (DEPLOY / "systemd").iterdir():
        assert "docs/deploy/gunicorn.conf.py" in read(unit) or "gunicorn" not in read(unit)


def test_the_image_holds_everything_that_runs() -> None:
    """What lies at the top and is needed at run time."""
    text = read(DEPLOY / "Containerfile")
    for name in ("wsgi.py", "config.py", "clinic", "assignments", "templates"):
        assert re.search(rf"^COPY .*\b{re.escape(name)}\b", text, re.MULTILINE), name


def test_compose_has_every_part_and_each_part_has_what_it_names() -> None:
    made = yaml.safe_load(read(DEPLOY / "compose.yaml"))
    assert set(made["services"]) == {"migrate", "web", "worker", "database", "limits", "proxy"}
    for name, part in made["services"].items():
        assert set(part.get("depends_on", [])) <= set(made["services"]), name
        assert set(part.get("secrets", [])) <= set(made["secrets"]), name
    for name in ("web", "worker", "migrate"):
        assert made["services"][name]["environment"]["MEANWHILE_RATE_LIMIT_STORAGE"].startswith(
            "redis://limits:"
        )
    assert "ports" not in made["services"]["web"], "the application is reached through the proxy alone"


def test_the_proxy_knows_every_address_it_names(app: Flask) -> None:
    text = read(DEPLOY / "nginx" / "meanwhile.conf")
    addresses = {rule.rule for rule in app.url_map.iter_rules()}
    named = set(re.findall(r"location = (\S+)", text))
    assert named == {"/metrics", "/readyz"}
    assert named <= addresses
    size = re.search(r"client_max_body_size\s+(\d+)m;", text)
    assert size is not None
    assert int(size[1]) * 1024 * 1024 >= app.config["MAX_CONTENT_LENGTH"]
    told = re.search(r"log_format meanwhile '([^']*)'", text)
    assert told is not None
    assert not set(re.findall(r"\$\w+", told[1])) & {
        "$request", "$uri", "$request_uri", "$args", "$remote_addr", "$http_referer", "$http_user_agent",
    }  # fmt: skip


def test_nginx_itself_takes_the_file(tmp_path: Path) -> None:
    """Where nginx is installed."""
    nginx, openssl = shutil.which("nginx"), shutil.which("openssl")
    if nginx is None or openssl is None:
        return
    subprocess.run(
        [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=meanwhile.example",
         "-keyout", "privkey.pem", "-out", "fullchain.pem"],
        cwd=tmp_path, check=True, capture_output=True,
    )  # fmt: skip
    text = read(DEPLOY / "nginx" / "meanwhile.conf") + read(DEPLOY / "nginx" / "upstream.conf")
    text = text.replace("/etc/meanwhile/tls", str(tmp_path)).replace("/var/log/nginx", str(tmp_path))
    whole = tmp_path / "nginx.conf"
    whole.write_text(f"pid {tmp_path}/pid;\nevents {{}}\nhttp {{\n{text}\n}}\n", encoding="utf-8")
    tried = subprocess.run(
        [nginx, "-t", "-q", "-c", str(whole), "-e", str(tmp_path / "e")], capture_output=True
    )
    assert tried.returncode == 0, tried.stderr.decode()


def test_systemd_itself_takes_the_units(tmp_path: Path) -> None:
    """Where systemd is installed. What is not on this machine, the service's folder, is put in its place."""
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        return
    for unit in (DEPLOY / "systemd").iterdir():
        text = read(unit).replace("/srv/meanwhile/current", str(ROOT)).replace("=meanwhile\n", "=root\n")
        (tmp_path / unit.name).write_text(text, encoding="utf-8")
    units = [str(path) for path in sorted(tmp_path.iterdir())]
    tried = subprocess.run([analyze, "verify", "--man=no", *units], capture_output=True, text=True)
    ours = [line for line in tried.stderr.splitlines() if "meanwhile-" in line]
    assert not ours, tried.stderr
