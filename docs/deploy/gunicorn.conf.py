"""How gunicorn runs Meanwhile: `gunicorn --config docs/deploy/gunicorn.conf.py 'wsgi:create_app()'`.

SIGHUP takes new code on without closing the door: new processes start, old ones finish what they have in hand.
SIGTERM finishes what is in hand and stops. Settings come from the environment, which only a restart reads anew.
"""

import gc
import os
import shutil
import tempfile

sqlite = os.environ.get("DATABASE_URL", "sqlite").startswith("sqlite")

wsgi_app = "wsgi:create_app()"
bind = os.environ.get("MEANWHILE_BIND", "127.0.0.1:8000")
worker_class = "gthread"
# SQLite has one writer at a time anyway, and limits that are kept in memory want one process.
workers = int(os.environ.get("MEANWHILE_PROCESSES", "1" if sqlite else "2"))
threads = int(os.environ.get("MEANWHILE_THREADS", "8"))
# A page takes a fraction of a second and a PDF a few; whoever is silent for a minute is stuck.
timeout = 60
graceful_timeout = 30
# The proxy opens a connection for each request: one kept open could be closed just as a request is sent.
keepalive = 2
# A process that grew for some reason is replaced now and then, not all of them at once.
max_requests = 50_000
max_requests_jitter = 5_000
# Paths name answers and links, so gunicorn writes none; the application tells of each request by its endpoint.
accesslog = None
control_socket_disable = True
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108  # Its heartbeat must not wait for a disk.
# What gunicorn says in a process goes the way of all its logs, where requests it could not read lose their address.
logconfig_dict = {"loggers": {"gunicorn.error": {"level": "INFO", "handlers": [], "propagate": True}}}

if os.environ.get("MEANWHILE_METRICS_TOKEN") and "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
    # The processes write their numbers here, and whichever is asked adds them up.
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="meanwhile-metrics-")


def post_worker_init(worker: object) -> None:
    """What the start left behind lives as long as the process, so the collector need not go through it again and again.

    Without this the slowest board of ten took twice the usual time.
    """
    gc.collect()
    gc.freeze()


def child_exit(server: object, worker: object) -> None:
    """The numbers of a process that ended stay in the sums; what only a living one has goes."""
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        from prometheus_client import multiprocess

        multiprocess.mark_process_dead(worker.pid)


def on_exit(server: object) -> None:
    """Leave nothing behind of what was made above, whichever reload of this file made it."""
    folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR", "")
    if os.path.basename(folder).startswith("meanwhile-metrics-"):
        shutil.rmtree(folder, ignore_errors=True)
