"""The files an operator copies name only what there is: commands, settings, files, addresses."""

from __future__ import annotations

import base64
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]  # it has no types of its own
from flask import Flask

from clinic import mail
from clinic.postgresql import LIMITS, engine_options
from config import Config, DemoConfig, MissingSettings, TestConfig
from tests.test_project import ROOT
from wsgi import RATE_LIMIT_PATIENCE

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
    mounted = re.findall(r"- \./((?:nginx|postgresql)/[\w.-]+):", read(DEPLOY / "compose.yaml"))
    assert len(mounted) == 3
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


@pytest.mark.parametrize("name", ["meanwhile-web", "meanwhile-worker"])
def test_the_units_give_away_little(name: str) -> None:
    """By the count that systemd itself makes, of ten, where there is one that reads a unit without running it."""
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        return
    unit = str(DEPLOY / "systemd" / f"{name}.service")
    told = subprocess.run(
        [analyze, "security", "--offline=true", "--no-pager", unit], capture_output=True, text=True
    )
    found = re.search(r"exposure level for \S+: ([\d.]+)", told.stdout)
    if found is None:
        return
    assert float(found[1]) <= 3.0, told.stdout


def test_the_proxy_speaks_to_nobody_in_the_clear() -> None:
    """What comes without TLS is sent to where there is some, and what is older than 1.2 is refused."""
    text = read(DEPLOY / "nginx" / "meanwhile.conf")
    servers = re.split(r"^server \{$", text, flags=re.MULTILINE)[1:]
    plain = [one for one in servers if "ssl_certificate " not in one]
    assert len(servers) == 2
    assert len(plain) == 1
    assert re.search(r"return 301 https://", plain[0])
    assert "location" not in plain[0]
    (sealed,) = (one for one in servers if "ssl_certificate " in one)
    assert not re.search(r"listen [^;]*(?<! ssl);", sealed)
    (protocols,) = re.findall(r"ssl_protocols +([^;]+);", text)
    assert set(protocols.split()) == {"TLSv1.2", "TLSv1.3"}


def test_nothing_of_ours_reaches_anybody_else() -> None:
    """Neither a unit nor what keeps data may speak to the world; with containers the application may, for its mail."""
    units = sorted((DEPLOY / "systemd").glob("*.service"))
    assert len(units) == 2
    for unit in units:
        assert re.search(r"^IPAddressDeny=any$", read(unit), re.MULTILINE), unit.name
        assert re.findall(r"^IPAddressAllow=(.*)$", read(unit), re.MULTILINE) == ["localhost"], unit.name
    made = yaml.safe_load(read(DEPLOY / "compose.yaml"))
    assert made["networks"]["inside"] == {"internal": True}
    for name in ("database", "limits"):
        assert made["services"][name]["networks"] == ["inside"]
        assert "ports" not in made["services"][name]


def test_whom_it_connects_to_is_told_as_it_is() -> None:
    """The limits in the table are those of the program, and no other part of it opens a connection."""
    told = read(OPERATIONS).partition("## Whom it connects to")[2].partition("\n## ")[0]
    rows = {line.split("|")[1].strip(): line for line in told.splitlines() if line.startswith("| ")}
    assert set(rows) == {"to", "PostgreSQL", "mail server", "Redis"}
    options = engine_options("postgresql://host/name", TestConfig.database_pool)
    assert f"{options['pool_size']} a process" in rows["PostgreSQL"]
    assert f"{options['pool_size'] + options['max_overflow']} for a moment" in rows["PostgreSQL"]
    assert f"{options['connect_args']['connect_timeout']} s to connect" in rows["PostgreSQL"]
    assert f"{options['pool_timeout']} s for a free" in rows["PostgreSQL"]
    assert LIMITS["statement_timeout"] == "15s"
    assert "15 s a statement" in rows["PostgreSQL"]
    assert f"{mail.TIMEOUT:.0f} s of silence" in rows["mail server"]
    assert [wait.total_seconds() for wait in mail.WAITS] == [60, 300, 1800, 7200]
    assert mail.GIVE_UP_AFTER.total_seconds() == 24 * 3600
    assert RATE_LIMIT_PATIENCE == {"socket_connect_timeout": 1, "socket_timeout": 1}
    opening = re.compile(
        r"smtplib\.SMTP|socket\.(?:socket|create_connection)|http\.client\.|urlopen|subprocess\.(?:Popen|run)|redis\."
    )
    found = {
        str(path.relative_to(ROOT))
        for package in ("clinic", "assignments")
        for path in (ROOT / package).rglob("*.py")
        if opening.search(read(path))
    }
    assert found == {"clinic/mail.py", "clinic/doctor/running.py", "clinic/backups/stores.py"}


