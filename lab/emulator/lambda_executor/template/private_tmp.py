"""A /tmp of the process's own, with a limit, as each environment has one in Lambda.

It is a file system in memory, in a mount namespace of the process: for root at once, for others
in a user namespace, where the kernel allows one. Nothing of it is left when the process ends.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

TMP = "/tmp"  # noqa: S108 - this one is meant
# From <sys/mount.h>.
MS_NOSUID, MS_NODEV, MS_BIND, MS_REC, MS_PRIVATE = 2, 4, 4096, 16384, 1 << 18


def mount(size_mb: int, visible: Iterable[str]) -> bool:
    """Mounts it, unless the machine does not allow it.

    The folders of `visible` that lie in the machine's /tmp stay where they are.
    """
    try:
        _enter_namespace()
        _mount(None, "/", None, MS_REC | MS_PRIVATE)
        with _opened(_inside_tmp(visible)) as folders:
            _mount("tmpfs", TMP, "tmpfs", MS_NOSUID | MS_NODEV, f"size={size_mb}m,mode=1777")
            for path, descriptor in folders.items():
                os.makedirs(path)  # noqa: PTH103
                _mount(f"/proc/self/fd/{descriptor}", path, None, MS_BIND | MS_REC)
    except OSError:
        return False
    return True


def _enter_namespace() -> None:
    user, group = os.geteuid(), os.getegid()
    if user == 0:
        os.unshare(os.CLONE_NEWNS)
        return
    os.unshare(os.CLONE_NEWUSER | os.CLONE_NEWNS)
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"{user} {user} 1")
    _write("/proc/self/gid_map", f"{group} {group} 1")


def _write(path: str, text: str) -> None:
    with open(path, "w") as file:  # noqa: PTH123
        file.write(text)


def _inside_tmp(paths: Iterable[str]) -> list[str]:
    """Those that lie there, links followed, without those that lie in another one of them."""
    inside: list[str] = []
    for path in sorted(os.path.realpath(path) for path in paths):
        if path.startswith(f"{TMP}/") and not any(path.startswith(f"{o}/") for o in inside):
            inside.append(path)
    return list(dict.fromkeys(inside))


@contextmanager
def _opened(paths: Iterable[str]) -> Iterator[dict[str, int]]:
    folders = {path: os.open(path, os.O_PATH | os.O_DIRECTORY) for path in paths}
    try:
        yield folders
    finally:
        for descriptor in folders.values():
            os.close(descriptor)


def _mount(source: str | None, target: str, kind: str | None, flags: int, data: str = "") -> None:
    encoded = [text.encode() if text else None for text in (source, target, kind, data)]
    if _LIBC.mount(*encoded[:3], ctypes.c_ulong(flags), encoded[3]) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), target)


_LIBC = ctypes.CDLL(None, use_errno=True)
