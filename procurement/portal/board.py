"""The blueprint of the public pages; the modules beside it add their addresses to it."""

from __future__ import annotations

from flask import Blueprint

from procurement.portal.frame import frame

blueprint = Blueprint("portal", __name__)
blueprint.app_context_processor(frame)
