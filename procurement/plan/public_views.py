"""What authorities mean to buy, for everyone: the notices of intention, found by words."""

from __future__ import annotations

from typing import Any

from flask import render_template, request, url_for

from identity.guard import open_to
from identity.rights import Right
from procurement.notices import queries as published
from procurement.notices.models import Notice
from procurement.plan import queries
from procurement.plan.board import blueprint, now


@blueprint.get("/plans/intentions")
@open_to(Right.READ_PUBLIC)
def intentions() -> str:
    """List notices of intention, the newest first; all words of a search must be there."""
    words = request.args.get("q", "")[:200]
    found, following = queries.intentions(words=words, after=request.args.get("after", ""), most=20)
    retracted = queries.retracted([one.tender_ref for one in found])
    return render_template(
        "plan/intentions.html",
        found=[_shown(one, retracted) for one in found],
        words=words.strip(),
        first=url_for("plan.intentions", q=words) if "after" in request.args else None,
        following=url_for("plan.intentions", q=words, after=following) if following else None,
        now=now(),
    )


def _shown(notice: Notice, retracted: set[str]) -> dict[str, Any]:
    said = published.content(notice)
    return {
        "notice": notice,
        "plan": said["plan"],
        "issuer": said["issuer"],
        "period": said.get("period"),
        "retracted": notice.tender_ref in retracted,
    }
