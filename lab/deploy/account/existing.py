"""Finds resources of `terraform/bootstrap` that an account has already, to import or refuse them.

They may have been created by hand, by tflocal, by `lab backup` on an emulator, or by a run whose
state was lost. A resource without tags, or with our tags, is imported, and Terraform protects it.
A resource with other tags, another trust policy or other settings is not changed but reported.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from botocore.exceptions import ClientError
from hcl2.api import loads

from lab.core import naming, paths
from lab.core.errors import LabError
from lab.deploy.account.identity import Identity

STATE = "bootstrap/terraform.tfstate"
ISSUER = "token.actions.githubusercontent.com"
NOT_THERE = frozenset(
    {"404", "NoSuchBucket", "NoSuchKey", "NoSuchTagSet", "NoSuchBucketPolicy"}
    | {"NoSuchLifecycleConfiguration", "ResourceNotFoundException", "NotFoundException"}
    | {"NoSuchEntity", "NoSuchEntityException"}
)
RULES = frozenset({"old-versions", "old-backups"})
POLICY = "RefusePlainHttp"


@dataclass
class Existing:
    """The resources to import (address to id), the variables that follow, and the conflicts.

    `notices` are messages for the user.
    """

    imports: dict[str, str] = field(default_factory=dict)
    variables: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)

    def blocks(self) -> str:
        """Returns the import blocks for Terraform."""
        return "".join(
            f'import {{\n  to = {address}\n  id = "{name}"\n}}\n'
            for address, name in self.imports.items()
        )


def inspect(identity: Identity, bucket: str) -> Existing:
    """Returns the resources of the bootstrap that exist and are not in its state.

    Raises LabError that names all conflicts.
    """
    known = _known(identity, bucket) if _bucket_exists(identity, bucket) else frozenset[str]()
    inspection = _Inspection(identity, bucket, known, settings())
    for check in (inspection.states, inspection.locks, inspection.backups, inspection.key):
        check()
    inspection.api_gateway()
    if inspection.settings.get("github_repository"):
        inspection.github(inspection.settings["github_repository"])
    if conflicts := inspection.result.conflicts:
        raise LabError(
            "The account already has resources of these names:\n  " + "\n  ".join(conflicts),
            "Nothing was changed. Rename or delete them, or use another account.",
        )
    return inspection.result


@dataclass
class _Inspection:
    """An inspection of an account. `known` are the addresses in the bootstrap's state."""

    identity: Identity
    bucket: str
    known: frozenset[str]
    settings: dict[str, Any]
    result: Existing = field(default_factory=Existing)

    def states(self) -> None:
        """The bucket of the states; the configuration itself imports it."""
        if "aws_s3_bucket.state" not in self.known and _bucket_exists(self.identity, self.bucket):
            faults = _faults_of_bucket(self.identity, self.bucket)
            self._add_conflict(f"the bucket {self.bucket}", faults)

    def locks(self) -> None:
        """The lock table."""
        name = naming.shop().lock_table
        dynamodb = self.identity.client("dynamodb")
        table = _or_none(lambda: dynamodb.describe_table(TableName=name)["Table"])
        if table:
            tags = dynamodb.list_tags_of_resource(ResourceArn=table["TableArn"])["Tags"]
            faults = [*_faults_of_keys(table), *_faults_of_tags(tags)]
            self._import("aws_dynamodb_table.lock", name, f"the table {name}", faults)

    def backups(self) -> None:
        """The bucket of the backups."""
        name = self._backups_bucket
        if self.settings.get("backups", True) and _bucket_exists(self.identity, name):
            faults = _faults_of_bucket(self.identity, name)
            self._import(f'aws_s3_bucket.backups["{name}"]', name, f"the bucket {name}", faults)

    def key(self) -> None:
        """The key that encrypts secrets in backups, and its alias."""
        kms, alias = self.identity.client("kms"), naming.shop().backups_key
        key = _or_none(lambda: kms.describe_key(KeyId=alias)["KeyMetadata"])
        if not key or not self.settings.get("backups", True):
            return
        tags = kms.list_resource_tags(KeyId=key["KeyId"])["Tags"]
        faults = _faults_of_tags([{"Key": t["TagKey"], "Value": t["TagValue"]} for t in tags])
        if key["KeyState"] != "Enabled":
            faults = [*faults, f"its key {key['KeyId']} is {key['KeyState']}"]
        elif "backups of the checkout" not in key.get("Description", ""):
            faults = [*faults, f"its key {key['KeyId']} is for something else"]
        name = f"the key {alias}"
        self._import(f'aws_kms_key.backups["{self._backups_bucket}"]', key["KeyId"], name, faults)
        self._import(f'aws_kms_alias.backups["{self._backups_bucket}"]', alias, name, faults)

    def api_gateway(self) -> None:
        """The role that API Gateway logs with. An account has one; an existing one is kept."""
        if not self.settings.get("api_gateway_logs", True):
            return
        name = f"api-gateway-logs-{self.identity.region}"
        arn = self.identity.client("apigateway").get_account().get("cloudwatchRoleArn", "")
        managed = arn.endswith(f"/{name}") or "aws_iam_role.api_gateway[0]" in self.known
        if not managed and self._role_of(arn):  # the account may name a deleted role
            self.result.variables.append("-var=api_gateway_logs=false")
            self.result.notices.append(
                f"API Gateway writes its logs with {arn} already: that role is kept."
            )
            return
        self._role("aws_iam_role.api_gateway[0]", name, "apigateway.amazonaws.com")

    def github(self, repository: str) -> None:
        """GitHub's identity provider, of which an account has one, and the pipelines' roles."""
        response = self.identity.client("iam").list_open_id_connect_providers()
        arns = [item["Arn"] for item in response["OpenIDConnectProviderList"]]
        provider = next((arn for arn in arns if arn.endswith(f"/{ISSUER}")), None)
        managed = "module.github[0].aws_iam_openid_connect_provider.github[0]"
        configured = self.settings.get("github_provider_arn")
        if provider and managed not in self.known and not configured:
            self.result.variables.append(f"-var=github_provider_arn={provider}")
            self.result.notices.append(
                f"The account trusts GitHub already, by {provider}: that provider is kept."
            )
        trusted, pipeline = f"repo:{repository}:", f"{naming.shop().name}-pipeline"
        self._role("module.github[0].aws_iam_role.plan", f"{pipeline}-plan", trusted)
        for name in self.settings.get("environments", ("dev", "staging", "prod")):
            address = f'module.github[0].aws_iam_role.deploy["{name}"]'
            self._role(address, f"{pipeline}-deploy-{name}", trusted)
            self._policy(
                f'module.github[0].aws_iam_policy.boundary["{name}"]', f"{pipeline}-boundary-{name}"
            )

    @property
    def _backups_bucket(self) -> str:
        return self.bucket.replace("terraform-state", "backups")

    def _role(self, address: str, name: str, trusted: str) -> None:
        if role := self._role_of(name):
            faults = list(_faults_of_tags(role.get("Tags", ())))
            if trusted not in _text(role["AssumeRolePolicyDocument"]):
                faults.append(f"it does not trust {trusted}")
            self._import(address, name, f"the role {name}", faults)

    def _policy(self, address: str, name: str) -> None:
        arn = f"arn:{self._partition}:iam::{self.identity.account}:policy/{name}"
        iam = self.identity.client("iam")
        if policy := _or_none(lambda: iam.get_policy(PolicyArn=arn)["Policy"]):
            self._import(
                address, arn, f"the policy {name}", _faults_of_tags(policy.get("Tags", ()))
            )

    @property
    def _partition(self) -> str:
        return self.identity.arn.split(":")[1]

    def _role_of(self, name: str) -> Any:
        """Returns the role with this name or ARN, or None if there is no such role."""
        short = name.rpartition("/")[2]
        iam = self.identity.client("iam")
        return _or_none(lambda: iam.get_role(RoleName=short)["Role"]) if short else None

    def _import(self, address: str, name: str, label: str, faults: Iterable[str]) -> None:
        if address in self.known:
            return
        if not self._add_conflict(label, faults):
            self.result.imports[address] = name
            self.result.notices.append(f"{label.removeprefix('the ')} exists already: imported.")

    def _add_conflict(self, label: str, faults: Iterable[str]) -> bool:
        reasons = ", ".join(faults)
        if reasons and (line := f"{label}: {reasons}") not in self.result.conflicts:
            self.result.conflicts.append(line)
        return bool(reasons)


