"""A page's form as a browser without script sends it back: every field with its value."""

from __future__ import annotations

from html.parser import HTMLParser


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, list[str]] = {}
        self.within = False
        self._area: str | None = None
        self._select: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name = given.get("name", "")
        if tag == "form":
            self.within = "data-office" in given
        if not self.within:
            return
        if tag == "textarea":
            self._area = name
            self.fields[name] = [""]
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select:
            if "selected" in given or self._select not in self.fields:
                self.fields[self._select] = [given.get("value", "")]
        elif tag == "input" and name and given.get("type") != "file":
            is_tick = given.get("type") in ("checkbox", "radio")
            if not is_tick:
                self.fields[name] = [given.get("value", "")]
            elif "checked" in given:
                self.fields.setdefault(name, []).append(given.get("value", "y"))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.within = False
        elif tag == "textarea":
            self._area = None
        elif tag == "select":
            self._select = None

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self.fields[self._area][0] += data


def fields_of(page: str) -> dict[str, str | list[str]]:
    """Return the fields of the office's long form on a page; a field given several times is a list."""
    reader = _Reader()
    reader.feed(page)
    # A browser leaves out the line break right after <textarea>.
    found = {name: [value.removeprefix("\r\n").removeprefix("\n") for value in each] for name, each in reader.fields.items()}
    return {name: each[0] if len(each) == 1 else each for name, each in found.items()}