def test_no_secret_comes_with_the_product(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without its own the start says which are missing, and those of the demo are no keys."""
    own = {
        "MEANWHILE_SECRET_KEY": "x" * 40, "MEANWHILE_ENCRYPTION_KEYS": "1:" + base64.b64encode(bytes(32)).decode(),
        "DATABASE_URL": "sqlite:////nowhere", "MEANWHILE_PUBLIC_URL": "https://practice.example",
    }  # fmt: skip
    monkeypatch.setenv("MEANWHILE_ENV", "production")
    for name in own:
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(MissingSettings) as nothing_set:
        Config.from_environment()
    assert all(name in str(nothing_set.value) for name in own)
    for name, value in own.items():
        monkeypatch.setenv(name, value)
    Config.from_environment()
    for name, public in (
        ("MEANWHILE_SECRET_KEY", DemoConfig().secret_key),
        (
            "MEANWHILE_ENCRYPTION_KEYS",
            f"{own['MEANWHILE_ENCRYPTION_KEYS']},{DemoConfig().encryption_keys.replace('1:', '2:', 1)}",
        ),
    ):
        monkeypatch.setenv(name, public)
        with pytest.raises(MissingSettings, match="keys of the demo"):
            Config.from_environment()
        monkeypatch.setenv(name, own[name])


def test_in_containers_the_one_that_makes_backups_has_a_folder_and_the_others_name_none() -> None:
    """The start refuses a folder that is not there or cannot be written to, and `settings.example` names one."""
    parts = yaml.safe_load(read(DEPLOY / "compose.yaml"))["services"]
    folder = parts["worker"]["environment"]["MEANWHILE_BACKUP_FOLDER"]
    assert [one for one in parts["worker"]["volumes"] if folder.startswith(one.split(":")[1])]
    assert f" {folder}\n" in read(DEPLOY / "Containerfile")
    for name in ("web", "migrate"):
        assert parts[name]["environment"]["MEANWHILE_BACKUP_FOLDER"] == ""


def test_the_image_has_client_programs_of_the_servers_version() -> None:
    """pg_dump refuses a server that is newer than itself. Debian's releases each bring one version of PostgreSQL."""
    brought = {"bookworm": 15, "trixie": 17}
    release = re.search(
        r"^FROM docker\.io/library/python:[\d.]+-slim-(\w+)$", read(DEPLOY / "Containerfile"), re.MULTILINE
    )
    image = yaml.safe_load(read(DEPLOY / "compose.yaml"))["services"]["database"]["image"]
    server = re.search(r"postgres:(\d+)", image)
    assert release is not None
    assert server is not None
    assert brought[release[1]] >= int(server[1])


def test_nothing_of_this_machine_gets_into_an_image() -> None:
    """What an image is built from is named; data of the demo, environments and pass-words are not among it."""
    lines = [one for one in read(ROOT / ".dockerignore").splitlines() if one and not one.startswith("#")]
    assert lines[0] == "*"
    copied = re.findall(r"^COPY (?!--)(.+) \S+$", read(DEPLOY / "Containerfile"), re.MULTILINE)
    assert {one[1:] for one in lines if one.startswith("!")} == {
        name for line in copied for name in line.split()
    }


def test_docker_compose_itself_takes_the_file(tmp_path: Path) -> None:
    """Where one of the second generation is installed; it needs neither an engine nor a network for this."""
    program = shutil.which("docker-compose")
    if program is None:
        return
    told = subprocess.run([program, "version", "--short"], capture_output=True, text=True)
    if told.stdout.lstrip("v").startswith("1."):
        return
    shutil.copytree(DEPLOY, tmp_path / "docs" / "deploy")
    for name in ("settings", "owner-settings", "postgres-password", "owner-password", "app-password"):
        (tmp_path / "docs" / "deploy" / name).write_text("", encoding="utf-8")
    file = str(tmp_path / "docs" / "deploy" / "compose.yaml")
    tried = subprocess.run([program, "-f", file, "config", "-q"], capture_output=True, text=True)
    assert tried.returncode == 0, tried.stderr
