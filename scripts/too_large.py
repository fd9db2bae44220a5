"""Answers a body that the server does not take by a page in the reader's language, not in the server's own words."""

from __future__ import annotations

from flask import Flask
from waitress.channel import HTTPChannel
from waitress.task import ErrorTask
from waitress.utilities import RequestEntityTooLarge

from foundation import filters
from foundation.errors import Refusal


def channel_for(app: Flask) -> type[HTTPChannel]:
    """Return a channel whose answer to a body above the limit is the house's refusal ``document.too_large`` (413)."""

    class TooLarge(ErrorTask):  # type: ignore[misc]
        """Answers before the body is read; any other error of the server keeps its own words."""

        def execute(self) -> None:
            if not isinstance(self.request.error, RequestEntityTooLarge):
                super().execute()
                return
            asked = {name: self.request.headers.get(name.upper().replace("-", "_"), "") for name in _TOLD}
            status, headers, body = _answer(app, asked)
            self.status = status
            self.response_headers.extend(headers)
            self.set_close_on_finish()
            self.content_length = len(body)
            self.write(body)

    class Channel(HTTPChannel):  # type: ignore[misc]
        error_task_class = TooLarge

    return Channel


# What decides the language, the form and the head of an answer.
_TOLD = ("Accept", "Accept-Language", "Cookie")


def _answer(app: Flask, asked: dict[str, str]) -> tuple[str, list[tuple[str, str]], bytes]:
    settings = app.config["SETTINGS"]
    with app.test_request_context("/", base_url=settings.base_url, headers=asked):
        app.preprocess_request()
        refused = Refusal("document.too_large", 413, most=filters.size(settings.most_document))
        answer = app.process_response(app.make_response(app.handle_user_exception(refused)))
        headers = [(name, text) for name, text in answer.headers if name.lower() != "content-length"]
        return answer.status, headers, answer.get_data()
