"""What the service answers: from a request to a response, without a socket."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from .failure import Failing, described
from .transactions import Invalid, KeyUsed, Wish

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .database import Database
    from .transactions import Transactions

MOST_SHOWN = 100
_SHOWN = 20


@dataclass(frozen=True)
class Request:
    """What somebody asks: the path without its query, and the few headers that mean something here."""

    method: str
    path: str
    query: str = ""
    content_type: str = ""
    idempotency_key: str = ""
    body: bytes = field(default=b"", repr=False)


@dataclass(frozen=True)
class Response:
    """A status and a JSON body; `notes` go into the log."""

    status: int
    body: Mapping[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)
    notes: Mapping[str, object] = field(default_factory=dict)

    @property
    def level(self) -> int:
        return logging.ERROR if self.status >= 500 else logging.WARNING if self.status >= 400 else logging.INFO


class Service:
    """The paths, and what is done for each."""

    def __init__(self, environment: str, database: Database, transactions: Transactions) -> None:
        self._environment = environment
        self._database = database
        self._transactions = transactions
        self._paths: dict[str, dict[str, Callable[[Request], Response]]] = {
            "/": {"GET": self._page},
            "/index.html": {"GET": self._page},  # what CloudFront asks for when somebody wants /
            "/health": {"GET": self._health},
            "/transactions": {"GET": self._newest, "POST": self._create},
        }

    def known(self, path: str) -> bool:
        return path in self._paths

    def respond(self, request: Request) -> Response:
        methods = self._paths.get(request.path)
        if methods is None:
            return Response(404, {"error": "there is nothing here"})
        if request.method not in methods:
            return Response(405, {"error": "this path has no such method"}, {"Allow": ", ".join(methods)})
        try:
            return methods[request.method](request)
        except Invalid as error:
            return Response(400, {"error": "the request is not valid", "mistakes": list(error.mistakes)})
        except Failing as error:
            body = {"status": "failing", "part": error.part, "error": str(error)}
            return Response(503, body, notes={"part": error.part, "error": described(error)})
        except Exception as error:  # noqa: BLE001 (one request's bug is no reason to stop serving the others)
            return Response(500, {"error": "the service made a mistake"}, notes={"error": described(error)})

    def _page(self, _: Request) -> Response:
        return Response(200, {"service": "financial", "environment": self._environment, "paths": list(self._paths)})

    def _health(self, _: Request) -> Response:
        self._database.check()
        return Response(200, {"status": "healthy"})

    def _newest(self, request: Request) -> Response:
        return Response(200, {"transactions": self._transactions.newest(_limit(request.query))})

    def _create(self, request: Request) -> Response:
        if request.content_type.partition(";")[0].strip().lower() != "application/json":
            return Response(415, {"error": "the body must be application/json"})
        try:
            transaction, new = self._transactions.create(_wish(request.body), request.idempotency_key)
        except KeyUsed:
            return Response(422, {"error": "this Idempotency-Key was sent with another transaction before"})
        return Response(201 if new else 200, transaction)


def _wish(body: bytes) -> Wish:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        raise Invalid("the body must be JSON") from None
    return Wish.from_json(value)


def _limit(query: str) -> int:
    try:
        values = parse_qs(query, keep_blank_values=True, max_num_fields=10).pop("limit", [str(_SHOWN)])
    except ValueError:
        values = []
    if len(values) != 1 or not values[0].isascii() or not values[0].isdigit() or not 1 <= int(values[0]) <= MOST_SHOWN:
        raise Invalid(f"limit: must be one number from 1 to {MOST_SHOWN}")
    return int(values[0])
