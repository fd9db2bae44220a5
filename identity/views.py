"""The pages of this room; each file holds the doors of one kind of visitor and hangs them on the one blueprint."""

from __future__ import annotations

from identity import console, entrance, members, own
from identity.door import blueprint

PAGES = (entrance, own, members, console)

__all__ = ["PAGES", "blueprint"]
