"""What `terraform/bootstrap` makes and an account already has: taken over, or refused by its name.

Somebody may have made it by hand, `lab backup` on an emulator or tflocal may have, or a run whose
state is gone. What carries no tags, or ours, is taken over: Terraform then gives it its protection.
What carries somebody else's tags, trusts somebody else or works otherwise is left alone, and said.
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
    """What is to be taken over (by address, its id), settings that follow, and what is in the way.

    `told` is what the user should know.
    """

    imports: dict[str, str] = field(default_factory=dict)
    variables: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def blocks(self) -> str:
        """The same for Terraform."""
        return "".join(
            f'import {{\n  to = {address}\n  id = "{name}"\n}}\n'
            for address, name in self.imports.items()
        )


def look(identity: Identity, bucket: str) -> Existing:
    """Looks for everything that the bootstrap makes and its state does not know.

    Raises LabError that names all that is in the way.
    """
    known = _known(identity, bucket) if _bucket_is_there(identity, bucket) else frozenset[str]()
    looking = _Looking(identity, bucket, known, _settings())
    for one in (looking.states, looking.locks, looking.backups, looking.key):
        one()
    looking.api_gateway()
    if looking.settings.get("github_repository"):
        looking.github(looking.settings["github_repository"])
    if looking.found.refused:
        raise LabError(
            "The account has already, and not from here:\n  " + "\n  ".join(looking.found.refused),
            "Nothing was changed. Rename or remove what is in the way, or take another account.",
        )
    return looking.found


@dataclass
class _Looking:
    """A look at an account. `known` are the addresses in the bootstrap's state."""

    identity: Identity
    bucket: str
    known: frozenset[str]
    settings: dict[str, Any]
    found: Existing = field(default_factory=Existing)

    def states(self) -> None:
        """The bucket of the states: the configuration itself takes it over."""
        if "aws_s3_bucket.state" not in self.known and _bucket_is_there(self.identity, self.bucket):
            self._refuse(f"the bucket {self.bucket}", _faults_of_bucket(self.identity, self.bucket))

    def locks(self) -> None:
        """The table of the locks."""
        name = naming.shop().lock_table
        dynamodb = self.identity.client("dynamodb")
        table = _asked(lambda: dynamodb.describe_table(TableName=name)["Table"])
        if table:
            tags = dynamodb.list_tags_of_resource(ResourceArn=table["TableArn"])["Tags"]
            faults = [*_faults_of_keys(table), *_faults_of_tags(tags)]
            self._take("aws_dynamodb_table.lock", name, f"the table {name}", faults)

    def backups(self) -> None:
        """The bucket of the backups."""
        name = self._backups_bucket
        if self.settings.get("backups", True) and _bucket_is_there(self.identity, name):
            faults = _faults_of_bucket(self.identity, name)
            self._take(f'aws_s3_bucket.backups["{name}"]', name, f"the bucket {name}", faults)

    def key(self) -> None:
        """The alias of the key that seals backups, and its key."""
        kms, alias = self.identity.client("kms"), naming.shop().backups_key
        found = _asked(lambda: kms.describe_key(KeyId=alias)["KeyMetadata"])
        if not found or not self.settings.get("backups", True):
            return
        tags = kms.list_resource_tags(KeyId=found["KeyId"])["Tags"]
        faults = _faults_of_tags([{"Key": t["TagKey"], "Value": t["TagValue"]} for t in tags])
        if found["KeyState"] != "Enabled":
            faults = [*faults, f"its key {found['KeyId']} is {found['KeyState']}"]
        elif "backups of the checkout" not in found.get("Description", ""):
            faults = [*faults, f"its key {found['KeyId']} is for something else"]
        what = f"the key {alias}"
        self._take(f'aws_kms_key.backups["{self._backups_bucket}"]', found["KeyId"], what, faults)
        self._take(f'aws_kms_alias.backups["{self._backups_bucket}"]', alias, what, faults)

    def api_gateway(self) -> None:
        """The role that API Gateway logs with: an account has one, and another one stays."""
        if not self.settings.get("api_gateway_logs", True):
            return
        name = f"api-gateway-logs-{self.identity.region}"
        arn = self.identity.client("apigateway").get_account().get("cloudwatchRoleArn", "")
        ours = arn.endswith(f"/{name}") or "aws_iam_role.api_gateway[0]" in self.known
        if not ours and self._role_of(arn):  # one that was deleted may still be named
            self.found.variables.append("-var=api_gateway_logs=false")
            self.found.told.append(f"API Gateway writes its logs with {arn} already: it stays so.")
            return
        self._role("aws_iam_role.api_gateway[0]", name, "apigateway.amazonaws.com")

    def github(self, repository: str) -> None:
        """GitHub's identity provider, of which an account has one, and the pipelines' roles."""
        listed = self.identity.client("iam").list_open_id_connect_providers()
        arns = [one["Arn"] for one in listed["OpenIDConnectProviderList"]]
        theirs = next((arn for arn in arns if arn.endswith(f"/{ISSUER}")), None)
        ours = "module.github[0].aws_iam_openid_connect_provider.github[0]"
        if theirs and ours not in self.known and not self.settings.get("github_provider_arn"):
            self.found.variables.append(f"-var=github_provider_arn={theirs}")
            self.found.told.append(f"The account trusts GitHub already, by {theirs}: it stays so.")
        trusted, pipeline = f"repo:{repository}:", f"{naming.shop().name}-pipeline"
        self._role("module.github[0].aws_iam_role.plan", f"{pipeline}-plan", trusted)
        for name in self.settings.get("environments", ("dev", "staging", "prod")):
            address = f'module.github[0].aws_iam_role.deploy["{name}"]'
            self._role(address, f"{pipeline}-deploy-{name}", trusted)

    @property
    def _backups_bucket(self) -> str:
        return self.bucket.replace("terraform-state", "backups")

    def _role(self, address: str, name: str, trusted: str) -> None:
        if role := self._role_of(name):
            faults = list(_faults_of_tags(role.get("Tags", ())))
            if trusted not in _text(role["AssumeRolePolicyDocument"]):
                faults.append(f"it does not trust {trusted}")
            self._take(address, name, f"the role {name}", faults)

    def _role_of(self, name: str) -> Any:
        """The role of this name or ARN; None if there is no such role."""
        short = name.rpartition("/")[2]
        iam = self.identity.client("iam")
        return _asked(lambda: iam.get_role(RoleName=short)["Role"]) if short else None

    def _take(self, address: str, name: str, what: str, faults: Iterable[str]) -> None:
        if address in self.known:
            return
        if not self._refuse(what, faults):
            self.found.imports[address] = name
            self.found.told.append(f"{what.removeprefix('the ')} is there already: taken over.")

    def _refuse(self, what: str, faults: Iterable[str]) -> bool:
        said = ", ".join(faults)
        if said and (line := f"{what}: {said}") not in self.found.refused:
            self.found.refused.append(line)
        return bool(said)


