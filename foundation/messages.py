"""The languages of the pages: which one a visitor reads, and the catalogues behind it.

Each room keeps its words in ``translations/<locale>/<room>.po`` (English is the source). `compile_catalogues` merges a
locale's files into the one catalogue that Flask-Babel reads. Traditional Chinese has its own terms and is never
converted on the fly.
"""

from __future__ import annotations

import os
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Request

# Tag in addresses and Accept-Language → (Babel locale, BCP 47 tag of the page, own name).
TONGUES = {
    "zh-CN": ("zh_Hans", "zh-Hans", "简体"),
    "zh-TW": ("zh_Hant", "zh-Hant", "繁體"),
    "en": ("en", "en", "English"),
}
DEFAULT = "zh-CN"
COOKIE = "sunseal_language"


def choose_tongue(request: Request) -> str:
    """Return the visitor's tongue: ``?lang=``, then the cookie, then Accept-Language, then zh-CN."""
    for asked in (request.args.get("lang", ""), request.cookies.get(COOKIE, "")):
        if asked in TONGUES:
            return asked
    for wanted in request.accept_languages.values():
        tag = wanted.lower()
        if tag.startswith(("zh-tw", "zh-hant", "zh-hk", "zh-mo")):
            return "zh-TW"
        if tag.startswith("zh"):
            return "zh-CN"
        if tag.startswith("en"):
            return "en"
    return DEFAULT


def merge(folder: Path, locale: str) -> Catalog:
    """Return one catalogue of all rooms' files; two rooms that translate a sentence differently are an error."""
    merged = Catalog(locale=locale)
    for file in sorted((folder / locale).glob("*.po")):
        with file.open("rb") as source:
            for message in read_po(source, locale=locale):
                if not message.id or not message.string:
                    continue
                known = merged.get(message.id, message.context)
                if known is not None and known.string != message.string:
                    raise ValueError(f"{file}: {message.id!r} is {message.string!r} here, {known.string!r} elsewhere")
                merged.add(message.id, message.string, flags=message.flags, context=message.context)
    return merged


def compile_catalogues(folder: Path) -> None:
    """Write ``LC_MESSAGES/messages.mo`` of each locale where a room's file is newer."""
    for locale in ("zh_Hans", "zh_Hant"):
        files = list((folder / locale).glob("*.po"))
        target = folder / locale / "LC_MESSAGES" / "messages.mo"
        newest = max(file.stat().st_mtime for file in [*files, folder / locale])
        if target.exists() and target.stat().st_mtime >= newest:
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        # Named after the process: several may start at once.
        temporary = target.with_suffix(f".{os.getpid()}.part")
        with temporary.open("wb") as out:
            write_mo(out, merge(folder, locale))
        temporary.rename(target)
