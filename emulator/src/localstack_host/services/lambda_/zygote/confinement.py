"""Confines functions to the files that they have in Lambda: system, code, layers and a /tmp.

No other files are visible, and all but /tmp are read-only. Functions have a mount namespace with
another root; users other than root also need a user namespace, which the kernel may not allow. The
zygote builds the root once for all functions. `enter` adds the files of one function, and detaches
the machine's files.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterable
from dataclasses import dataclass

from localstack_host.services.lambda_.zygote import system_calls as system
from localstack_host.services.lambda_.zygote.launch import Launch
from localstack_host.services.lambda_.zygote.namespaces import Namespace, make
from localstack_host.services.lambda_.zygote.places import ON_AWS
from localstack_host.services.lambda_.zygote.system_calls import (
    MS_BIND,
    MS_NODEV,
    MS_NOSUID,
    MS_REC,
)

# The system's programs, libraries and settings. Symbolic links are recreated.
SYSTEM = ("/usr", "/etc", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
# Package managers whose programs load libraries from other folders of the same store.
STORES = ("/nix/store", "/gnu/store", "/home/linuxbrew/.linuxbrew")
DEVICES = ("null", "zero", "full", "random", "urandom")
LINKS = {"fd": "fd", "stdin": "fd/0", "stdout": "fd/1", "stderr": "fd/2"}
SETTINGS = "/etc"
RESOLVER = "/etc/resolv.conf"
TMP = "/tmp"  # noqa: S108 - not a predictable file name
OPT = ON_AWS.opt
HOST = "/.host"
NEW = MS_NOSUID | MS_NODEV
Copies = dict[str, int]
"""The descriptors of copied mounts, by the path at which to attach them."""
PROC = NEW | system.MS_RDONLY | system.MS_NOEXEC


@dataclass(frozen=True)
class Machine:
    """Folders: an empty one for the new root, AWS's packages, and one to hide."""

    folder: str
    runtime: str
    hidden: str


@dataclass(frozen=True)
class Confinement:
    """The new root. `interpreter` are the folders of Python."""

    interpreter: tuple[str, ...]

    def show(self, code: str, opt: str) -> None:
        """Mounts the code at /var/task, and the layers at /opt."""
        _attach(self._copies(code, opt))

    def enter(self, launch: Launch, namespace: Namespace) -> None:
        """Confines this process to the function's files and processes. Cannot be undone."""
        copies = self._copies(launch.code, launch.opt)
        interpreter = self._copies_of_interpreter(TMP)
        namespace.enter()
        _attach(copies)
        system.mount("tmpfs", TMP, "tmpfs", NEW, f"size={launch.tmp_mb}m,mode=1777")
        _attach(interpreter)
        system.drop_privileges()

    def _copies(self, code: str, opt: str) -> Copies:
        copies = {ON_AWS.task: system.copy_mount(HOST + code)}
        if not opt:
            return copies
        for name in os.listdir(HOST + opt):  # noqa: PTH208
            copies[f"{OPT}/{name}"] = system.copy_mount(f"{HOST}{opt}/{name}")
        return copies | self._copies_of_interpreter(OPT)

    def _copies_of_interpreter(self, covered: str) -> Copies:
        """Copies of the interpreter's folders in `covered`, over which a file system is mounted."""
        inside = [path for path in self.interpreter if _is_in(path, covered)]
        return {path: system.copy_mount(path) for path in inside}


def _attach(copies: Copies) -> None:
    """Attaches the copies; those in /opt need mount points there."""
    in_opt = [target for target in copies if _is_in(target, OPT)]
    if in_opt:
        system.mount("tmpfs", OPT, "tmpfs", NEW, "size=1m,mode=755")
    for target, copy in copies.items():
        if target != ON_AWS.task:
            _make_mount_point(target, os.fstat(copy).st_mode)
        system.attach(copy, target)
    if in_opt:
        system.make_read_only(OPT)


def show_processes() -> None:
    """Mounts /proc in the first process of a namespace, which then drops its privileges.

    Also detaches the machine's files, which sometimes takes the kernel milliseconds.
    """
    system.mount("proc", "/proc", "proc", PROC)
    system.detach(HOST)
    system.drop_privileges()


def confine(machine: Machine) -> Confinement | None:
    """Builds the root that all functions share. Returns None if this machine does not allow it."""
    if not _is_allowed(machine):
        return None
    return _build(machine)


def _is_allowed(machine: Machine) -> bool:
    """Tries it in a process of its own, as a partial failure could not be undone."""
    pid = os.fork()
    if pid == 0:
        try:
            _try(machine)
            os._exit(0)
        finally:
            os._exit(1)
    return os.waitpid(pid, 0)[1] == 0


def _try(machine: Machine) -> None:
    confinement = _build(machine)
    namespace = make(show_processes)
    namespace.for_children()
    pid = os.fork()
    if pid == 0:
        try:
            confinement.enter(Launch.of_folders(machine.runtime, "", machine.runtime), namespace)
            os._exit(0)
        finally:
            os._exit(1)
    if os.waitpid(pid, 0)[1] != 0:
        raise OSError("A process of its own namespace cannot be confined.")


