"""Integrations: what a route passes its requests on to.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations.html
"""

from __future__ import annotations

from localstack_host.services.apigatewayv2 import answers, functions, mapping, proxies, services
from localstack_host.services.apigatewayv2.answers import Answer
from localstack_host.services.apigatewayv2.errors import failed
from localstack_host.services.apigatewayv2.events import event_of
from localstack_host.services.apigatewayv2.invocation import Invocation
from localstack_host.services.apigatewayv2.models import Resource

# https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-troubleshooting-lambda.html
ERROR = (
    "The Lambda function returned the following error: Unhandled."
    " Check your Lambda function code and try again."
)


def ask(integration: Resource, invocation: Invocation) -> Answer:
    """The response of an integration. Raises Refused if there is none."""
    mapped = mapping.mapped_request(integration, invocation)
    if integration.get("IntegrationSubtype"):
        asking = services.ask
    elif integration["IntegrationType"] == "HTTP_PROXY":
        asking = proxies.ask
    else:
        asking = _ask_function
    answer = functions.within(integration["TimeoutInMillis"], lambda: asking(integration, mapped))
    invocation.integration_status = answer.status
    mapping.map_response(integration, invocation, answer)
    return answer


def _ask_function(integration: Resource, invocation: Invocation) -> Answer:
    version = integration["PayloadFormatVersion"]
    payload, is_error = functions.invoke(
        functions.named(integration["IntegrationUri"], invocation.stage_variables),
        event_of(invocation, version),
        invocation.source_arn(),
        integration.get("CredentialsArn"),
    )
    if is_error:
        raise failed(f"The function failed: {payload[:500]!r}", ERROR)
    return answers.of_payload(payload, version)
