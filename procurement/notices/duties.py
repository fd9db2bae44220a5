"""What time makes due: the papers of notices, a few at each ring."""

from __future__ import annotations

import logging
import time
from typing import Any

from flask import current_app

from foundation.database import db
from foundation.documents import available, prepare_fonts
from foundation.errors import Refusal
from procurement.notices import rendering
from supervision.trail.act import PLATFORM, acting

log = logging.getLogger("sunseal.notices")

# A ring must not keep the openings waiting, so that no more is begun after this many seconds.
MOST_SECONDS = 0.4


def render_waiting() -> None:
    """Print the notices that lack a paper in some language, the newest first.

    Where PDF cannot be made (no Pango) this is said once and nothing is done. A notice that cannot be printed is
    logged and left alone until the next start, so that it keeps no other waiting.
    """
    memory: dict[str, Any] = current_app.extensions.setdefault("notice_papers", {"above": 0, "failed": set()})
    if "off" not in memory:
        memory["off"] = available()
        if memory["off"]:
            log.warning("Notices get no paper. %s", memory["off"])
        else:
            prepare_fonts(current_app.config["SETTINGS"].instance / "fonts")
    if memory["off"]:
        return
    begun = time.monotonic()
    newest = rendering.newest()
    found = rendering.waiting(memory["above"])
    left = [(notice.id, locale) for notice, locale in found if (notice.id, locale) not in memory["failed"]]
    if not left:
        # Everything up to the newest one is printed; later rings look only above it.
        memory["above"] = newest
        return
    for key, locale in left:
        if time.monotonic() - begun > MOST_SECONDS:
            return
        try:
            _print(key, locale)
        except Refusal as refusal:
            # No room on the disk, or a frozen trail: this passes, so it is tried again.
            log.warning("A paper has to wait: %s", refusal)
            return
        except Exception:
            memory["failed"].add((key, locale))
            log.exception("The notice %s cannot be printed in %s.", key, locale)


def _print(key: int, locale: str) -> None:
    notice = db.session.get_one(rendering.Notice, key)
    printed = rendering.print_notice(notice, locale)
    # The paper took time, and no read may stay open while waiting for the lock.
    db.session.rollback()
    try:
        with acting(PLATFORM) as act:
            rendition = rendering.record(act, printed)
    except Exception:
        current_app.extensions["store"].remove(printed.stored.key)
        raise
    if rendition is None:
        current_app.extensions["store"].remove(printed.stored.key)


# Printing takes long, and nothing else may wait for it.
DUTIES = ()
SLOW_DUTIES = (render_waiting,)
