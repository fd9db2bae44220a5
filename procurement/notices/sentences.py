"""What people read where a rule of the notices says no."""

from __future__ import annotations

SENTENCES = {
    "notice.no_paper": "This notice has no PDF in this language yet. The signed data are complete without it.",
}