def settings() -> dict[str, Any]:
    """Returns the values in the bootstrap's tfvars files, such as `github_repository`."""
    folder = paths.TERRAFORM / "bootstrap"
    files = [folder / "terraform.tfvars", *sorted(folder.glob("*.auto.tfvars"))]
    values: dict[str, Any] = {}
    for file in files:
        values |= loads(file.read_text()) if file.is_file() else {}
    return values


def _known(identity: Identity, bucket: str) -> frozenset[str]:
    """Returns the addresses in the bootstrap's state, if there is one."""
    s3 = identity.client("s3")
    body = _or_none(lambda: s3.get_object(Bucket=bucket, Key=STATE)["Body"])
    resources = json.load(body)["resources"] if body else ()
    return frozenset(_addresses(resources))


def _addresses(resources: Iterable[dict[str, Any]]) -> Iterator[str]:
    for resource in resources:
        module = f"{resource['module']}." if resource.get("module") else ""
        for instance in resource["instances"]:
            key = instance.get("index_key")
            index = "" if key is None else f"[{json.dumps(key)}]"
            yield f"{module}{resource['type']}.{resource['name']}{index}"


def _or_none(call: Callable[[], Any]) -> Any:
    """Returns the response, or None if the resource does not exist. Raises all other errors."""
    try:
        return call()
    except ClientError as error:
        if error.response["Error"]["Code"] in NOT_THERE:
            return None
        raise


