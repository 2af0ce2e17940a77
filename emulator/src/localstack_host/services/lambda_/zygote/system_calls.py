"""Linux's system calls that Python's standard library does not have."""

from __future__ import annotations

import ctypes
import os
from typing import Any

# From <sys/mount.h> and <linux/mount.h>.
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC = 1, 2, 4, 8
MS_BIND, MS_REC, MS_PRIVATE, MS_SLAVE = 4096, 16384, 1 << 18, 1 << 19
MNT_DETACH = 2
MOUNT_ATTR_RDONLY, MOUNT_ATTR_NOSUID, MOUNT_ATTR_NODEV = 1, 2, 4
# From <fcntl.h>.
AT_FDCWD, AT_RECURSIVE, AT_EMPTY_PATH, O_CLOEXEC = -100, 0x8000, 0x1000, os.O_CLOEXEC
OPEN_TREE_CLONE, MOVE_MOUNT_F_EMPTY_PATH = 1, 4
# From <linux/prctl.h> and <linux/capability.h>.
PR_SET_SECUREBITS, PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS = 28, 36, 38
# SECBIT_NOROOT and SECBIT_NO_SETUID_FIXUP, both locked.
SECURE = 1 | 1 << 1 | 1 << 2 | 1 << 3
CAPABILITIES_VERSION = 0x20080522
# Numbers of calls for which glibc has no function, or only in new versions. New calls have the same
# number on all architectures.
SYS_OPEN_TREE, SYS_MOVE_MOUNT, SYS_MOUNT_SETATTR = 428, 429, 442
SYS_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}

_LIBC = ctypes.CDLL(None, use_errno=True)


class _MountAttributes(ctypes.Structure):
    _fields_ = (
        ("attr_set", ctypes.c_uint64),
        ("attr_clr", ctypes.c_uint64),
        ("propagation", ctypes.c_uint64),
        ("userns_fd", ctypes.c_uint64),
    )


def mount(source: str | None, target: str, kind: str | None, flags: int, data: str = "") -> None:
    """Mounts a file system, or a folder at another path, with the system call of this name."""
    encoded = [text.encode() if text else None for text in (source, target, kind, data)]
    _check(_LIBC.mount(*encoded[:3], ctypes.c_ulong(flags), encoded[3]), target)


def make_read_only(target: str) -> None:
    """Makes a mount and those below it read-only, nodev and nosuid.

    mount_setattr(2), since Linux 5.12.
    """
    _set_read_only(AT_FDCWD, target, AT_RECURSIVE)


def copy_mount(source: str) -> int:
    """Returns the descriptor of a detached read-only copy of the mount `source`: open_tree(2)."""
    flags = OPEN_TREE_CLONE | O_CLOEXEC | AT_RECURSIVE
    copy = _call(SYS_OPEN_TREE, AT_FDCWD, source.encode(), flags)
    _check(min(copy, 0), source)
    _set_read_only(copy, "", AT_RECURSIVE | AT_EMPTY_PATH)
    return copy


def attach(copy: int, target: str) -> None:
    """Attaches a copy from `copy_mount`, also in another namespace: move_mount(2)."""
    encoded = target.encode()
    result = _call(SYS_MOVE_MOUNT, copy, b"", AT_FDCWD, encoded, MOVE_MOUNT_F_EMPTY_PATH)
    _check(result, target)
    os.close(copy)


def _set_read_only(place: int, path: str, flags: int) -> None:
    attributes = _MountAttributes(
        attr_set=MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV, propagation=MS_PRIVATE
    )
    size = ctypes.sizeof(attributes)
    _check(
        _call(SYS_MOUNT_SETATTR, place, path.encode(), flags, ctypes.byref(attributes), size), path
    )


def _call(number: int, *arguments: Any) -> int:
    """Makes a system call by number. Integers are passed with the width of a register."""
    wide = [ctypes.c_long(each) if isinstance(each, int) else each for each in arguments]
    return int(_LIBC.syscall(ctypes.c_long(number), *wide))


def detach(target: str) -> None:
    """Detaches a mount, with those below it: umount2(2)."""
    _check(_LIBC.umount2(target.encode(), MNT_DETACH), target)


def pivot_root(new: str, old: str) -> None:
    """Makes `new` the root; the previous one is moved to `old`, a folder below it."""
    number = SYS_PIVOT_ROOT.get(os.uname().machine)
    if number is None:
        raise OSError(f"The system call number of pivot_root on {os.uname().machine} is not known.")
    _check(_call(number, new.encode(), old.encode()), new)


def adopt_orphans() -> None:
    """Makes descendants whose parent ends children of this process."""
    _check(_LIBC.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), "PR_SET_CHILD_SUBREAPER")


def drop_privileges() -> None:
    """Drops every capability, and prevents any program from regaining one, even for root."""
    _check(_LIBC.prctl(PR_SET_SECUREBITS, SECURE, 0, 0, 0), "PR_SET_SECUREBITS")
    _check(_LIBC.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "PR_SET_NO_NEW_PRIVS")
    header: Any = (ctypes.c_uint32 * 2)(CAPABILITIES_VERSION, 0)
    _check(_LIBC.capset(header, (ctypes.c_uint32 * 6)()), "capset")


def _check(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), what)
