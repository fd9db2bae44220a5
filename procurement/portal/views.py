"""Pages that anyone may see."""

from __future__ import annotations

from flask import Blueprint, render_template

from identity.guard import open_to
from identity.rights import Right
from procurement.portal.frame import frame

blueprint = Blueprint("portal", __name__)
blueprint.app_context_processor(frame)


@blueprint.get("/")
@open_to(Right.READ_PUBLIC)
def home() -> str:
    """Show what closes soon, what was decided last, and how to check us."""
    return render_template("portal/home.html")
