"""The environment as argument or option: `lab deploy staging` is `lab deploy --env staging`.

Every command with an environment accepts both, whichever it declares, and refuses an unknown
environment before it does anything.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import click
import typer
from typer.core import TyperArgument, TyperCommand, TyperOption

NAME = "environment"
POSITIONAL = "env"


class App(typer.Typer):
    """A Typer app whose commands accept the environment as argument and as option."""

    def command[F: Callable[..., Any]](
        self, name: str | None = None, **options: Any
    ) -> Callable[[F], F]:
        """Registers a command as an EnvironmentCommand."""
        return super().command(name, cls=EnvironmentCommand, **options)


class EnvironmentCommand(TyperCommand):
    """A command that accepts ENV if it declares --env, and --env if it declares ENV."""

    def __init__(self, name: str | None, **options: Any) -> None:
        super().__init__(name, **options)
        declared = next((one for one in self.params if one.name == NAME), None)
        self.takes_argument = isinstance(declared, click.Argument)
        self.takes_option = isinstance(declared, click.Option) and not declared.multiple
        if self.takes_argument:
            self.params.append(_option())
        elif self.takes_option:
            self.params.append(_argument())

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Merges both, and refuses an unknown environment."""
        _require_values(args, ctx)
        rest = super().parse_args(ctx, _with_env_first(args) if self.takes_argument else args)
        if self.takes_option:
            self._take_argument(ctx)
        if (self.takes_argument or self.takes_option) and not ctx.resilient_parsing:
            _require(ctx.params[NAME])
        return rest

    def _take_argument(self, ctx: click.Context) -> None:
        argument = ctx.params.pop(POSITIONAL, None) or self._from_file_argument(ctx)
        if argument is None:
            return
        source = ctx.get_parameter_source(NAME)
        if source is click.core.ParameterSource.COMMANDLINE and argument != ctx.params[NAME]:
            raise click.UsageError(
                f"The environment is given twice: {argument} and --env {ctx.params[NAME]}.", ctx
            )
        ctx.params[NAME] = argument

    def _from_file_argument(self, ctx: click.Context) -> str | None:
        """The environment in `lab checkout staging`, if there is no file of that name."""
        files = (one.name or "" for one in self.params if isinstance(one.type, click.Path))
        for name in files:
            value = str(ctx.params.get(name))
            if value in known() and not Path(value).exists():
                ctx.params[name] = None
                return value
        return None


def require_value(name: str, value: str | None, ctx: click.Context) -> None:
    """Raises UsageError for an empty value: it is a variable that is not set, and no choice.

    `lab restore dev "$BACKUP"` would bring back the newest one.
    """
    if value == "":
        raise click.UsageError(f"{name} is empty. Leave it out, or give it a value.", ctx)


def _require_values(args: list[str], ctx: click.Context) -> None:
    own = args[: args.index("--")] if "--" in args else args
    for before, arg in pairwise(["", *own]):
        name, given, value = arg.partition("=")
        if given and name.startswith("--"):
            require_value(name, value, ctx)
        require_value(before if before.startswith("-") else "An argument", arg, ctx)


def known() -> list[str]:
    """The name of every environment."""
    from lab.core import paths

    return sorted({file.parent.name for file in paths.TERRAFORM.glob("environments/*/*.tf")})


def _require(environment: str) -> None:
    from lab.cli.commands.common import require_environment

    require_environment(environment)


def _option() -> TyperOption:
    """The option for the help text: `_with_env_first` handles it before parsing."""
    return TyperOption(
        param_decls=["environment_option", "--env", "-e"],
        type=str,
        default=None,
        metavar="ENV",
        expose_value=False,
        help="The same, as an option.",
    )


def _argument() -> TyperArgument:
    return TyperArgument(
        param_decls=[POSITIONAL], type=str, required=False, metavar="[ENV]", help="As --env."
    )


def _with_env_first(args: list[str]) -> list[str]:
    """Turns `restore --env dev BACKUP` into `restore dev BACKUP`: ENV is always the first argument.

    Raises UsageError if the environment is also given as an argument.
    """
    rest, named = list[str](), list[str]()
    left = iter(args)
    for arg in left:
        if arg == "--":
            rest += [arg, *left]
        elif arg in ("--env", "-e"):
            named += [next(left, "")]
        elif arg.startswith("--env="):
            named += [arg.removeprefix("--env=")]
        else:
            rest += [arg]
    if named and set(rest) & set(known()):
        raise click.UsageError("The environment is given twice: as ENV and with --env.")
    return [*named[-1:], *rest]
