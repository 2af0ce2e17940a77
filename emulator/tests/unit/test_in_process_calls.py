"""Which calls of LocalStack's services to each other are made without HTTP, and which are not."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ParamValidationError
from localstack.aws.api import CommonServiceException
from localstack.aws.app import LocalstackAwsGateway
from localstack.aws.skeleton import Skeleton
from localstack.aws.spec import load_service
from localstack.http import Request
from localstack.utils.xray.trace_header import TraceHeader

from localstack_host.performance import in_process_calls, patches

REGION = "us-east-2"
ONE = {"Timestamp": datetime(2026, 11, 27, tzinfo=UTC), "MetricName": "m", "Value": 1.0}


class Provider:
    """The dispatch table of a service: notes the requests, and responds with `response`."""

    def __init__(self, response: Any = None) -> None:
        self.response = response
        self.contexts: list[Any] = []

    def __call__(self, context: Any, request: Any) -> Any:
        self.contexts.append(context)
        if isinstance(self.response, Exception):
            raise self.response
        return self.response


class Service:
    """A client that calls a provider in the process, or else notes what was left to botocore."""

    def __init__(self, name: str, operation: str, response: Any = None, **config: Any) -> None:
        self.provider, self.left = Provider(response), []
        self.gateway: Any = LocalstackAwsGateway(SimpleNamespace())
        self.gateway.service_request_router.add_skeleton(
            Skeleton(load_service(name), {operation: self.provider})
        )
        loader = next(h for h in self.gateway.request_handlers if hasattr(h, "loaded_services"))
        loader.loaded_services.add(name)
        self.client: Any = boto3.Session("test", "test", region_name=REGION).client(
            name, config=Config(**config), endpoint_url="http://localhost:1"
        )
        original = self.client._make_api_call
        self.client._make_api_call = lambda *call: self.left.append(call) or original
        in_process_calls.make_in_process(self.client, self.gateway)


@pytest.fixture
def metrics() -> Service:
    return Service("cloudwatch", "PutMetricData")


def test_the_provider_gets_the_parameters_and_who_calls(metrics: Service) -> None:
    given = [dict(ONE)]
    response = metrics.client.put_metric_data(Namespace="n", MetricData=given)
    (context,) = metrics.provider.contexts
    assert context.service_request == {"Namespace": "n", "MetricData": [ONE]}
    copied = context.service_request["MetricData"]
    assert copied is not given
    assert copied[0] is not given[0]
    assert (context.account_id, context.region, context.partition) == (
        "000000000000",
        REGION,
        "aws",
    )
    assert context.is_internal_call
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert metrics.left == []


@pytest.mark.parametrize(
    "data",
    [[ONE | {"Value": None}], [ONE | {"StatisticValues": io.BytesIO()}], (x for x in [ONE])],
    ids=["None", "a stream", "a generator"],
)
def test_unusual_values_are_left_to_botocore(metrics: Service, data: Any) -> None:
    metrics.client.put_metric_data(Namespace="n", MetricData=data)
    assert (len(metrics.left), metrics.provider.contexts) == (1, [])


@pytest.mark.parametrize("parameters", [{"Namespace": 1}, {"Unknown": "x"}, {}], ids=str)
def test_what_botocore_would_refuse_is_left_to_it(metrics: Service, parameters: Any) -> None:
    metrics.client.put_metric_data(**parameters)
    assert (len(metrics.left), metrics.provider.contexts) == (1, [])


def test_other_operations_and_regions_are_left_to_botocore() -> None:
    service = Service("cloudwatch", "PutMetricData")
    service.client.list_metrics()
    assert [name for name, _ in service.left] == ["ListMetrics"]
    client = boto3.Session("test", "test", region_name="mars-1").client("cloudwatch")
    in_process_calls.make_in_process(client, service.gateway)
    assert "_make_api_call" not in vars(client)


def test_a_service_names_itself_and_its_resource() -> None:
    service = Service("sns", "Publish", {"MessageId": "1", "SequenceNumber": None})
    response = service.client._make_api_call(
        "Publish", {"Message": "m", "_SourceArn": "arn:a", "_ServicePrincipal": "events"}
    )
    assert {name: response[name] for name in response if name != "ResponseMetadata"} == {
        "MessageId": "1"
    }
    (context,) = service.provider.contexts
    assert context.internal_request_params == {
        "source_arn": "arn:a",
        "service_principal": "events",
    }
    assert context.service_request == {"Message": "m"}


def test_a_trace_goes_on() -> None:
    service = Service("sns", "Publish", {})
    trace = TraceHeader(root="1-2-3", sampled=1)
    service.client._make_api_call("Publish", {"Message": "m", "TraceHeader": trace})
    (context,) = service.provider.contexts
    assert context.trace_context["aws_trace_header"].root == "1-2-3"


@pytest.mark.parametrize("trace", ["", "Root=1-2-3;Sampled=1"])
def test_each_call_has_a_request_of_its_own_as_one_that_is_made_anew(trace: str) -> None:
    caller = in_process_calls._Caller("test", REGION, "sns", "agent")
    made, other = caller.request(trace), caller.request("")
    headers = caller._headers | ({"X-Amzn-Trace-Id": trace} if trace else {})
    anew = Request(method="POST", path="/", headers=headers)
    assert sorted(made.headers) == sorted(anew.headers)
    differing = {"werkzeug.request", "wsgi.input", "wsgi.errors", in_process_calls.INTERNAL}
    assert {name: value for name, value in made.environ.items() if name not in differing} == {
        name: value for name, value in anew.environ.items() if name not in differing
    }
    assert (made.get_data(), made.args, made.user_agent.string, made.url) == (
        (b"", anew.args, "agent", anew.url)
    )
    made.headers["x"] = made.environ["HTTP_X"] = "y"
    assert "x" not in other.headers
    assert "HTTP_X" not in other.environ
    assert "user_agent" not in vars(other)


def test_ids_of_requests_are_uuids_and_differ() -> None:
    ids = {patches.request_id() for _ in range(100)}
    assert len(ids) == 100
    assert {UUID(text).version for text in ids} == {4}


@pytest.mark.parametrize("payload", [b'{"a": 1}', '{"a": 1}'])
def test_payloads_are_streams_on_both_sides(payload: Any) -> None:
    responded = {"StatusCode": 200, "Payload": payload, "FunctionError": None}
    service = Service("lambda", "Invoke", responded)
    response = service.client.invoke(FunctionName="f", Payload=payload)
    assert service.provider.contexts[0].service_request["Payload"].read() == b'{"a": 1}'
    assert response["Payload"].read() == b'{"a": 1}'
    assert "FunctionError" not in response


def test_an_error_is_botocores() -> None:
    error = CommonServiceException("ResourceNotFoundException", "gone", 404, True)
    service = Service("lambda", "Invoke", error)
    with pytest.raises(service.client.exceptions.ResourceNotFoundException) as raised:
        service.client.invoke(FunctionName="f")
    assert raised.value.response["Error"]["Message"] == "gone"
    metadata = raised.value.response["ResponseMetadata"]
    assert metadata["HTTPStatusCode"] == 404
    assert metadata["RequestId"] == service.provider.contexts[0].request_id
    assert service.left == []


@pytest.mark.parametrize("error", [CommonServiceException("Busy", "", 429), ValueError("fault")])
def test_an_error_that_botocore_retries_is_left_to_it(error: Exception) -> None:
    Service("lambda", "Invoke", error).client.invoke(FunctionName="f")
    once = Service("lambda", "Invoke", error, retries={"total_max_attempts": 1})
    with pytest.raises(ClientError):
        once.client.invoke(FunctionName="f")
    assert once.left == []


def test_handlers_of_requests_may_refuse(metrics: Service) -> None:
    def refuse(_chain: Any, context: Any, _response: Any) -> None:
        assert context.operation.name == "PutMetricData"
        raise CommonServiceException("AccessDenied", "no", 403, True)

    metrics.gateway.request_handlers.insert(0, refuse)
    with pytest.raises(ClientError, match="AccessDenied"):
        metrics.client.put_metric_data(Namespace="n", MetricData=[ONE])
    assert metrics.provider.contexts == []


def test_handlers_of_responses_see_each_call(metrics: Service) -> None:
    seen = []
    metrics.gateway.response_handlers.append(lambda _chain, context, _: seen.append(context))
    metrics.client.put_metric_data(Namespace="n", MetricData=[ONE])
    assert seen == metrics.provider.contexts


def test_a_client_without_validation_does_not_validate() -> None:
    service = Service("cloudwatch", "PutMetricData", parameter_validation=False)
    service.client.put_metric_data(Namespace="n")
    assert len(service.provider.contexts) == 1
    with pytest.raises(ParamValidationError):
        boto3.Session("test", "test", region_name=REGION).client("cloudwatch").put_metric_data(
            Namespace=1
        )
