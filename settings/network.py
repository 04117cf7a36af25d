"""What an address is."""

import ipaddress


def is_loopback(host: str | None) -> bool:
    """Return whether a host, as a name or an address, is this machine itself; any name but localhost is another's."""
    try:
        return ipaddress.ip_address((host or "").strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"
