"""Which lines of some files run, one after the other: by sys.monitoring, or by sys.settrace where that is missing.

Both are told of every thread, and of frames that greenlets switch between, since they keep no stack of their own. What
other files run costs one call for each function (monitoring) or call (settrace).
"""

from __future__ import annotations

import opcode
import os
import sys
import threading
from collections import defaultdict
from collections.abc import Mapping
from types import CodeType, FrameType
from typing import Any

Lines = dict[str, set[int]]
_ENDS = (StopIteration, StopAsyncIteration)
"""How what is awaited or gone through tells that it is done: no way around the next line."""
_IMPORTING = "<frozen importlib._bootstrap>"
_monitoring: Any = vars(sys).get("monitoring")


class Recorder:
    """What both have in common.

    Args:
        files: real paths of the files to look at, with the name that each is told by.
    """

    how = ""

    def __init__(self, files: Mapping[str, str]) -> None:
        self.lines: Lines = defaultdict(set)
        """Where the lines go that run now; swapped by whoever asks what ran when."""
        self.imported: Lines = defaultdict(set)
        """The lines of functions that were called while a module was imported."""
        self.arcs: dict[str, set[tuple[int, int]]] = defaultdict(set)
        """Pairs of lines that followed each other in one frame; at its return, the second is minus its code's."""
        self._files = files
        self._names: dict[str, str | None] = {}

    def _name(self, filename: str) -> str | None:
        """What a file is told by, None for one that is not looked at."""
        known = self._names
        if filename not in known:
            known[filename] = self._files.get(os.path.realpath(filename))
        return known[filename]

    def _begun(self, name: str, frame: FrameType) -> None:
        """Keep the lines of a function that is called at import, by whichever module is imported then."""
        code = frame.f_code
        if code.co_firstlineno in self.imported[name] or code.co_name == "<module>":
            return
        above = frame.f_back
        while above is not None:
            if above.f_code.co_filename == _IMPORTING:
                self.imported[name].update(line for _, _, line in code.co_lines() if line)
                self.imported[name].add(code.co_firstlineno)
                return
            above = above.f_back

    def start(self) -> None:
        """Begin to look."""
        raise NotImplementedError

    def again(self) -> None:
        """Begin anew where somebody else has ended it."""

    def stop(self) -> None:
        """Look no more."""
        raise NotImplementedError


class Monitored(Recorder):
    """By sys.monitoring. Frames are known by their address, which nothing else has while they live."""

    how = "sys.monitoring"

    def start(self) -> None:
        """Begin to look."""
        tools = _monitoring
        self._last: dict[int, int] = {}
        self._tool = next(one for one in (4, 3, 5, 1, 2, 0) if tools.get_tool(one) is None)
        tools.use_tool_id(self._tool, "async-testing")
        kinds = tools.events
        self._local = kinds.LINE | kinds.PY_RETURN
        self._seen: dict[int, CodeType] = {}
        tools.register_callback(self._tool, kinds.PY_START, self._started)
        tools.register_callback(self._tool, kinds.LINE, self._line)
        tools.register_callback(self._tool, kinds.PY_RETURN, self._returned)
        tools.register_callback(self._tool, kinds.RAISE, self._raised)
        tools.set_events(self._tool, kinds.PY_START | kinds.RAISE)

    def stop(self) -> None:
        """Look no more."""
        tools = _monitoring
        tools.set_events(self._tool, 0)
        for code in self._seen.values():
            tools.set_local_events(self._tool, code, 0)
        tools.free_tool_id(self._tool)

    def _started(self, code: CodeType, _offset: int) -> Any:
        if self._name(code.co_filename) is None:
            return _monitoring.DISABLE
        if id(code) not in self._seen:
            self._seen[id(code)] = code
            _monitoring.set_local_events(self._tool, code, self._local)
        frame = sys._getframe(1)
        self._begun(self._name(code.co_filename) or "", frame)
        self._last.pop(id(frame), None)
        return None

    def _line(self, code: CodeType, line: int) -> None:
        name = self._names[code.co_filename]
        assert name is not None
        self.lines[name].add(line)
        key = id(sys._getframe(1))
        before = self._last.get(key)
        if before is not None:
            self.arcs[name].add((before, line))
        self._last[key] = line

    def _returned(self, code: CodeType, _offset: int, _value: object) -> None:
        before = self._last.pop(id(sys._getframe(1)), None)
        name = self._names.get(code.co_filename)
        if before is not None and name is not None:
            self.arcs[name].add((before, -code.co_firstlineno))

    def _raised(self, code: CodeType, _offset: int, error: BaseException) -> None:
        if self._names.get(code.co_filename) and not isinstance(error, _ENDS):
            self._last.pop(id(sys._getframe(1)), None)


class Traced(Recorder):
    """By sys.settrace, in every thread that starts after the first of the files was imported.

    Every call of any function costs something from then on, and the third-party packages that are imported before make
    a great many.
    """

    how = "sys.settrace"

    def start(self) -> None:
        """Begin to look."""
        self._returns = {opcode.opmap[one] for one in ("RETURN_VALUE", "RETURN_CONST") if one in opcode.opmap}
        self._waits = True
        sys.addaudithook(self._executed)

    def _executed(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Begin when one of the files is imported: importing is executing its code."""
        if self._waits and event == "exec" and self._name(getattr(arguments[0], "co_filename", "")):
            self._begin()

    def _begin(self) -> None:
        self._waits = False
        threading.settrace(self._called)
        sys.settrace(self._called)

    def again(self) -> None:
        """Begin anew where somebody else has ended it."""
        if sys.gettrace() is None:
            self._begin()

    def stop(self) -> None:
        """Look no more."""
        self._waits = False
        threading.settrace(None)
        sys.settrace(None)

    def _called(self, frame: FrameType, _event: str, _arg: object) -> Any:
        filename = frame.f_code.co_filename
        name = self._names[filename] if filename in self._names else self._name(filename)
        if name is None:
            return None
        if frame.f_trace is None:
            self._begun(name, frame)
        return frame.f_trace or self._follow(name)

    def _follow(self, name: str) -> Any:
        """The trace function of one frame."""
        before: int | None = None

        def follow(frame: FrameType, event: str, arg: Any) -> Any:
            nonlocal before
            if event == "line":
                line = frame.f_lineno
                self.lines[name].add(line)
                if before is not None:
                    self.arcs[name].add((before, line))
                before = line
            elif event == "exception":
                if not issubclass(arg[0], _ENDS):
                    before = None
            elif event == "return" and before is not None and _is_return(frame, self._returns):
                self.arcs[name].add((before, -frame.f_code.co_firstlineno))
            return follow

        return follow


def _is_return(frame: FrameType, returns: set[int]) -> bool:
    """Whether a frame is left for good: it is told of each ``await`` that suspends it as of a return."""
    return frame.f_code.co_code[frame.f_lasti] in returns


def recorder(files: Mapping[str, str]) -> Recorder:
    """The better one of those that this interpreter has."""
    return Monitored(files) if _monitoring is not None else Traced(files)
