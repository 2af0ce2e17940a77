"""Authorizers of HTTP APIs: tokens, functions, and signatures."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from joserfc.jwk import RSAKey

from tests.integration.authorized_api import uri
from tests.integration.conftest import Cloud
from tests.integration.http_apis import HttpApi, said
from tests.integration.issuer import Issuer
from tests.integration.roles import Role, allow
from tests.integration.test_permissions import arn
from tests.integration.test_permissions_of_services import permit
from tests.integration.test_permissions_of_users import signed
from tests.integration.waiting import wait_for

pytestmark = pytest.mark.exhaustive

UNAUTHORIZED = (401, {"message": "Unauthorized"})
FORBIDDEN = (403, {"message": "Forbidden"})
FAILED = (500, {"message": "Internal Server Error"})
SOURCE = "$request.header.Authorization"
# Its answer is the header `say`, if there is one; `ARN` in it stands for the route's.
AUTHORIZER = """
import json, uuid

def handle(event, context):
    headers = {name.lower(): value for name, value in event["headers"].items()}
    say = headers.get("say", "")
    if say.startswith("raise "):
        raise Exception(say.removeprefix("raise "))
    known = {"event": event, "call": uuid.uuid4().hex, "n": 1}
    if say:
        return json.loads(say.replace("ARN", event.get("routeArn") or event["methodArn"]))
    return {"isAuthorized": True, "context": known}
