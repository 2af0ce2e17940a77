"""The upload of the shop's page: types, times, order, and what CloudFront is told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from moto import mock_aws

from lab.core.errors import LabError
from lab.core.target import Target
from lab.deploy import storefront
from lab.deploy.storefront import File, Uploaded
from lab.shop_server import guard

TARGET = Target("prod", None)
BUCKET = "checkout-prod-storefront-123456789012"
SIGN_IN = {
    "clientId": "7example",
    "authorizeUrl": "https://p.auth.us-east-2.amazoncognito.com/oauth2/authorize",
    "tokenUrl": "https://p.auth.us-east-2.amazoncognito.com/oauth2/token",
    "logoutUrl": None,
}


@pytest.fixture(autouse=True)
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        said = {
            "auth/issuer": "https://issuer.example",
            "auth/audience": "7example",
            "auth/audience-claim": "client_id",
            "storefront/sign-in": json.dumps(SIGN_IN),
        }
        for name, value in said.items():
            TARGET.client("ssm").put_parameter(
                Name=f"/checkout/prod/{name}", Value=value, Type="SecureString"
            )
        yield


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A page of a few files, and pictures."""
    folder, pictures = tmp_path / "page", tmp_path / "pictures"
    for name in ("index.html", "style.css", "app/main.js", "vendor/preact-htm-3.1.1.js", ".hidden"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    pictures.mkdir()
    (pictures / "TEA.svg").write_text("<svg/>")
    monkeypatch.setattr(storefront, "PAGE", folder)
    monkeypatch.setattr(storefront, "PICTURES", pictures)
    return folder


@pytest.fixture
def s3(aws: None) -> Any:
    s3 = TARGET.client("s3")
    where = {"LocationConstraint": TARGET.region}
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration=where)
    return s3


@pytest.fixture
def distribution(aws: None) -> str:
    """The distribution in front of the bucket, beside one of somebody else's."""
    ids = [a_distribution(name) for name in ("checkout-dev-storefront-123456789012", BUCKET)]
    return ids[1]


def a_distribution(bucket: str) -> str:
    made = TARGET.client("cloudfront").create_distribution(
        DistributionConfig={
            "CallerReference": bucket,
            "Comment": "",
            "Enabled": True,
            "Origins": {
                "Quantity": 1,
                "Items": [
                    {
                        "Id": "files",
                        "DomainName": f"{bucket}.s3.us-east-2.amazonaws.com",
                        "S3OriginConfig": {"OriginAccessIdentity": ""},
                    }
                ],
            },
            "DefaultCacheBehavior": {
                "TargetOriginId": "files",
                "ViewerProtocolPolicy": "https-only",
                "MinTTL": 0,
                "ForwardedValues": {"QueryString": False, "Cookies": {"Forward": "none"}},
            },
        }
    )
    return str(made["Distribution"]["Id"])


def invalidations(distribution: str) -> int:
    listed = TARGET.client("cloudfront").list_invalidations(DistributionId=distribution)
    return len(listed["InvalidationList"].get("Items", []))


SERVED = {
    "index.html": ("text/html; charset=utf-8", "no-cache"),
    "style.css": ("text/css; charset=utf-8", "no-cache"),
    "app/main.js": ("text/javascript; charset=utf-8", "no-cache"),
    "vendor/preact-htm-3.1.1.js": (
        "text/javascript; charset=utf-8",
        "public, max-age=31536000, immutable",
    ),
    "pictures/TEA.svg": ("image/svg+xml", "no-cache"),
    "config.json": ("application/json", "no-cache"),
}


def test_every_file_has_its_type_and_the_time_that_it_may_be_kept(page: Path, s3: Any) -> None:
    assert storefront.upload(TARGET) == Uploaded(6, 6, 0)
    listed = [row["Key"] for row in s3.list_objects_v2(Bucket=BUCKET)["Contents"]]
    assert sorted(listed) == sorted(SERVED)
    for key, expected in SERVED.items():
        found = s3.head_object(Bucket=BUCKET, Key=key)
        assert (found["ContentType"], found["CacheControl"]) == expected


def test_the_page_comes_after_what_it_needs(
    page: Path, s3: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    for name in ("put_object", "delete_object"):
        real = getattr(s3, name)
        monkeypatch.setattr(
            s3, name, lambda real=real, name=name, **said: (done.append(said["Key"]), real(**said))
        )
    s3.put_object(Bucket=BUCKET, Key="old.js", Body=b"")
    monkeypatch.setattr(Target, "client", replacing(Target.client, s3=s3))
    storefront.upload(TARGET)
    assert done[-2:] == ["index.html", "old.js"]


def replacing(real: Any, **clients: Any) -> Any:
    return lambda self, name: clients.get(name) or real(self, name)


def test_what_the_page_has_no_more_is_deleted(page: Path, s3: Any) -> None:
    storefront.upload(TARGET)
    (page / "style.css").unlink()
    assert storefront.upload(TARGET) == Uploaded(5, 0, 1)
    assert "style.css" not in [row["Key"] for row in s3.list_objects_v2(Bucket=BUCKET)["Contents"]]


def test_cloudfront_forgets_the_old_page_and_nothing_else(
    page: Path, s3: Any, distribution: str
) -> None:
    storefront.upload(TARGET)
    assert invalidations(distribution) == 1
    storefront.upload(TARGET)
    assert invalidations(distribution) == 1
    (page / "index.html").write_text("new")
    storefront.upload(TARGET)
    assert invalidations(distribution) == 2
    others = TARGET.client("cloudfront").list_distributions()["DistributionList"]["Items"]
    assert [invalidations(d["Id"]) for d in others if d["Id"] != distribution] == [0]


def test_an_environment_without_a_page_gets_none(page: Path) -> None:
    assert storefront.upload(TARGET) is None


@pytest.mark.parametrize("name", ["notes.md", "LICENSE", "app/main.ts"])
def test_a_file_that_no_browser_should_get_stops_the_upload_before_it_begins(
    page: Path, s3: Any, name: str
) -> None:
    (page / name).write_text("")
    with pytest.raises(LabError, match=name):
        storefront.upload(TARGET)
    assert "Contents" not in s3.list_objects_v2(Bucket=BUCKET)


def test_the_configuration_says_where_to_sign_in_and_holds_no_secret(
    page: Path, s3: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lab.shop.api_key.read", lambda _: "the-storefronts-key")
    assert storefront.config(TARGET) == {
        "issuer": "https://issuer.example",
        "clientId": "7example",
        "authorizeUrl": SIGN_IN["authorizeUrl"],
        "tokenUrl": SIGN_IN["tokenUrl"],
        "scope": "openid",
        "token": "access_token",
        "payment": "provider",
        "apiKey": "the-storefronts-key",
    }


def test_every_file_of_the_real_page_has_a_type() -> None:
    folders = (storefront.PAGE, storefront.PICTURES)
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    assert all(File(path.name, b"").content_type for path in files)


def test_what_a_browser_may_do_is_said_once() -> None:
    """`lab shop` sends what CloudFront sends."""
    said = json.loads(guard.ON_AWS.read_text().replace("${sign_in}", ""))
    sent = dict(guard.HEADERS)
    assert "unsafe" not in sent["Content-Security-Policy"]
    extra = sent.pop("Content-Security-Policy").removeprefix(said.pop("Content-Security-Policy"))
    assert extra == "; frame-src 'self'"
    assert sent == said
