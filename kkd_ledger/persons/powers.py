"""What a role may do: the one table that commands, forms and pages ask (GemKVO §§ 5, 7 and 11)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from kkd_ledger import german
from kkd_ledger.book.settings import Settings
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.persons.roles import roles_of

_EVERYDAY: Final = frozenset({v.Deed.CAUSES, v.Deed.DECIDES, v.Deed.CLOSES, v.Deed.REOPENS, v.Deed.CONFIRMS})
MAY: Final[Mapping[v.Role, frozenset[v.Deed]]] = MappingProxyType(
    {
        v.Role.PREPARES: _EVERYDAY,
        v.Role.CERTIFIES: _EVERYDAY | {v.Deed.CERTIFIES},
        v.Role.ORDERS: _EVERYDAY | {v.Deed.ORDERS},
        v.Role.PAYS: _EVERYDAY | {v.Deed.PREPARES, v.Deed.RELEASES},
        v.Role.AUDITS: frozenset(),
        v.Role.ADMINISTERS: frozenset(),
        v.Role.READS: frozenset(),
    }
)
"""Role → what whoever holds it may do. Who audits, administers or reads never acts, whatever else they are asked."""


def may_write(roles: Iterable[v.Role]) -> bool:
    """Tell whether somebody with these roles sends forms at all: who acts, and who administers."""
    return any(MAY[role] or role == v.Role.ADMINISTERS for role in roles)


def may(roles: Iterable[v.Role], deed: v.Deed) -> bool:
    """Tell whether one of some roles allows a deed."""
    return any(deed in MAY[role] for role in roles)


def role_for(roles: Iterable[v.Role], deed: v.Deed) -> v.Role | None:
    """Return the role in which somebody with these roles does something: the one that is asked for, else the first.

    None where no role of theirs acts at all.
    """
    acting = [role for role in roles if MAY[role]]
    special = (role for role in acting if deed in MAY[role] - _EVERYDAY)
    return next(special, acting[0] if acting else None)


def objection(settings: Settings, person: str, deed: v.Deed, day: dt.date) -> str:
    """Return in German why a person must not do something on a day; empty where they may, or no roles are set up."""
    roles = roles_of(settings, person, day)
    if not settings.roles or may(roles, deed):
        return ""
    held_roles = german.listing([f"„{role}“" for role in roles]) if roles else "keine Rolle"
    return f"{person} hat am {german.day(day)} {held_roles}; das erlaubt „{deed}“ nicht"


def allowing(deed: v.Deed) -> tuple[v.Role, ...]:
    """Return the roles that allow a deed."""
    return tuple(role for role in MAY if deed in MAY[role])
