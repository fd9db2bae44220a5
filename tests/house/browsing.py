"""A real server and a real Chromium for tests of pages: `serving(app)` and `chromium()`."""

from __future__ import annotations

import lzma
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from playwright.sync_api import Browser, sync_playwright
from werkzeug.serving import make_server

FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><include ignore_missing="yes">/etc/fonts/fonts.conf</include>
<dir>{folder}</dir><dir>/usr/share/fonts</dir>
<cachedir>{folder}</cachedir></fontconfig>
"""


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """Serve the app from threads of this process and yield its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


@contextmanager
def chromium(folder: Path) -> Iterator[Browser]:
    """Yield a Chromium that shows Chinese with the fonts of the house, unpacked into `folder`."""
    source = Path(__file__).parents[2] / "foundation" / "fonts"
    for packed in source.glob("*.ttf.xz"):
        (folder / packed.stem).write_bytes(lzma.decompress(packed.read_bytes()))
    (folder / "fonts.conf").write_text(FONTS.format(folder=folder))
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox"],
            env={**os.environ, "FONTCONFIG_FILE": str(folder / "fonts.conf")},
        )
        yield browser
        browser.close()
