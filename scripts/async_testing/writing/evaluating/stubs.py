"""What little of other libraries is followed as if it were the project's: their classes, as far as they matter here."""

STARLETTE = """
from http import HTTPStatus


class HTTPException(Exception):
    def __init__(self, status_code, detail=None, headers=None):
        self.status_code = status_code
        self.detail = HTTPStatus(status_code).phrase if detail is None else detail
        self.headers = headers

    def __str__(self):
        return f"{self.status_code}: {self.detail}"
"""

FASTAPI = """
import starlette.exceptions


class HTTPException(starlette.exceptions.HTTPException):
    pass


class Response:
    def __init__(self, content=None, status_code=200, headers=None, media_type=None, background=None):
        self.content = content
        self.status_code = status_code
        self.headers = dict(headers or {})

    def set_cookie(self, key, value="", **options):
        pass

    def delete_cookie(self, key, **options):
        pass


class JSONResponse(Response):
    pass


class ORJSONResponse(JSONResponse):
    pass


class PlainTextResponse(Response):
    pass
"""

CONTEXTLIB = """
class AsyncExitStack:
    def __init__(self):
        self._left = []

    async def __aenter__(self):
        return self

    async def enter_async_context(self, manager):
        entered = _managed(manager, True)
        value = entered.enter()
        self._left.append(entered)
        return value

    def enter_context(self, manager):
        entered = _managed(manager, False)
        value = entered.enter()
        self._left.append(entered)
        return value

    def callback(self, function, *args, **kwargs):
        self._left.append(_calling(function, args, kwargs))

    def push_async_callback(self, function, *args, **kwargs):
        self._left.append(_calling(function, args, kwargs))

    async def __aexit__(self, kind, error, trace):
        return _unwound(self._left, error)


class ExitStack:
    def __init__(self):
        self._left = []

    def __enter__(self):
        return self

    def enter_context(self, manager):
        entered = _managed(manager, False)
        value = entered.enter()
        self._left.append(entered)
        return value

    def callback(self, function, *args, **kwargs):
        self._left.append(_calling(function, args, kwargs))

    def __exit__(self, kind, error, trace):
        return _unwound(self._left, error)
"""

PLACES = {
    "fastapi.HTTPException": "fastapi",
    "fastapi.exceptions.HTTPException": "fastapi",
    "starlette.exceptions.HTTPException": "starlette.exceptions",
    "fastapi.Response": "fastapi",
    "fastapi.responses.Response": "fastapi",
    "starlette.responses.Response": "fastapi",
    "fastapi.responses.JSONResponse": "fastapi",
    "starlette.responses.JSONResponse": "fastapi",
    "fastapi.responses.ORJSONResponse": "fastapi",
    "fastapi.responses.PlainTextResponse": "fastapi",
    "contextlib.AsyncExitStack": "contextlib",
    "contextlib.ExitStack": "contextlib",
}
TEXTS = {"fastapi": FASTAPI, "starlette.exceptions": STARLETTE, "contextlib": CONTEXTLIB}
