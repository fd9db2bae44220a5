"""What time makes due for the trail: a fresh checkpoint whenever it grew."""

from __future__ import annotations

from flask import current_app

from supervision.trail import operations


def publish_checkpoint() -> None:
    """Sign and keep a checkpoint where the trail grew since the last one."""
    operations.publish_checkpoint(current_app.extensions["clock"].now())


DUTIES = (publish_checkpoint,)