def _settings() -> dict[str, Any]:
    """What the bootstrap's own files of settings say."""
    folder = paths.TERRAFORM / "bootstrap"
    files = [folder / "terraform.tfvars", *sorted(folder.glob("*.auto.tfvars"))]
    said: dict[str, Any] = {}
    for file in files:
        said |= loads(file.read_text()) if file.is_file() else {}
    return said


def _known(identity: Identity, bucket: str) -> frozenset[str]:
    """The addresses in the bootstrap's state; none where there is no state."""
    s3 = identity.client("s3")
    body = _asked(lambda: s3.get_object(Bucket=bucket, Key=STATE)["Body"])
    resources = json.load(body)["resources"] if body else ()
    return frozenset(_addresses(resources))


def _addresses(resources: Iterable[dict[str, Any]]) -> Iterator[str]:
    for resource in resources:
        module = f"{resource['module']}." if resource.get("module") else ""
        for instance in resource["instances"]:
            key = instance.get("index_key")
            index = "" if key is None else f"[{json.dumps(key)}]"
            yield f"{module}{resource['type']}.{resource['name']}{index}"


def _asked(ask: Callable[[], Any]) -> Any:
    """What AWS answers; None if there is no such thing. Raises what else AWS says."""
    try:
        return ask()
    except ClientError as error:
        if error.response["Error"]["Code"] in NOT_THERE:
            return None
        raise


def _bucket_is_there(identity: Identity, name: str) -> bool:
    """Whether there is such a bucket. Raises LabError if it is another account's."""
    s3 = identity.client("s3")
    try:
        owner = {"ExpectedBucketOwner": identity.account}
        return bool(_asked(lambda: s3.head_bucket(Bucket=name, **owner)))
    except ClientError as error:
        if error.response["Error"]["Code"] == "403":
            raise taken(name) from error
        raise


def taken(bucket: str) -> LabError:
    """The error for a bucket's name that somebody else has."""
    return LabError(
        f"The bucket {bucket} belongs to another account, or we may not look at it.",
        "Bucket names are taken once for all of AWS: choose another with --suffix.",
    )


def _faults_of_bucket(identity: Identity, name: str) -> list[str]:
    s3 = identity.client("s3")
    tags = _asked(lambda: s3.get_bucket_tagging(Bucket=name)["TagSet"]) or ()
    policy = _asked(lambda: s3.get_bucket_policy(Bucket=name)["Policy"])
    rules = _asked(lambda: s3.get_bucket_lifecycle_configuration(Bucket=name)["Rules"]) or ()
    place = s3.get_bucket_location(Bucket=name).get("LocationConstraint") or "us-east-1"
    faults = list(_faults_of_tags(tags))
    if place != identity.region:
        faults.append(f"it is in {place}, not in {identity.region}")
    if policy and any(one.get("Sid") != POLICY for one in json.loads(policy)["Statement"]):
        faults.append("it has a policy of its own, which would be replaced")
    if others := sorted({rule.get("ID", "?") for rule in rules} - RULES):
        faults.append(f"its objects expire by rules that would be replaced ({', '.join(others)})")
    return faults


def _faults_of_keys(table: dict[str, Any]) -> Iterator[str]:
    keys = {key["AttributeName"]: key["KeyType"] for key in table["KeySchema"]}
    types = {one["AttributeName"]: one["AttributeType"] for one in table["AttributeDefinitions"]}
    if keys != {"LockID": "HASH"} or types.get("LockID") != "S":
        yield f"its key is {', '.join(keys)}, not the text LockID"


def _faults_of_tags(tags: Iterable[dict[str, str]]) -> list[str]:
    """Somebody else's are a fault; the service's own, such as `aws:createdBy`, say nothing."""
    said = {tag["Key"]: tag["Value"] for tag in tags if not tag["Key"].startswith("aws:")}
    if not said or said.get("Project") == naming.shop().project:
        return []
    listed = ", ".join(f"{key}={value}" for key, value in sorted(said.items())[:3])
    return [f"it is somebody else's, by its tags ({listed})"]


def _text(policy: Any) -> str:
    """A policy as text: boto3 gives it unpacked, and some services give it as a URL has it."""
    return unquote(policy) if isinstance(policy, str) else json.dumps(policy)
