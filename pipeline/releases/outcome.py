"""What the terminal shows of a change."""

from collections.abc import Iterable

from rich.console import Console
from rich.markup import escape

from pipeline.releases.change_log import LOG, Change
from pipeline.releases.opened import Opened
from pipeline.serving_config.model_server import MODELS_CONFIG
from pipeline.serving_config.render import folder_of
from pipeline.terminal import shown

_DONE = {
    "canary": "CANARY",
    "canary off": "NO CANARY",
    "promote": "PROMOTED",
    "rollback": "ROLLED BACK",
}


def say_outcome(change: Change, found: Opened, seen: Iterable[str] = ()) -> None:
    """Prints what is in service now.

    Args:
      change: that was made.
      found: what it began with.
      seen: further lines.
    """
    say = Console(highlight=False, soft_wrap=True).print
    home, after = found.home, change.after
    parts = [f"{after.stable} is stable"]
    if after.canary is not None:
        parts.append(f"{after.canary} is canary")
    if after.kept:
        stays = "stays" if len(after.kept) == 1 else "stay"
        parts.append(f"{', '.join(map(str, after.kept))} {stays} loaded")
    say(f"[bold green]{_DONE[change.what]}[/]  {home.task}")
    say(f"  {'; '.join(parts)}.\n")
    if found.note:
        say(f"note     {escape(found.note)}")
    for line in seen:
        say(escape(line))
    if found.server:
        say(f"server   {escape(found.server.address)} follows")
    else:
        say(f"server   {found.no_server}; one that starts takes this up")
    say(f"config   {shown(folder_of(home) / MODELS_CONFIG)}")
    say(f"log      {shown(folder_of(home) / LOG)}")
