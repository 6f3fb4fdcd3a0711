"""What a route answers: status, body and headers of what its function returns or raises."""

from __future__ import annotations

from typing import Any, NamedTuple

from async_testing.writing.evaluating.callables import Func
from async_testing.writing.evaluating.fields import MISSING
from async_testing.writing.evaluating.forms import Form, form_of
from async_testing.writing.evaluating.limits import Refused
from async_testing.writing.evaluating.models import Models
from async_testing.writing.evaluating.things import Meta, Obj, Recorder, Unknown
from async_testing.writing.routed import response_kind


class Answer(NamedTuple):
    """What is answered."""

    status: int
    body: Any
    """``MISSING`` where there is none."""
    headers: dict[str, Any]


class Answers:
    """Works answers out.

    Args:
        interpreter: knows models.
        told: how the route is registered.
        func: its function.
    """

    def __init__(self, interpreter: Models, told: Meta, func: Func) -> None:
        self.interpreter = interpreter
        self.told = told
        self.func = func

    def answered(self, value: Any, response: Obj) -> Answer:
        """The answer that what a route returns becomes, with what it set on the response that it was given."""
        if isinstance(value, Obj) and response_kind(value):
            return self.of_response(value, dict(response.fields["headers"]))
        if isinstance(value, Recorder):
            raise Unknown("what it answers is not known")
        status = self.told.kwargs.get("status_code") or 200
        changed = response.fields["status_code"]
        status = changed if changed != 200 else status
        if not isinstance(status, int):
            status = int(status)
        headers = dict(response.fields["headers"])
        if status in (204, 304):
            return Answer(status, MISSING, headers)
        return Answer(status, self._body(value), headers)

    def of_response(self, value: Any, headers: dict[str, Any]) -> Answer:
        """The answer that a response is, with headers from elsewhere."""
        if not isinstance(value, Obj) or "status_code" not in value.fields:
            raise Unknown("what it answers is not known")
        status, content = value.fields["status_code"], value.fields["content"]
        kept = {**headers, **(value.fields["headers"] or {})}
        is_json = response_kind(value) in ("JSONResponse", "ORJSONResponse")
        if status in (204, 304) or (content is None and not is_json):
            return Answer(int(status), MISSING, kept)
        if not is_json:
            raise Unknown("an answer that is no JSON is not followed")
        return Answer(int(status), self.interpreter.jsonable(content), kept)

    def _body(self, value: Any) -> Any:
        kwargs = self.told.kwargs
        said = kwargs.get("response_model", MISSING)
        form = returned_form(self.func) if said is MISSING else Form("any") if said is None else form_of(said)
        if "response_class" in kwargs:
            raise Unknown("an answer of its own class is not followed")
        if form.kind not in ("any", "external", "class"):
            value = self._shaped(form, value)
        names = ("exclude_unset", "exclude_none", "exclude_defaults", "by_alias", "include", "exclude")
        options = {
            name: kwargs[f"response_model_{name}"] for name in names if kwargs.get(f"response_model_{name}")
        }
        if options:
            value = self.interpreter.dumped(value, {"by_alias": True, **options})
        return self.interpreter.jsonable(value)

    def _shaped(self, form: Form, value: Any) -> Any:
        try:
            return _reshaped(self.interpreter, form, value)
        except Refused:
            raise Unknown("what it returns does not fit what it answers") from None


def returned_form(func: Func) -> Form:
    """What the annotation of a function says that it returns."""
    node = func.node
    return form_of(func.module.interpreter.annotation(getattr(node, "returns", None), func.module.frame))


def _reshaped(interpreter: Models, form: Form, value: Any) -> Any:
    """A value as the response model has it: of another model, or a row, only the fields that it names."""
    inner = form.single
    if value is None:
        return interpreter.checked(form, value)
    if inner.kind == "model" and isinstance(value, Obj) and (value.cls is not inner.cls or inner.args):
        fields = interpreter.fields_of(inner.cls)
        known = dict(zip(inner.cls.variables, inner.args, strict=False))
        given: dict[str, Any] = {}
        config = interpreter.config_of(inner.cls)
        for name, (one, _, _) in fields.items():
            if name in value.fields:
                given[interpreter.alias_of(inner.cls, name, one, config)] = _reshaped(
                    interpreter, one.given(known.get), value.fields[name]
                )
            elif interpreter.lookup(value.cls, name) is not None:
                given[interpreter.alias_of(inner.cls, name, one, config)] = interpreter.get_attribute(
                    value, name
                )
        return interpreter.through(lambda: interpreter.construct(inner.cls, [], given))
    if inner.kind in ("list", "set", "tuple") and inner.args and isinstance(value, list | tuple | set):
        return [_reshaped(interpreter, inner.args[0], one) for one in value]
    return interpreter.checked(form, value)
