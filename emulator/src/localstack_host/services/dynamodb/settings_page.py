"""The page `/_host/dynamodb`: what AWS's DynamoDB does under load, and is off until asked for.

GET returns the settings, PUT changes those that its JSON names, DELETE resets all of them.
`embedded_dynamodb/README.md` has AWS's rule for each.
"""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any

from embedded_dynamodb.engine import Engine
from embedded_dynamodb.settings import Settings
from localstack_host.localstack_api import Response, on_infra_start, router
from localstack_host.services.dynamodb.provider import engine

PATH = "/_host/dynamodb"


class SettingsPage:
    """Shows and changes the settings of an engine."""

    def __init__(self, configured: Engine) -> None:
        self._engine = configured

    def show(self, _request: Any) -> Any:
        """Returns all settings."""
        return _json(self._engine.settings.as_dict())

    def change(self, request: Any) -> Any:
        """Changes some settings; a mistake changes none."""
        try:
            values = json.loads(request.get_data())
        except (ValueError, RecursionError) as error:
            return _refused(f"The body is no JSON: {error}")
        if not isinstance(values, dict):
            return _refused("The body is no JSON object of settings.")
        try:
            return _json(self._engine.configure(values).as_dict())
        except ValueError as error:
            return _refused(str(error))

    def reset(self, _request: Any) -> Any:
        """Switches everything off."""
        return _json(self._engine.configure(Settings().as_dict()).as_dict())


@on_infra_start()
def serve_settings() -> None:
    """Serves the page when the process starts."""
    page = SettingsPage(engine())
    router().add(PATH, page.show, methods=["GET"])
    router().add(PATH, page.change, methods=["PUT"])
    router().add(PATH, page.reset, methods=["DELETE"])


def _refused(message: str) -> Any:
    return _json({"message": message}, HTTPStatus.BAD_REQUEST)


def _json(content: Any, status: HTTPStatus = HTTPStatus.OK) -> Any:
    return Response(json.dumps(content), status, mimetype="application/json")
