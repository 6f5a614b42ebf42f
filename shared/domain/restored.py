"""Values that were validated before they were stored, made again from their JSON without validating them once more.

What opens under its key is what was sealed, byte for byte, and only validated values are ever sealed. So its form is all that is looked at:
that what has to be there is there, and everything of its type. What Pydantic does beyond that is most of what reading a claim cost; a log
is read again and again, and each claim in it was validated once.
"""

from collections.abc import Callable, Collection, Mapping
from types import UnionType
from typing import Any, Required, TypedDict, TypeVar, Union, get_args, get_origin

from msgspec import Struct, defstruct
from pydantic import BaseModel

Model = TypeVar("Model", bound=BaseModel)

Said = dict[str, Any]
"""A JSON object with the members of a model, but for those that have their default."""

_new = object.__new__
_set_fields, _set_names, _set_extra, _set_private = (
    BaseModel.__dict__[name].__set__ for name in ("__dict__", "__pydantic_fields_set__", "__pydantic_extra__", "__pydantic_private__")
)


def form(model: type[BaseModel], others: Mapping[type[BaseModel], Any], apart: Collection[str] = ()) -> Any:
    """Return the type, for `msgspec`, of the JSON of a model's values: dictionaries with typed members.

    `others` are models that have another form. The members `apart` stand elsewhere: they may be missing.
    """
    members = {}
    for name, field in model.model_fields.items():
        member = _form(field.annotation, others)
        members[name] = member if name in apart or not field.is_required() else Required[member]
    return TypedDict(model.__name__, members, total=False)  # type: ignore[operator]  # of a model's fields, which are not written down again


def _form(annotation: Any, others: Mapping[type[BaseModel], Any]) -> Any:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return others.get(annotation) or form(annotation, others)
    if get_origin(annotation) is tuple:
        return tuple[(_form(get_args(annotation)[0], others), ...)]  # type: ignore[misc]  # known at run time only
    if get_origin(annotation) in (Union, UnionType):
        return Union[tuple(_form(either, others) for either in get_args(annotation))]  # noqa: UP007 - of as many as there are
    return annotation


def hashable_form(model: type[BaseModel]) -> type[Struct]:
    """Return a form by whose values those of a model of plain members can be found again."""
    fields: list[Any] = [
        (name, field.annotation) if field.is_required() else (name, field.annotation, field.get_default())
        for name, field in model.model_fields.items()
    ]
    return defstruct(model.__name__, fields, kw_only=True, frozen=True, gc=False)


def maker(model: type[Model]) -> Callable[[Said], Model]:
    """Return what makes a value of what was said of it, in which every part of it is a value already."""
    defaults = {name: None if field.is_required() else field.get_default() for name, field in model.model_fields.items()}
    names = set(defaults)  # one for all values: nothing asks which members were written down

    def make(said: Said) -> Model:
        made = _new(model)
        _set_fields(made, defaults | said)  # in the order of the model's fields, whatever is said
        _set_names(made, names)
        _set_extra(made, None)
        _set_private(made, None)
        return made

    return make
