"""Authorizers of REST APIs with user pools of Amazon Cognito."""

from __future__ import annotations

from tests.integration.authorized_api import UNAUTHORIZED, AuthorizedApi, said
from tests.integration.conftest import Cloud


def test_a_user_pools_tokens_are_verified_and_their_claims_passed_on(cloud: Cloud) -> None:
    cognito = cloud.client("cognito-idp")
    pool = cognito.create_user_pool(PoolName="callers")["UserPool"]
    client = cognito.create_user_pool_client(
        UserPoolId=pool["Id"], ClientName="web", ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"]
    )["UserPoolClient"]["ClientId"]
    user = {"UserPoolId": pool["Id"], "Username": "ada"}
    cognito.admin_create_user(**user, MessageAction="SUPPRESS")
    cognito.admin_set_user_password(**user, Password="Secret-123", Permanent=True)
    tokens = cognito.initiate_auth(
        ClientId=client, AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": "ada", "PASSWORD": "Secret-123"},
    )["AuthenticationResult"]  # fmt: skip
    api = AuthorizedApi(cloud, "COGNITO_USER_POOLS", providerARNs=[pool["Arn"]])
    scope = "aws.cognito.signin.user.admin"
    _, post = api.methods
    for operation, value in (("add", "other"), ("add", scope), ("remove", "other")):
        change = {"op": operation, "path": "/authorizationScopes", "value": value}
        changed = api.client.update_method(**post, patchOperations=[change])
    assert changed["authorizationScopes"] == [scope]
    api.deploy()

    token, access = tokens["IdToken"], tokens["AccessToken"]
    for sent in (token, f"Bearer {token}"):
        claims = api.request(sent).json()["claims"]
        assert (claims["cognito:username"], claims["aud"]) == ("ada", client)
    assert api.request(access, method="POST").json()["claims"]["scope"] == scope
    header, _, rest = token.partition(".")
    changed = f"{header}.{rest[:5]}A{rest[6:]}"
    for wrong in (None, "x", changed, access):
        assert said(api.request(wrong)) == UNAUTHORIZED
    assert said(api.request(token, method="POST")) == UNAUTHORIZED
