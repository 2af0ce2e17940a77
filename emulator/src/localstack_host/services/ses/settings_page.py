"""The page `/_host/ses`: whether the accounts are in the sandbox of SES, as new ones on AWS are.

GET returns the settings, PUT changes those that its JSON names, DELETE resets all of them.
"""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any

from localstack_host.localstack_api import Response, on_infra_start, router

PATH = "/_host/ses"
NAME = "sandbox"


@on_infra_start()
def serve_settings() -> None:
    """Serves the page when the process starts."""
    router().add(PATH, show, methods=["GET"])
    router().add(PATH, change, methods=["PUT"])
    router().add(PATH, reset, methods=["DELETE"])


def show(_request: Any) -> Any:
    """Returns all settings."""
    from localstack_host.services.ses.sandbox import SANDBOX

    return _json({NAME: SANDBOX.on})


def change(request: Any) -> Any:
    """Changes the settings; a mistake changes none."""
    from localstack_host.services.ses.sandbox import SANDBOX

    try:
        values = json.loads(request.get_data())
    except (ValueError, RecursionError) as error:
        return _refused(f"The body is no JSON: {error}")
    if not isinstance(values, dict) or not values.keys() <= {NAME}:
        return _refused(f"The body is no JSON object with the one setting {NAME}.")
    if not isinstance(values.get(NAME, False), bool):
        return _refused(f"{NAME} must be true or false, not {json.dumps(values[NAME])[:100]}.")
    SANDBOX.on = values.get(NAME, SANDBOX.on)
    return show(request)


def reset(request: Any) -> Any:
    """Leaves the sandbox."""
    from localstack_host.services.ses.sandbox import SANDBOX

    SANDBOX.on = False
    return show(request)


def _refused(message: str) -> Any:
    return _json({"message": message}, HTTPStatus.BAD_REQUEST)


def _json(content: Any, status: HTTPStatus = HTTPStatus.OK) -> Any:
    return Response(json.dumps(content), status, mimetype="application/json")
