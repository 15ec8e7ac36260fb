"""Commands in messages, as links to the pages that do the same: a clerk reads titles where a shell reads commands."""

from __future__ import annotations

from typing import Final

from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from kkd_ledger.web.workplace.acting.routes import form_of
from kkd_ledger.web.workplace.blocks import Asked


@pass_context
def commands_as_links(context: Context, text: str) -> Markup:
    """Return a sentence with what stands between backticks as code; who has logged in reads the page of a command."""
    asked = context.get("asked")
    parts = (
        _command(part, asked if isinstance(asked, Asked) else None) if place % 2 else escape(part)
        for place, part in enumerate(text.split("`"))
    )
    return Markup("").join(parts)


def _command(command: str, asked: Asked | None) -> Markup:
    """Return a command by the title of its page, as a link for whoever may go there; as code where it has none."""
    linked = Markup('„<a class="kern-link" href="{}" title="{}">{}</a>“')
    if asked is None or asked.visitor is None:
        return Markup("<code>{}</code>").format(command)
    for start, switch, address, name in _READING:
        if command.startswith(start) and switch in command:
            return linked.format(asked.to(address), command, name)
    act = form_of(command)
    if act is None:
        return Markup("<code>{}</code>").format(command)
    if act.key not in asked.may:
        return Markup('<span title="{}">„{}“</span>').format(command, act.title)
    return linked.format(asked.act(act.key), command, act.title)


_READING: Final = (
    ("kkd clear ", "--list", "zahlungsabgleich", "Zahlungsabgleich"),
    ("kkd statement ", "--explain", "posteingang", "Posteingang"),
)
"""Commands that only show something, by start and switch: the page that shows it, and its name in the menu."""
