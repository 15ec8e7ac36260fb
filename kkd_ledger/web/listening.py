"""Where the server listens, and what has to be so before it may: persons, and HTTPS in front, for all but loopback."""

from __future__ import annotations

import ipaddress
import re
from typing import Any, Final, NamedTuple

from kkd_ledger.errors import UsageError
from kkd_ledger.web.guard import HOST

PORT_MAX: Final = 65535
_PUBLIC: Final = re.compile(r"https://[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?(?::[0-9]{1,5})?", re.ASCII)


class Listening(NamedTuple):
    """Address and port; `public` is the https origin of the proxy in front, empty for none; `proxy` its own address."""

    port: int
    host: str = HOST
    public: str = ""
    proxy: str = HOST

    def refuse(self, *, has_persons: bool) -> None:
        """Raise UsageError where nobody may be served so: without persons or HTTPS all but this computer, say."""
        if not 0 <= self.port <= PORT_MAX:
            raise UsageError(f"{self.port} ist kein Anschluss (Port); erlaubt: 0 bis {PORT_MAX}")
        if self.public and not _PUBLIC.fullmatch(self.public):
            raise UsageError(
                f"{self.public!r} ist keine öffentliche Adresse; erlaubt: https://NAME ohne Pfad, "
                "so wie sie im Browser steht."
            )
        for address in (self.host, self.proxy):
            _address(address)
        if not has_persons and (self.public or not _address(self.host).is_loopback):
            raise UsageError(
                "Für andere Rechner zeigt `kkd serve` nur etwas, wenn sich alle anmelden: "
                "Richten Sie zuerst Personen ein (`kkd user add`)."
            )
        if not self.public and not _address(self.host).is_loopback:
            raise UsageError(
                f"Unter {self.host} gingen Kennwörter unverschlüsselt durchs Netz. Stellen Sie einen Proxy mit HTTPS "
                "davor und nennen Sie seine Adresse: --behind-proxy https://NAME (Beispiel: docs/nginx/kkd.conf)."
            )

    @property
    def is_loopback(self) -> bool:
        """Whether only this computer reaches it."""
        return _address(self.host).is_loopback

    def as_options(self) -> dict[str, Any]:
        """Return what waitress has to know; headers of a proxy count only from that proxy."""
        options: dict[str, Any] = {
            "host": self.host,
            "port": self.port,
            "clear_untrusted_proxy_headers": True,
        }
        if self.public:
            options |= {
                "trusted_proxy": self.proxy,
                "trusted_proxy_count": 1,
                "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto"},
            }
        return options


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        raise UsageError(
            f"{text!r} ist keine IP-Adresse; erlaubt etwa: 127.0.0.1, 10.0.0.5, 0.0.0.0"
        ) from None