def _build(machine: Machine) -> Confinement:
    confinement, root = Confinement(_interpreter()), machine.folder
    _enter_namespace()
    system.mount(None, "/", None, MS_REC | system.MS_SLAVE)
    system.mount("tmpfs", root, "tmpfs", NEW, "size=4m,mode=755")
    for path in (TMP, "/proc", "/dev", "/var/task", OPT, HOST):
        os.makedirs(root + path)  # noqa: PTH103
    for path in _top(confinement.interpreter):
        _link_or_mount(path, root)
    _link_interpreter(root)
    for name in os.listdir(machine.runtime):  # noqa: PTH208
        _mount(os.path.realpath(f"{machine.runtime}/{name}"), f"{root}{ON_AWS.runtime}/{name}")
    _make_devices(root)
    system.make_read_only(root)
    _mount_devices(root)
    _hide(root, machine.hidden)
    system.pivot_root(root, root + HOST)
    os.chdir("/")
    return confinement


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


def _interpreter() -> tuple[str, ...]:
    program = os.path.dirname(os.path.realpath(sys.executable))  # noqa: PTH120
    stores = [store for store in STORES if _is_in(os.path.realpath(sys.base_prefix), store)]
    return (*stores, sys.base_prefix, sys.base_exec_prefix, program)


def _top(interpreter: Iterable[str]) -> list[str]:
    """The machine's folders to mount, without those that are inside of others."""
    paths = [*SYSTEM, *interpreter, _resolver()]
    top: list[str] = []
    for path in paths:
        if os.path.lexists(path) and not any(_is_in(path, other) for other in top):
            top.append(path)
    return top


def _resolver() -> str:
    """The DNS settings: their folder, as the file is replaced when the network changes.

    Not all of /run, which contains the sockets of other programs.
    """
    file = os.path.realpath(RESOLVER)
    folder = os.path.dirname(file)  # noqa: PTH120
    return folder if folder == SETTINGS or folder.count("/") > 1 else file


def _is_in(path: str, folder: str) -> bool:
    return path == folder or path.startswith(f"{folder}/")


def _link_or_mount(path: str, root: str) -> None:
    if os.path.islink(path) and path in SYSTEM:  # noqa: PTH114
        os.symlink(os.readlink(path), root + path)  # noqa: PTH115, PTH211
    else:
        _mount(os.path.realpath(path), root + path)


def _mount(source: str, target: str) -> None:
    """Mounts a path read-only, with the mounts below it."""
    _make_mount_point(target, os.stat(source).st_mode)  # noqa: PTH116
    system.mount(source, target, None, MS_BIND | MS_REC)
    system.make_read_only(target)


def _link_interpreter(root: str) -> None:
    """Makes Python a program of /var/lang/bin, the first folder of PATH, and links its library.

    The system may have another library of the same name, in a later folder of LD_LIBRARY_PATH.
    """
    programs, libraries = f"{root}{ON_AWS.lang}/bin", f"{root}{ON_AWS.lang}/lib"
    os.makedirs(programs)  # noqa: PTH103
    for name in ("python3", f"python3.{sys.version_info.minor}"):
        os.symlink(os.path.realpath(sys.executable), f"{programs}/{name}")  # noqa: PTH211
    os.makedirs(libraries)  # noqa: PTH103
    own = f"{sys.base_exec_prefix}/lib"
    for name in os.listdir(own) if os.path.isdir(own) else ():  # noqa: PTH112, PTH208
        if name.startswith("libpython"):
            os.symlink(f"{own}/{name}", f"{libraries}/{name}")  # noqa: PTH211


def _make_mount_point(path: str, mode: int) -> None:
    """Creates a mount point: a folder or a file, depending on the mode."""
    if stat.S_ISDIR(mode):
        os.makedirs(path, exist_ok=True)  # noqa: PTH103
    elif not os.path.exists(path):  # noqa: PTH110
        _make_file(path)


def _make_file(path: str) -> None:
    os.makedirs(os.path.dirname(path), exist_ok=True)  # noqa: PTH103, PTH120
    os.close(os.open(path, os.O_CREAT | os.O_WRONLY))


def _make_devices(root: str) -> None:
    for name in DEVICES:
        _make_file(f"{root}/dev/{name}")
    for name, target in LINKS.items():
        os.symlink(f"/proc/self/{target}", f"{root}/dev/{name}")  # noqa: PTH211


def _mount_devices(root: str) -> None:
    for name in DEVICES:
        system.mount(f"/dev/{name}", f"{root}/dev/{name}", None, MS_BIND)


def _hide(root: str, hidden: str) -> None:
    """Hides the emulator's files, and those in /etc that only root may read."""
    for path in [*_readable_by_root_only(root + SETTINGS), root + hidden]:
        if os.path.isdir(path):  # noqa: PTH112
            system.mount("tmpfs", path, "tmpfs", NEW | system.MS_RDONLY, "size=4k,mode=755")
        elif os.path.exists(path):  # noqa: PTH110
            system.mount(f"{root}/dev/null", path, None, MS_BIND)


def _readable_by_root_only(folder: str) -> list[str]:
    """If this user is root, the files in a folder that other users may not read."""
    if os.geteuid() != 0:
        return []
    paths = []
    for parent, folders, files in os.walk(folder):
        closed = [name for name in folders if not _is_open(f"{parent}/{name}", stat.S_IXOTH)]
        folders[:] = [name for name in folders if name not in closed]
        closed += [name for name in files if not _is_open(f"{parent}/{name}", stat.S_IROTH)]
        paths += [f"{parent}/{name}" for name in closed]
    return paths


def _is_open(path: str, needed: int) -> bool:
    mode = os.lstat(path).st_mode
    return stat.S_ISLNK(mode) or bool(mode & needed)
