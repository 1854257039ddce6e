"""A catalogue's REST API: GET with a bearer token, page by page, patient with a server that stumbles.

The token stands in a header alone: no message, no log and no address holds it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from types import TracebackType
from typing import Any

import httpx
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential

from assay.errors import SourceUnavailable, UnreadableData
from assay.sources.catalogues.documents import load

logger = logging.getLogger(__name__)

_TIMEOUT_SECONDS = 60.0
_TRIES = 4
_PAUSE_SECONDS = 0.5  # before the second try; doubled before each further one
_STATUSES = {401: "the token is missing or not known", 403: "the token may not read this", 404: "there is no such API"}
_TOO_MANY = 429

Params = Mapping[str, Any]


class _Stumble(Exception):
    """A try that may go well the next time."""


class RestApi:
    """The API of one server, a context manager.

    Args:
        address: Scheme, host, port and what lies before the API's own paths.
        token: Sent as bearer token, if there is one.
        remedy: What would do where the server can't be used.

    Raises:
        SourceUnavailable: If the token could not stand in a header.
    """

    def __init__(self, address: str, token: str | None, remedy: str) -> None:
        self.address = address
        self._remedy = remedy
        said = (token or "").strip()
        if not said.isascii() or not said.isprintable() or " " in said:  # the client's own message would quote it
            raise self._unavailable("its token holds characters that no token has")
        headers = {"Authorization": f"Bearer {said}"} if said else {}
        self._client = httpx.Client(headers=headers | {"Accept": "application/json"}, timeout=_TIMEOUT_SECONDS)

    def __enter__(self) -> RestApi:
        """The API itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Close the connections."""
        self._client.close()

    def place(self, path: str) -> str:
        """Where an answer comes from, for messages."""
        return f"{self.address}{path}"

    def get(self, path: str, params: Params) -> dict[str, Any]:
        """The JSON object that a path answers with.

        Raises:
            SourceUnavailable: If the server doesn't answer or refuses, several times where that may pass.
            UnreadableData: If the answer is no JSON object.
        """
        answer = self._ask(path, params)
        if answer.status_code != httpx.codes.OK:
            said = _STATUSES.get(answer.status_code, "which is no answer")
            raise self._unavailable(f"{path} gave {answer.status_code}: {said}")
        try:
            found = load(answer.text)
        except (ValueError, RecursionError) as error:
            raise self._unlike(path, "the answer is no JSON") from error
        if not isinstance(found, dict):
            raise self._unlike(path, "the answer is no JSON object")
        return found

    def refuses(self, path: str, params: Params) -> bool:
        """Whether the server does not understand what it is asked for.

        Raises:
            SourceUnavailable: If it doesn't answer.
        """
        return self._ask(path, params).status_code == httpx.codes.BAD_REQUEST

    def listed(self, path: str, params: Params, key: str, cursor: str,
               following: Callable[[dict[str, Any]], str | None]) -> Iterator[dict[str, Any]]:
        """Every object of a list, page by page.

        Args:
            path: The list's.
            params: Asked for on every page.
            key: Where a page lists its objects.
            cursor: Parameter that says where a page begins.
            following: The cursor of the page behind an answer; None or empty behind the last one.

        Raises:
            SourceUnavailable: If the server doesn't answer or refuses.
            UnreadableData: If an answer has another shape, or pages go round in a circle.
        """
        seen: set[str] = set()
        asked = dict(params)
        while True:
            answer = self.get(path, asked)
            found = answer.get(key)
            if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
                raise self._unlike(path, f"the answer lists no objects under {key!r}")
            yield from found
            try:
                place = following(answer)
            except AttributeError as error:
                raise self._unlike(path, "the answer doesn't tell where the next page begins") from error
            if not place or not found:
                return
            if place in seen:
                raise self._unlike(path, "its pages go round in a circle")
            seen.add(place)
            asked[cursor] = place

    def _ask(self, path: str, params: Params) -> httpx.Response:
        tries = Retrying(retry=retry_if_exception_type(_Stumble), stop=stop_after_attempt(_TRIES),
                         wait=wait_exponential(_PAUSE_SECONDS), reraise=True)
        try:
            return tries(self._try, path, params)
        except _Stumble as error:
            raise self._unavailable(str(error)) from error

    def _try(self, path: str, params: Params) -> httpx.Response:
        try:
            answer = self._client.get(self.place(path), params=dict(params))
        except httpx.TimeoutException as error:
            raise _Stumble(f"{path} gave no answer within {_TIMEOUT_SECONDS:.0f} s") from error
        except httpx.TransportError as error:
            raise _Stumble(f"{path} gave no answer: {error}") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise self._unavailable(f"{path} can't be asked for: {error}") from error
        if answer.is_server_error or answer.status_code == _TOO_MANY:
            logger.info("%s gave %d, which may pass", self.place(path), answer.status_code)
            raise _Stumble(f"{path} gave {answer.status_code}, {_TRIES} times")
        return answer

    def _unavailable(self, problem: str) -> SourceUnavailable:
        return SourceUnavailable(self.address, problem, self._remedy)

    def _unlike(self, path: str, problem: str) -> UnreadableData:
        return UnreadableData(self.place(path), problem, remedy=self._remedy)