"""


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    issuer = Issuer()
    yield issuer
    issuer.stop()


def with_tokens(cloud: Cloud, issuer: str, audience: str = "shop", **route: Any) -> HttpApi:
    """An API at GET / that asks for a token."""
    api = HttpApi(cloud)
    settings = {"Issuer": issuer, "Audience": [audience]}
    authorizer = api.client.create_authorizer(
        ApiId=api.id, Name="tokens", AuthorizerType="JWT", IdentitySource=[SOURCE],
        JwtConfiguration=settings,
    )["AuthorizerId"]  # fmt: skip
    api.route(
        "GET /", api.with_function(), AuthorizationType="JWT", AuthorizerId=authorizer, **route
    )
    return api


def sent(api: HttpApi, token: str) -> httpx.Response:
    return api.request(headers={"Authorization": token})


def test_a_token_of_an_issuer_on_this_machine_is_verified(cloud: Cloud, issuer: Issuer) -> None:
    api = with_tokens(cloud, issuer.url)
    token = issuer.token(groups=["a", "b"], admin=True, **{"cognito:username": "ada"})
    for value in (token, f"Bearer {token}", f"bearer {token}"):
        known = sent(api, value).json()["requestContext"]["authorizer"]["jwt"]
    assert known["scopes"] is None
    assert known["claims"] == {
        "iss": issuer.url, "sub": "ada", "aud": "shop", "groups": "[a b]", "admin": "true",
        "cognito:username": "ada", "iat": known["claims"]["iat"], "exp": known["claims"]["exp"],
    }  # fmt: skip
    assert len(issuer.asked) == 2, "the keys are kept"
    missing = api.request()
    assert said(missing) == UNAUTHORIZED
    assert missing.headers["www-authenticate"] == "Bearer"
    client = issuer.token(aud=None, client_id="shop")
    assert sent(api, client).status_code == 200
    assert sent(api, issuer.token(aud=["other", "shop"])).status_code == 200


def test_a_token_that_is_not_valid_is_refused_with_the_reason(cloud: Cloud, issuer: Issuer) -> None:
    api = with_tokens(cloud, issuer.url)
    now = int(time.time())
    wrong = {
        issuer.token(aud="other"): "the token does not have a valid audience",
        issuer.token(aud="other", client_id="shop"): "the token does not have a valid audience",
        issuer.token(iss="http://127.0.0.1/x"): "the token does not have a valid issuer",
        issuer.token(exp=now - 1): "the token has expired",
        issuer.token(exp=None): "the token has expired",
        issuer.token(nbf=now + 60): "the token is not valid yet",
        issuer.token(key=RSAKey.generate_key(2048)): "signature",
        "x.y.z": "malformed",
        "e30.e30.": "malformed",
    }
    for token, why in wrong.items():
        refused = sent(api, f"Bearer {token}")
        assert said(refused) == UNAUTHORIZED, why
        challenge = refused.headers["www-authenticate"]
        assert challenge.startswith('Bearer scope="" error="invalid_token" error_description="')
        assert why in challenge


def test_a_route_wants_one_of_its_scopes(cloud: Cloud, issuer: Issuer) -> None:
    api = with_tokens(cloud, issuer.url, AuthorizationScopes=["read", "write"])
    for claims, scopes in (({"scope": "write x"}, ["write", "x"]), ({"scp": ["read"]}, ["read"])):
        known = sent(api, issuer.token(**claims)).json()["requestContext"]["authorizer"]["jwt"]
        assert known["scopes"] == scopes
    for none in ({}, {"scope": "readwrite"}):
        refused = sent(api, issuer.token(**none))
        assert said(refused) == FORBIDDEN
        assert 'error="insufficient_scope"' in refused.headers["www-authenticate"]


def test_an_issuer_elsewhere_is_asked_for_nothing(cloud: Cloud, issuer: Issuer) -> None:
    for other in ("https://login.example.com/", "http://169.254.169.254/x", "http://[::ffff:1]/"):
        api = with_tokens(cloud, other)
        began = time.monotonic()
        assert said(sent(api, issuer.token(iss=other))) == UNAUTHORIZED
        assert time.monotonic() - began < 2


def test_a_user_pool_is_an_issuer(cloud: Cloud) -> None:
    cognito = cloud.client("cognito-idp")
    pool = cognito.create_user_pool(PoolName="callers")["UserPool"]["Id"]
    client = cognito.create_user_pool_client(
        UserPoolId=pool, ClientName="web", ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"]
    )["UserPoolClient"]["ClientId"]
    user = {"UserPoolId": pool, "Username": "ada"}
    cognito.admin_create_user(**user, MessageAction="SUPPRESS")
    cognito.admin_set_user_password(**user, Password="Secret-123", Permanent=True)
    tokens = cognito.initiate_auth(
        ClientId=client, AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": "ada", "PASSWORD": "Secret-123"},
    )["AuthenticationResult"]  # fmt: skip
    url = f"https://cognito-idp.us-east-2.amazonaws.com/{pool}"
    api = with_tokens(cloud, url, client)
    for kind, named in (("IdToken", "aud"), ("AccessToken", "client_id")):
        claims = sent(api, tokens[kind]).json()["requestContext"]["authorizer"]["jwt"]["claims"]
        assert (claims[named], claims["iss"]) == (client, url)
    other = with_tokens(cloud, url, "another-client")
    assert said(sent(other, tokens["IdToken"])) == UNAUTHORIZED
    cognito.delete_user_pool(UserPoolId=pool)
    assert said(sent(api, tokens["IdToken"])) == UNAUTHORIZED


class Asking(HttpApi):
    """An API at ANY /things/{id} whose requests a function authorizes."""

    def __init__(self, cloud: Cloud, version: str = "2.0", **settings: Any) -> None:
        super().__init__(cloud)
        self.asked = cloud.function(AUTHORIZER)
        authorizer = {
            "Name": "function",
            "AuthorizerType": "REQUEST",
            "AuthorizerUri": uri(self.asked),
            "AuthorizerPayloadFormatVersion": version,
            "IdentitySource": [SOURCE],
            "EnableSimpleResponses": version == "2.0",
            "AuthorizerResultTtlInSeconds": 0,
        }
        self.authorizer = self.client.create_authorizer(ApiId=self.id, **authorizer | settings)[
            "AuthorizerId"
        ]
        if "AuthorizerCredentialsArn" not in settings:
            source = arn("execute-api", f"{self.id}/authorizers/{self.authorizer}")
            permit(cloud, self.asked, "apigateway", source)
        self.route(
            "ANY /things/{id}", self.with_function(), AuthorizationType="CUSTOM",
            AuthorizerId=self.authorizer,
        )  # fmt: skip

    def say(self, answer: Any = None, path: str = "/things/1", **headers: str) -> httpx.Response:
        """The response to a request for which the function answers so."""
        text = answer if isinstance(answer, str) else json.dumps(answer)
        said = {"Say": text} if answer is not None else {}
        return self.request(path, headers={"Authorization": "x", **said, **headers})


def known_of(response: httpx.Response) -> Any:
    return response.json()["requestContext"]["authorizer"]["lambda"]


def test_a_function_says_yes_or_no_and_its_context_goes_on(cloud: Cloud) -> None:
    api = Asking(cloud)
    known = known_of(api.say(path="/things/1?a=b"))
    event = known["event"]
    assert known["n"] == 1
    assert (event["version"], event["type"]) == ("2.0", "REQUEST")
    assert event["routeArn"] == arn("execute-api", f"{api.id}/$default/GET/things/1")
    assert event["identitySource"] == ["x"]
    assert (event["routeKey"], event["rawPath"]) == ("ANY /things/{id}", "/things/1")
    assert event["queryStringParameters"] == {"a": "b"}
    assert event["pathParameters"] == {"id": "1"}
    assert "body" not in event
    assert known_of(api.say({"isAuthorized": True})) is None
    assert said(api.say({"isAuthorized": False})) == FORBIDDEN
    assert said(api.request("/things/1")) == UNAUTHORIZED
    for wrong in (
        "raise no",
        [],
        {},
        {"isAuthorized": "true"},
        {"isAuthorized": True, "context": 1},
    ):
        assert said(api.say(wrong)) == FAILED, wrong
    assert said(api.say("raise Unauthorized")) == UNAUTHORIZED


def policy(effect: str = "Allow", resource: str = "ARN", **more: Any) -> dict[str, Any]:
    statement = {"Action": "execute-api:Invoke", "Effect": effect, "Resource": resource}
    document = {"Version": "2012-10-17", "Statement": [statement]}
    return {"principalId": "ada", "policyDocument": document, **more}


@pytest.mark.parametrize("version", ["1.0", "2.0"])
def test_a_function_may_answer_with_a_policy(cloud: Cloud, version: str) -> None:
    api = Asking(cloud, version, EnableSimpleResponses=False)
    assert known_of(api.say(policy(context={"a": {"b": [1]}}))) == {"a": {"b": [1]}}
    for refused in (policy("Deny"), policy(resource=f"{arn('execute-api', api.id)}/*/POST/*")):
        assert said(api.say(refused)) == FORBIDDEN
    assert api.say(policy(resource="*")).status_code == 200
    for wrong in ({"principalId": "ada"}, policy() | {"policyDocument": {}}, policy("Maybe")):
        assert said(api.say(wrong)) == FAILED, wrong


def test_the_event_of_format_1_names_the_method(cloud: Cloud) -> None:
    api = Asking(cloud, "1.0", IdentitySource=[SOURCE, "$request.querystring.who"])
    allowed = policy(context={"got": "yes"})
    response = api.say(allowed, path="/things/1?who=eve")
    assert known_of(response) == {"got": "yes"}
    echo = Asking(cloud, "1.0", EnableSimpleResponses=True)
    event = known_of(echo.say())["event"]
    assert (event["version"], event["type"]) == ("1.0", "REQUEST")
    assert event["methodArn"] == arn("execute-api", f"{echo.id}/$default/GET/things/1")
    assert (event["identitySource"], event["authorizationToken"]) == ("x", "x")
    assert (event["resource"], event["httpMethod"]) == ("/things/{id}", "GET")
    assert said(api.say(allowed)) == UNAUTHORIZED, "the second source is missing"


def test_an_answer_is_kept_by_its_sources_for_its_time(cloud: Cloud) -> None:
    sources = [SOURCE, "$context.routeKey", "$stageVariables.colour"]
    api = Asking(cloud, AuthorizerResultTtlInSeconds=60, IdentitySource=sources)
    assert said(api.say()) == UNAUTHORIZED, "the stage has no such variable"
    api.client.update_stage(ApiId=api.id, StageName="$default", StageVariables={"colour": "blue"})
    first = known_of(api.say())["call"]
    assert known_of(api.say(path="/things/2"))["call"] == first
    assert known_of(api.say(Authorization="y"))["call"] != first
    api.client.reset_authorizers_cache(ApiId=api.id, StageName="$default")
    assert known_of(api.say())["call"] != first
    assert known_of(Asking(cloud).say())["call"] != known_of(Asking(cloud).say())["call"]


def test_an_authorizer_is_called_as_its_role_or_by_its_policy(cloud: Cloud) -> None:
    gateway = {"Service": "apigateway.amazonaws.com"}
    role = cloud.role(allow("lambda:InvokeFunction"), **gateway)
    assert Asking(cloud, AuthorizerCredentialsArn=role).say().status_code == 200
    other = cloud.role(allow("sqs:*"), **gateway)
    assert said(Asking(cloud, AuthorizerCredentialsArn=other).say()) == FAILED
    api = Asking(cloud)
    functions = cloud.client("lambda")
    (statement,) = json.loads(functions.get_policy(FunctionName=api.asked)["Policy"])["Statement"]
    functions.remove_permission(FunctionName=api.asked, StatementId=statement["Sid"])
    assert said(api.say()) == FAILED


def test_a_signature_lets_in_who_may_invoke_the_route(cloud: Cloud) -> None:
    api = HttpApi(cloud)
    api.route("GET /a", api.with_function(), AuthorizationType="AWS_IAM")
    url = f"{cloud.endpoint}/_aws/execute-api/{api.id}/a"
    assert said(httpx.get(url)) == FORBIDDEN
    method = arn("execute-api", f"{api.id}/$default/GET/a")
    role = Role(cloud, allow("execute-api:Invoke", f"{method}b"))
    assert said(signed(url, "execute-api", role.keys)) == FORBIDDEN
    role.may(allow("execute-api:Invoke", method))
    wait_for(lambda: signed(url, "execute-api", role.keys).status_code == 200, "it is refused")
    known = signed(url, "execute-api", role.keys).json()["requestContext"]["authorizer"]["iam"]
    assert (known["userArn"], known["accessKey"]) == (role.session, role.keys["AccessKeyId"])
    assert known["callerId"].endswith(":test")
