"""cli.md names every command, argument and option of the `salname` command, and nothing else."""

from collections.abc import Iterator
from typing import Any

import typer

from services import cli
from shared.domain.roles import Role
from tests.docs.pages import DOCS, code, tables

PAGE = DOCS / "reference" / "cli.md"


def commands(group: Any, name: str) -> Iterator[tuple[str, Any]]:
    """Yield every command below a group by its full name."""
    for part, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, f"{name} {part}")
        else:
            yield f"{name} {part}", command


COMMANDS = dict(commands(typer.main.get_command(cli.app), "salname"))


def names(parameter: Any) -> tuple[str, ...]:
    return tuple(parameter.opts) if parameter.param_type_name == "option" else (parameter.name,)


def test_every_command_with_its_options_in_order() -> None:
    listed = {heading: [tuple(code(row[0])) for row in rows] for heading, rows in tables(PAGE).items()}
    assert listed == {name: [names(parameter) for parameter in command.params] for name, command in COMMANDS.items()}


def test_what_is_required() -> None:
    for heading, rows in tables(PAGE).items():
        required = {tuple(code(row[0])) for row in rows if row[1] == "required"}
        assert required == {names(parameter) for parameter in COMMANDS[heading].params if parameter.required}, heading


def test_defaults_that_the_command_line_knows() -> None:
    for heading, rows in tables(PAGE).items():
        shown = {tuple(code(row[0])): code(row[1]) for row in rows}
        for parameter in COMMANDS[heading].params:
            if parameter.default is not None and not parameter.required:
                assert shown[names(parameter)] == [str(parameter.default)], (heading, parameter.name)


def test_every_role_can_be_given() -> None:
    (row,) = (row for row in tables(PAGE)["salname token create"] if "--role" in row[0])
    assert code(row[2]) == [role.name for role in Role]
