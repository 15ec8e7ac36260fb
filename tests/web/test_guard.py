"""The gate before Fava: which hosts, origins, routes and statements pass."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask

from kkd_ledger.web.guard import ROUTES, TARGET_CHARS_MAX, refusal

PAGE = "/buch/journal/"


def status(path: str = PAGE, query: str = "", **headers: str) -> str:
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "HTTP_HOST": "127.0.0.1:5000",
    } | headers
    found = refusal(environ)
    return found.status[:3] if found else "200"


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:5000", "localhost", "localhost:65535"])
def test_own_names(host: str) -> None:
    assert status(HTTP_HOST=host) == "200"


@pytest.mark.parametrize(
    "host",
    [
        "", "example", "127.0.0.1:80@evil.example", "localhost:80/evil", "127.0.0.1:80, evil.example", "localhost:abc",
        "127.0.0.1:5000.evil.example", "[::1]", "localhost:", "localhost\\x00", "LOCALHOST.evil", "127.0.0.1\n",
        "127.0.0.1:٥",
    ],
)  # fmt: skip
def test_other_names_are_refused(host: str) -> None:
    assert status(HTTP_HOST=host) == "400"


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"HTTP_ORIGIN": "http://127.0.0.1:5000"}, "200"),
        ({"HTTP_ORIGIN": "http://127.0.0.1:5001"}, "403"),
        ({"HTTP_ORIGIN": "https://127.0.0.1:5000"}, "403"),
        ({"HTTP_ORIGIN": "null"}, "403"),
        ({"HTTP_ORIGIN": "https://evil.example"}, "403"),
        ({"HTTP_SEC_FETCH_SITE": "none"}, "200"),
        ({"HTTP_SEC_FETCH_SITE": "same-origin"}, "200"),
        ({"HTTP_SEC_FETCH_SITE": "same-site"}, "403"),
        ({"HTTP_SEC_FETCH_SITE": "cross-site"}, "403"),
        ({"HTTP_SEC_FETCH_SITE": "anything"}, "403"),
    ],
)
@pytest.mark.parametrize("path", ["/", PAGE, "/static/app.js", "/kkd/fava.css", "/buch/api/changed"])
def test_a_foreign_page_gets_no_answer_on_any_route(
    path: str, headers: dict[str, str], expected: str
) -> None:
    if path == "/kkd/fava.css":
        path = "/"  # asked for as the front page is (web/serve.py)
    assert status(path, **headers) == expected


@pytest.mark.parametrize(
    "method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "get", ""]
)
def test_only_reading(method: str) -> None:
    assert status(REQUEST_METHOD=method) == "405"
    assert status(REQUEST_METHOD="HEAD") == "200"


@pytest.mark.parametrize(
    "query",
    ["SELECT 1", " select account", "balances", "JOURNAL 'x'", "print", "PRINT;", "select\nday", "Select(1)"],
)
def test_statements_that_read(query: str) -> None:
    assert status("/buch/api/query", f"query_string={quote(query)}") == "200"
    assert status("/buch/download-query/query_result.csv", f"query_string={quote(query)}") == "200"


@pytest.mark.parametrize(
    "query",
    [
        "", ".output x", " .output x", "output x", "set format csv", ".set", "run x", ".run x", "RELOAD", "help",
        "errors",
        "CREATE TABLE a USING 'csv:/etc/passwd'", "INSERT INTO a VALUES (1)", "history", "parse SELECT 1", "exit",
        "explain SELECT 1", "!ls", "?x", "\ufeffSELECT 1", "SELECTED", "tout", "@x", "-- x\nSELECT 1", ".\nSELECT",
    ],
)  # fmt: skip
def test_other_statements_are_refused(query: str) -> None:
    for path in ("/buch/api/query", "/buch/download-query/query_result.csv"):
        assert status(path, f"query_string={quote(query)}") == "403"


def test_one_statement_a_request() -> None:
    assert status("/buch/api/query", "query_string=SELECT&query_string=.output%20x") == "403"
    assert (
        status("/buch/api/query", "query_string=SELECT;query_string=.output%20x") == "200"
    )  # one, to Flask too
    assert status("/buch/api/query", "") == "403"


def rules() -> list[Any]:
    from fava.application import create_app

    app: Flask = create_app([])
    return sorted((one for one in app.url_map.iter_rules() if "GET" in one.methods), key=str)


SHOWN = {
    "account", "document", "download_journal", "download_query", "extension_report", "holdings_by", "index", "jump",
    "report", "static", "json_api.get_account_report", "json_api.get_balance_sheet", "json_api.get_changed",
    "json_api.get_commodities", "json_api.get_context", "json_api.get_documents", "json_api.get_errors",
    "json_api.get_events", "json_api.get_income_statement", "json_api.get_journal", "json_api.get_journal_page",
    "json_api.get_query", "json_api.get_source_slice", "json_api.get_statistics", "json_api.get_trial_balance",
}  # fmt: skip
FILLED = {
    "bfile": "buch", "name": "Aktiva:2800-Bank", "filename": "app.js", "aggregation_key": "account", "page_slug": "x",
    "report_name": "journal", "extension_name": "Kostenbeteiligungen", "result_format": "csv", "endpoint": "x",
}  # fmt: skip


@pytest.mark.parametrize("rule", rules(), ids=str)
def test_every_route_of_fava_is_on_one_side(rule: Any) -> None:
    """A route that comes with a new Fava is refused, and is named here."""
    _, path = rule.build({name: FILLED[name] for name in rule.arguments} | (rule.defaults or {}))
    assert bool(ROUTES.fullmatch(path)) == (rule.endpoint in SHOWN)


@pytest.mark.parametrize(
    "path",
    [
        "/buch/editor/", "/buch/import/", "/buch/options/", "/buch/api/source", "/static/../x", "/static/a/b", "//",
        "/buch/download-query/query_result.xlsx", "/buch/download-query/query_result.ods",
        "/buch/extension/Andere/", "/buch/journal", "/buch/journal/\n", "/buch/statement/", "",
    ],
)  # fmt: skip
def test_what_is_not_listed_is_refused(path: str) -> None:
    assert status(path) == "404"


def test_limits_of_length() -> None:
    assert status(query="a" * (TARGET_CHARS_MAX - len(PAGE))) == "200"
    assert status(query="a" * (TARGET_CHARS_MAX - len(PAGE) + 1)) == "414"


def test_jump_goes_back_to_own_pages_only() -> None:
    assert status("/jump", HTTP_REFERER="http://127.0.0.1:5000/buch/journal/") == "200"
    assert status("/jump") == "200"
    for referer in (
        "http://evil.example/",
        "javascript:alert(1)",
        "ftp://127.0.0.1:5000/",
        "/buch/",
        "http://[/",
    ):
        assert status("/jump", HTTP_REFERER=referer) == "403"
