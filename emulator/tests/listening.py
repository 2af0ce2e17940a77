"""Where processes listen."""

from __future__ import annotations

import psutil


def addresses(process: psutil.Process) -> dict[tuple[str, int], str]:
    """The address and port of each socket that it or a descendant listens on, and who that is."""
    found = {}
    for each in (process, *process.children(recursive=True)):
        try:
            for socket in each.net_connections("tcp"):
                if socket.status == psutil.CONN_LISTEN:
                    found[(socket.laddr.ip, socket.laddr.port)] = " ".join(each.cmdline()[:4])
        except psutil.NoSuchProcess:
            continue
    return found
