"""`salname rebuild`: another generation of a chronology's read model, built beside the live one, compared and switched to."""

from typing import TYPE_CHECKING, Annotated

import typer

from services.commands.options import DataOption

if TYPE_CHECKING:
    from services.local import Workspace
    from services.projection.replacing import Replaced
    from shared.domain.ports import ChronologyInfo
    from shared.store.differences import Difference, Shown

LISTED = 20
"""How many differing entries are listed; `--all` lists them all."""


def rebuild(
    slug: Annotated[str, typer.Argument(metavar="SLUG", help="The name of the chronology.")],
    data: DataOption = None,
    compare_only: Annotated[
        bool, typer.Option("--compare-only", help="Build and compare, and leave it at that: the next rebuild goes on from there.")
    ] = False,
    all_: Annotated[bool, typer.Option("--all", help=f"List all entries that differ, not only the first {LISTED}.")] = False,
    keep: Annotated[bool, typer.Option("--keep/--no-keep", help="Keep the old read model, to switch back to it.")] = True,
    switch_back: Annotated[
        bool, typer.Option("--switch-back", help="Build nothing: let readers see the read model that was kept, and keep this one.")
    ] = False,
    drop: Annotated[
        bool, typer.Option("--drop", help="Build nothing: remove what is kept or half built beside the live read model.")
    ] = False,
) -> None:
    """Fold the log of a chronology again, beside the live read model; compare the two, and switch.

    Readers see the old one until the switch, and writes go on meanwhile. A build that is interrupted goes on when the command is run again.
    """
    from services.local import Workspace, announce
    from shared.settings import read_settings
    from shared.telemetry import calm_collector, configure_logging

    if sum((compare_only, switch_back, drop)) > 1:
        raise typer.BadParameter("--compare-only, --switch-back and --drop exclude one another")
    calm_collector()
    settings = read_settings() if data is None else read_settings(data=data)
    configure_logging(settings.log_format, "warning")
    with Workspace(settings) as workspace:
        info = workspace.service.chronology(slug)
        if drop:
            numbers = workspace.projector.drop(info)
            _say(f"Dropped: generation {', '.join(map(str, numbers))}." if numbers else "There is nothing beside the live read model.")
        elif switch_back:
            _say(_switched(slug, workspace.projector.switch_back(info)))
            announce(workspace, info)
        else:
            _rebuild(workspace, info, None if all_ else LISTED, compare_only=compare_only, keep=keep)


def _rebuild(workspace: "Workspace", info: "ChronologyInfo", listed: int | None, *, compare_only: bool, keep: bool) -> None:
    from rich.console import Console

    from services.local import announce, progress
    from shared.domain.errors import UnknownEvent

    with progress(Console(stderr=True), "Folding") as advance:
        held = workspace.projector.build(info, advance)
    if held is None:
        raise UnknownEvent(workspace.projector.stopped[info.id])
    position, found = workspace.projector.compare(info, held.key.generation)
    _say(f"{info.slug} is folded anew, as far as revision {position}: {_count(len(found))} differ{'s' if len(found) == 1 else ''}.")
    for difference in found[:listed]:
        _say(f"  {_told(difference)}")
    if listed is not None and len(found) > listed:
        _say(f"  and {len(found) - listed} more; --all lists them")
    if compare_only:
        _say(
            f"Generation {held.key.generation} stands beside the live one; `salname rebuild {info.slug}` switches to it, --drop removes it."
        )
        return
    replaced = workspace.projector.switch(info, held, keep=keep)
    if replaced is not None:
        _say(_switched(info.slug, replaced))
        announce(workspace, info)


def _switched(slug: str, replaced: "Replaced") -> str:
    kept = f"; `salname rebuild {slug} --switch-back` goes back to generation {replaced.before}" if replaced.kept else ""
    told = f" Subscribers hear of {_count(replaced.different)}." if replaced.different else ""
    return f"Readers now see generation {replaced.generation}, at revision {replaced.position}{kept}.{told}"


def _told(difference: "Difference") -> str:
    shown = difference.after or difference.before
    assert shown is not None
    if difference.before is None:
        return f"new      {difference.entry_id}  {_short(shown)}"
    if difference.after is None:
        return f"gone     {difference.entry_id}  {_short(shown)}"
    return f"changed  {difference.entry_id}  {_short(difference.before)} → {_short(difference.after)}"


def _short(shown: "Shown") -> str:
    return f"{shown.date or 'no date'}, {shown.status}, {shown.claims} claim{'' if shown.claims == 1 else 's'}, “{shown.title}”"


def _say(line: str) -> None:
    from rich.console import Console

    Console(soft_wrap=True).print(line, highlight=False, markup=False)


def _count(number: int) -> str:
    return "1 entry" if number == 1 else f"{number} entries"
