"""A real mail server on this machine, for tests that want to see what arrives."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import Message
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as MessageHandler
from flask import Flask


class Sink(MessageHandler):
    """Keeps what it gets, or answers with what a test asks it to."""

    def __init__(self) -> None:
        super().__init__()
        self.letters: list[Message] = []
        self.raw: list[bytes] = []
        self.reply = ""
        self.goodbye = "221 Bye"
        self.answers_after = 0.0
        self.url = ""

    def handle_message(self, message: Message) -> None:
        self.letters.append(message)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.reply:
            return self.reply
        self.raw.append(envelope.original_content)
        answer = await super().handle_DATA(server, session, envelope)
        await asyncio.sleep(self.answers_after)
        return str(answer)

    async def handle_QUIT(self, server: Any, session: Any, envelope: Any) -> str:
        return self.goodbye


@pytest.fixture
def sink(app: Flask) -> Iterator[Sink]:
    """The application's mail goes here. It needs an application of its own: `@pytest.mark.settings`."""
    with listening(app) as sink:
        yield sink


@contextmanager
def listening(app: Flask, **how: Any) -> Iterator[Sink]:
    """A server to which this application's mail goes. `how` is for the server, such as that it speaks TLS."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    sink = Sink()
    controller = Controller(sink, hostname="127.0.0.1", port=port, **how)
    controller.start()
    sink.url = f"smtp://127.0.0.1:{port}"
    app.extensions["mail"]["url"] = sink.url
    try:
        yield sink
    finally:
        controller.stop()
