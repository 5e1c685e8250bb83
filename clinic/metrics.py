"""Numbers for whoever keeps the service running: how many requests, how fast, what waits. None of them is a person's.

They are shown to a collector that knows the token, and to everybody else there is no such page. Several processes
write their numbers into the folder that PROMETHEUS_MULTIPROC_DIR names, and whichever is asked adds them up.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, request

from clinic import clock, logs
from clinic.backups.nightly import age_of_last_backup
from clinic.queries.operation import last_beat

if TYPE_CHECKING:
    from prometheus_client.metrics_core import Metric

# Seconds. Half of them lie below what a person notices, since most pages do.
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """The numbers of one process, or of all of them."""

    def __init__(self, token: str) -> None:
        # Only here, so that a service without a collector does not pay for the import.
        import prometheus_client

        self._token = token
        self._prometheus = prometheus_client
        own = prometheus_client.CollectorRegistry()
        self._requests = prometheus_client.Histogram(
            "meanwhile_request_seconds",
            "How long requests took.",
            ["endpoint", "method", "status"],
            buckets=BUCKETS,
            registry=own,
        )
        self._own = own

    def is_known(self, shown: str) -> bool:
        """Whether this is the token."""
        return hmac.compare_digest(shown.encode(), f"Bearer {self._token}".encode())

    def count(self, response: Response) -> Response:
        """Add one request."""
        if logs.endpoint() not in logs.UNTOLD:
            labels = (logs.endpoint(), logs.method(), str(response.status_code))
            self._requests.labels(*labels).observe(logs.seconds())
        return response

    def text(self) -> bytes:
        """Everything, as a collector reads it."""
        registry = self._own
        if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
            from prometheus_client.multiprocess import MultiProcessCollector

            registry = self._prometheus.CollectorRegistry()
            MultiProcessCollector(registry)
        shown = self._prometheus.CollectorRegistry()
        shown.register(_Waiting())
        return self._prometheus.generate_latest(registry) + self._prometheus.generate_latest(shown)


class _Waiting:
    """What the newest round of a worker left, and how long ago that was."""

    def collect(self) -> Iterator[Metric]:
        """One number each; none before there was a round."""
        from prometheus_client.core import GaugeMetricFamily

        now, beat = clock.now(), last_beat()
        if beat is None:
            return
        for name, said, value in (
            ("meanwhile_outbox_mails", "Mails that wait.", beat.left.mails),
            (
                "meanwhile_outbox_oldest_due_seconds",
                "For how long the oldest mail that is due has been.",
                beat.left.longest(now).total_seconds(),
            ),
            (
                "meanwhile_worker_silent_seconds",
                "Since a worker last finished a round.",
                (now - beat.at).total_seconds(),
            ),
            (
                "meanwhile_summaries_failed",
                "Couples whose summary the newest round of a worker could not work out.",
                beat.failed,
            ),
        ):
            yield GaugeMetricFamily(name, said, value=value)
        if (age := age_of_last_backup(now)) is not None:
            said = "Since the newest verified backup was made."
            yield GaugeMetricFamily("meanwhile_backup_age_seconds", said, value=age.total_seconds())


def init_metrics(app: Flask, token: str) -> None:
    """Measure every request, where somebody collects that."""
    if not token:
        return
    metrics: Any = Metrics(token)
    app.extensions["metrics"] = metrics
    app.after_request(metrics.count)


def metrics_for(app: Flask) -> Metrics | None:
    """The numbers, for a request that shows the token; nothing for anybody else."""
    metrics: Metrics | None = app.extensions.get("metrics")
    return metrics if metrics and metrics.is_known(request.headers.get("Authorization", "")) else None
