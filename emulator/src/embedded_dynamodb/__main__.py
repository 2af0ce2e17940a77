"""`python -m embedded_dynamodb --port 8000`: DynamoDB on loopback."""

import argparse
import sys
from dataclasses import fields

from embedded_dynamodb.engine import Engine
from embedded_dynamodb.server import Server
from embedded_dynamodb.settings import Settings


def main() -> None:
    """Serves until it is interrupted."""
    parser = _parser()
    arguments = parser.parse_args()
    try:
        settings = Settings(
            **{each.name: getattr(arguments, each.name) for each in fields(Settings)}
        )
    except ValueError as error:
        parser.error(str(error))
    try:
        server = Server(arguments.port, Engine(settings=settings))
    except OSError as error:
        sys.exit(f"Port {arguments.port} cannot be used: {error.strerror}. Give another one.")
    sys.stdout.write(f"DynamoDB answers at http://localhost:{server.server_port}\n")
    sys.stdout.flush()
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m embedded_dynamodb",
        description="Amazon DynamoDB in memory, on loopback.",
    )
    parser.add_argument("--port", type=int, default=8000, help="8000; 0 takes a free one")
    group = parser.add_argument_group(
        "what AWS does under load and across its replicas",
        "Off until it is switched on. Units are capacity units a second.",
    )
    for each in fields(Settings):
        about = each.metadata["about"].replace("%", "%%")
        if isinstance(each.default, bool):
            group.add_argument(_option(each.name), action="store_true", help=about)
        else:
            group.add_argument(
                _option(each.name),
                type=type(each.default),
                default=each.default,
                metavar="SECONDS" if isinstance(each.default, float) else "UNITS",
                help=f"{about} (default: {each.default:g})",
            )
    return parser


def _option(name: str) -> str:
    return f"--{name.replace('_', '-')}"


if __name__ == "__main__":
    main()
