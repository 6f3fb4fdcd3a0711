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

ASYNCIO = """
from asyncio import QueueEmpty, QueueFull


class Event:
    def __init__(self):
        self._value = False

    def set(self):
        self._value = True

    def clear(self):
        self._value = False

    def is_set(self):
        return self._value

    async def wait(self):
        if not self._value:
            _waits()
        return True


class Semaphore:
    def __init__(self, value=1):
        if value < 0:
            raise ValueError("Semaphore initial value must be >= 0")
        self._value = value

    def locked(self):
        return self._value == 0

    async def acquire(self):
        if self._value == 0:
            _waits()
        self._value -= 1
        return True

    def release(self):
        self._value += 1

    async def __aenter__(self):
        await self.acquire()

    async def __aexit__(self, kind, error, trace):
        self.release()


class BoundedSemaphore(Semaphore):
    def __init__(self, value=1):
        super().__init__(value)
        self._bound = value

    def release(self):
        if self._value >= self._bound:
            raise ValueError("BoundedSemaphore released too many times")
        self._value += 1


class Lock(Semaphore):
    def __init__(self):
        self._value = 1

    def release(self):
        if self._value:
            raise RuntimeError("Lock is not acquired.")
        self._value = 1


class Queue:
    def __init__(self, maxsize=0):
        self._maxsize = maxsize
        self._items = []
        self._unfinished = 0

    def qsize(self):
        return len(self._items)

    def empty(self):
        return not self._items

    def full(self):
        return self._maxsize > 0 and len(self._items) >= self._maxsize

    def put_nowait(self, item):
        if self.full():
            raise QueueFull()
        self._items.append(item)
        self._unfinished += 1

    async def put(self, item):
        if self.full():
            _waits()
        self.put_nowait(item)

    def get_nowait(self):
        if not self._items:
            raise QueueEmpty()
        return self._items.pop(0)

    async def get(self):
        if not self._items:
            _waits()
        return self._items.pop(0)

    def task_done(self):
        if self._unfinished <= 0:
            raise ValueError("task_done() called too many times")
        self._unfinished -= 1

    async def join(self):
        if self._unfinished:
            _waits()
"""
PRIMITIVES = frozenset({"Event", "Semaphore", "BoundedSemaphore", "Lock", "Queue"})
"""What of asyncio is followed where a test's own object has one; in a module it would outlive the test."""

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
TEXTS = {
    "fastapi": FASTAPI,
    "starlette.exceptions": STARLETTE,
    "contextlib": CONTEXTLIB,
    "asyncio": ASYNCIO,
}
