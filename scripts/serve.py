"""What `make run` does: bring the instance up to date, load the demonstration where asked, and serve."""

from __future__ import annotations

import sys

from waitress import create_server

from foundation import scheduler
from foundation.clock import Clock, FixedClock
from foundation.config import read_settings
from procurement.tender.intake import MOST_FIELDS
from scripts import demo_data
from scripts.too_large import channel_for
from wsgi import create_app, prepare


def main() -> None:
    """Serve until interrupted."""
    settings = read_settings()
    # A fresh demonstration begins with a history, which is played under a clock that starts in the past.
    plays = settings.demo and not demo_data.is_loaded(settings.instance)
    past = FixedClock(Clock().now() - demo_data.HISTORY) if plays else None
    app = create_app(settings=settings, clock=past)
    prepare(app)
    try:
        server = create_server(
            app,
            host=settings.host,
            port=settings.port,
            threads=settings.threads,
            # With these, 1,500 slow bodies open at once leave other answers at 8 ms (design/ecosystem).
            connection_limit=2000,
            asyncore_use_poll=True,
            # Bodies above half a megabyte are spooled to disk, so that a tender document never stands in memory.
            max_request_body_size=max(app.config["MAX_CONTENT_LENGTH"], settings.most_document + MOST_FIELDS),
            ident="",
            clear_untrusted_proxy_headers=True,
        )
    except OSError as error:
        sys.exit(f"Port {settings.port} on {settings.host} cannot be used ({error.strerror}). Set PORT to another one.")
    server.channel_class = channel_for(app)
    address = f"http://{settings.host}:{settings.port}"
    if settings.demo:
        demo_data.load(app)
        print(demo_data.what_to_try(app, address), flush=True)
    else:
        print(f"Sunseal serves on {address}", flush=True)
    scheduler.start(app)
    try:
        server.run()
    except KeyboardInterrupt:
        pass
    finally:
        server.close()


if __name__ == "__main__":
    main()
