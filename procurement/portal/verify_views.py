"""The page where anyone checks a receipt or a published document. What is brought is judged and forgotten."""

from __future__ import annotations

from typing import Any

from flask import render_template, request
from flask_wtf import FlaskForm
from flask_wtf.file import FileField

from foundation.errors import Refusal
from identity.guard import open_to
from identity.rights import Right
from procurement.portal import words
from procurement.portal.board import blueprint
from procurement.portal.checking import judge

MOST = 16 << 20


class VerifyForm(FlaskForm):
    """One file."""

    file = FileField()


@blueprint.get("/verify")
@open_to(Right.READ_PUBLIC)
def verify() -> str:
    """Offer to check a file, and tell how to check without us."""
    return render_template("portal/verify.html", found=None, form=VerifyForm(), words=words, missing=False)


@blueprint.post("/verify")
@open_to(Right.READ_PUBLIC)
def verify_file() -> Any:
    """Judge the file that was brought."""
    request.max_content_length = MOST + (1 << 16)
    brought = request.files.get("file")
    if brought is None or not brought.filename:
        return render_template("portal/verify.html", found=None, form=VerifyForm(), words=words, missing=True), 422
    data = brought.stream.read(MOST + 1)
    if len(data) > MOST:
        raise Refusal("verify.too_large", 413, most=MOST)
    found = judge(data)
    return render_template("portal/verify.html", found=found, form=VerifyForm(), words=words, missing=False)