def _bucket_exists(identity: Identity, name: str) -> bool:
    """Whether the bucket exists. Raises LabError if another account owns it."""
    s3 = identity.client("s3")
    try:
        owner = {"ExpectedBucketOwner": identity.account}
        return bool(_or_none(lambda: s3.head_bucket(Bucket=name, **owner)))
    except ClientError as error:
        if error.response["Error"]["Code"] == "403":
            raise taken(name) from error
        raise


def taken(bucket: str) -> LabError:
    """Returns the error for a bucket name that another account has taken."""
    return LabError(
        f"The bucket {bucket} belongs to another account, or access to it is denied.",
        "Bucket names are taken once for all of AWS: choose another with --suffix.",
    )


def _faults_of_bucket(identity: Identity, name: str) -> list[str]:
    s3 = identity.client("s3")
    tags = _or_none(lambda: s3.get_bucket_tagging(Bucket=name)["TagSet"]) or ()
    policy = _or_none(lambda: s3.get_bucket_policy(Bucket=name)["Policy"])
    rules = _or_none(lambda: s3.get_bucket_lifecycle_configuration(Bucket=name)["Rules"]) or ()
    region = s3.get_bucket_location(Bucket=name).get("LocationConstraint") or "us-east-1"
    faults = list(_faults_of_tags(tags))
    if region != identity.region:
        faults.append(f"it is in {region}, not in {identity.region}")
    if policy and any(item.get("Sid") != POLICY for item in json.loads(policy)["Statement"]):
        faults.append("it has a policy of its own, which would be replaced")
    if others := sorted({rule.get("ID", "?") for rule in rules} - RULES):
        faults.append(f"its objects expire by rules that would be replaced ({', '.join(others)})")
    return faults


def _faults_of_keys(table: dict[str, Any]) -> Iterator[str]:
    keys = {key["AttributeName"]: key["KeyType"] for key in table["KeySchema"]}
    types = {item["AttributeName"]: item["AttributeType"] for item in table["AttributeDefinitions"]}
    if keys != {"LockID": "HASH"} or types.get("LockID") != "S":
        yield f"its key is {', '.join(keys)}, not the text LockID"


def _faults_of_tags(tags: Iterable[dict[str, str]]) -> list[str]:
    """Tags of another project are a fault; AWS's own, such as `aws:createdBy`, are ignored."""
    values = {tag["Key"]: tag["Value"] for tag in tags if not tag["Key"].startswith("aws:")}
    if not values or values.get("Project") == naming.shop().project:
        return []
    listed = ", ".join(f"{key}={value}" for key, value in sorted(values.items())[:3])
    return [f"it belongs to something else, by its tags ({listed})"]


def _text(policy: Any) -> str:
    """Returns a policy as text; boto3 returns it parsed, or for some services URL-encoded."""
    return unquote(policy) if isinstance(policy, str) else json.dumps(policy)
