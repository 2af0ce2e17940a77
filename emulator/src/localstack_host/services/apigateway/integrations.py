"""The requests of integrations to services of AWS: in the name of a role, or of API Gateway.

LocalStack sends them over HTTP with a header that says who asks, which is accepted from nobody
else. Here they also have the header that proves that they come from this process.
https://docs.aws.amazon.com/apigateway/latest/developerguide/integration-request-basic-setup.html
"""

from __future__ import annotations

from localstack.aws.connect import INTERNAL_REQUEST_PARAMS_HEADER, dump_dto

from localstack_host.authentication import gate
from localstack_host.localstack_api import connect_as

SERVICE = "apigateway"
SIGNED = "SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature=1234"


def headers(
    service_name: str, region_name: str, source_arn: str, role_arn: str | None
) -> dict[str, str]:
    """The headers of a request for a method, `source_arn`. Without a role, the service asks."""
    key = _key(role_arn, region_name) if role_arn else source_arn.split(":")[4]
    scope = f"{key}/20160623/{region_name}/{service_name}/aws4_request"
    caller = {"service_principal": SERVICE, "source_arn": source_arn}
    return {
        "Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, {SIGNED}",
        INTERNAL_REQUEST_PARAMS_HEADER: dump_dto(caller),  # type: ignore[arg-type] # a TypedDict
        gate.INTEGRATION: gate.SECRET,
    }


def _key(role_arn: str, region: str) -> str:
    """The access key of a session of the role, which is cached. Raises STS's error."""
    factory = connect_as(role_arn, region, SERVICE)
    key: str = factory._client_creation_params["aws_access_key_id"]
    return key
