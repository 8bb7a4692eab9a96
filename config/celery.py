"""The Celery application. Its messages are wake-ups and bulk work; nothing is lost when one is lost."""

import os
import sys
from typing import Any

from celery import Celery, Task

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from django.conf import settings
from django.db import close_old_connections

from config import broker

BROKER_DIR = settings.PICO_DATA_DIR / "broker"

broker.use()


class SoundTask(Task):  # type: ignore[type-arg]
    """A task that begins with a sound database connection, as each of Django's requests does."""

    def before_start(self, *_arguments: Any) -> None:
        """Closes one that broke; a connection that is sound is used again."""
        close_old_connections()


app = Celery("pico-conduit", broker=settings.CELERY_BROKER_URL, task_cls=SoundTask)
app.conf.update(
    task_ignore_result=True,
    task_store_errors_even_if_ignored=False,
    worker_enable_remote_control=False,
    worker_hijack_root_logger=False,
    worker_prefetch_multiplier=1,
    broker_connection_retry_on_startup=True,
    task_default_queue="bulk",
    task_routes={
        "rules.*": {"queue": "events"},
        "conduits.tell_owners": {"queue": "bulk"},
        "conduits.rest_advisories": {"queue": "bulk"},
        "conduits.look_at_connectors": {"queue": "bulk"},
        "conduits.hand_out_notices": {"queue": "bulk"},
        "conduits.reach_people": {"queue": "bulk"},
        "conduits.forget_dispatches": {"queue": "bulk"},
        "conduits.tell_members": {"queue": "bulk"},
        "conduits.erase_passes": {"queue": "bulk"},
        "conduits.forget_addresses": {"queue": "bulk"},
        "conduits.*": {"queue": "deliveries"},
    },
    # What a lost bell left behind is found by these, at the latest after their period (seconds).
    beat_schedule={
        # Also what comes due by time: within a second.
        "events": {"task": "rules.drain_events", "schedule": 0.5, "options": {"expires": 1}},
        "deliveries": {"task": "conduits.send_deliveries", "schedule": 1.0, "options": {"expires": 1}},
        "warnings": {"task": "conduits.mail_warnings", "schedule": 10.0, "options": {"expires": 10}},
        "tellings": {"task": "conduits.tell_owners", "schedule": 1.0, "options": {"expires": 1}},
        "advisories": {"task": "conduits.rest_advisories", "schedule": 60.0, "options": {"expires": 60}},
        "connectors": {"task": "conduits.look_at_connectors", "schedule": 5.0, "options": {"expires": 5}},
        "notices": {"task": "conduits.hand_out_notices", "schedule": 2.0, "options": {"expires": 2}},
        "reaching": {"task": "conduits.reach_people", "schedule": 2.0, "options": {"expires": 2}},
        "dispatches": {"task": "conduits.forget_dispatches", "schedule": 3600.0},
        "waits": {"task": "conduits.tell_members", "schedule": 10.0, "options": {"expires": 10}},
        "addresses": {"task": "conduits.forget_addresses", "schedule": 6 * 3600.0},
        "passes": {"task": "conduits.erase_passes", "schedule": 10.0, "options": {"expires": 10}},
        "thumbnails": {"task": "journals.make_thumbnails", "schedule": 60.0, "options": {"expires": 60}},
        "minting": {"task": "picos.mint_batches", "schedule": 10.0, "options": {"expires": 10}},
        "partitions": {"task": "picos.make_partitions", "schedule": 6 * 3600.0},
        "retention": {"task": "picos.forget_events", "schedule": 6 * 3600.0},
        "visits": {"task": "picos.forget_visits", "schedule": 120.0, "options": {"expires": 120}},
        "copies": {"task": "picos.watch_for_copies", "schedule": 300.0, "options": {"expires": 300}},
        "tidying": {"task": "api.forget_old", "schedule": 600.0},
    },
    beat_max_loop_interval=1,
)
if settings.CELERY_BROKER_URL.startswith("filesystem:"):
    BROKER_DIR.mkdir(parents=True, exist_ok=True, mode=0o700)
    app.conf.broker_transport_options = {
        "data_folder_in": str(BROKER_DIR),
        "data_folder_out": str(BROKER_DIR),
        "control_folder": str(BROKER_DIR / "control"),
        "polling_interval": 0.02,
    }
# Of itself Celery opens a connection for each task, which often takes longer than the task.
app.conf["CELERY_DB_REUSE_MAX"] = sys.maxsize
app.autodiscover_tasks()
