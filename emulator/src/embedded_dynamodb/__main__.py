"""`python -m embedded_dynamodb --port 8000`: DynamoDB on loopback."""

import argparse
import sys

from embedded_dynamodb.server import Server


def main() -> None:
    """Serves until it is interrupted."""
    parser = argparse.ArgumentParser(
        prog="python -m embedded_dynamodb",
        description="Amazon DynamoDB in memory, on loopback.",
    )
    parser.add_argument("--port", type=int, default=8000, help="8000; 0 takes a free one")
    arguments = parser.parse_args()
    try:
        server = Server(arguments.port)
    except OSError as error:
        sys.exit(f"Port {arguments.port} cannot be used: {error.strerror}. Give another one.")
    sys.stdout.write(f"DynamoDB answers at http://localhost:{server.server_port}\n")
    sys.stdout.flush()
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()


if __name__ == "__main__":
    main()
