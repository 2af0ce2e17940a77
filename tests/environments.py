"""What other people have set: the environments that the lab has to be at home in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

DEAD = "http://127.0.0.1:9"
"""The address of a proxy where nothing listens: whatever goes there fails."""

BROKEN = "[profile x\nregion = = nonsense\n]]"


@dataclass(frozen=True)
class Environment:
    """What somebody has set, beyond PATH and HOME; `without` is not set at all.

    `{folder}` in a value is a folder with the files of `files` in it.
    """

    name: str
    variables: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    without: frozenset[str] = frozenset()

    def prepared(self, base: Mapping[str, str], folder: Path) -> dict[str, str]:
        """The whole environment, with its files in the folder."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in self.files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text)
        own = {
            name: value.replace("{folder}", str(folder)) for name, value in self.variables.items()
        }
        return {name: v for name, v in {**base, **own}.items() if name not in self.without}


def _configured(name: str, **variables: str) -> Environment:
    return Environment(name, variables)


EVERYTHING = {
    "AWS_PROFILE": "no-such",
    "AWS_CONFIG_FILE": "{folder}/config",
    "AWS_SHARED_CREDENTIALS_FILE": "{folder}/config",
    "AWS_CA_BUNDLE": "/nowhere.pem",
    "AWS_ENDPOINT_URL_S3": DEAD,
    "AWS_ENDPOINT_URL_DYNAMODB": DEAD,
    "AWS_USE_FIPS_ENDPOINT": "true",
    "AWS_MAX_ATTEMPTS": "many",
    "AWS_RETRY_MODE": "never",
    "AWS_DEFAULT_REGION": "mars-north-1",
    "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
    "AWS_SESSION_TOKEN": "stale",
    "TF_CLI_ARGS": "-no-such-option",
    "TF_CLI_ARGS_apply": "-destroy",
    "TF_DATA_DIR": "/nowhere",
    "TF_WORKSPACE": "other",
    "TF_LOG": "TRACE",
    "TF_INPUT": "perhaps",
    "TF_VAR_pricing": "free",
    "TF_VAR_environment": "prod",
    "TF_REATTACH_PROVIDERS": "{",
    "TF_CMD": "/nowhere/terraform",
    "LS_PROVIDERS_FILE": "/nowhere.tf",
    "DRY_RUN": "1",
    "DYNAMODB_ENDPOINT": DEAD,
    "S3_HOSTNAME": "s3.invalid",
    "http_proxy": DEAD,
    "HTTP_PROXY": DEAD,
    "https_proxy": DEAD,
    "HTTPS_PROXY": DEAD,
    "ALL_PROXY": DEAD,
    "PYTHONWARNINGS": "error",
    "SSLKEYLOGFILE": "/nowhere/keys",
    "LC_ALL": "xx_XX.ISO-8859-1",
    "COLUMNS": "0",
}

AWS = [
    _configured("a profile that there is not", AWS_PROFILE="no-such"),
    _configured("an older name of the profile", AWS_DEFAULT_PROFILE="no-such"),
    Environment(
        "a broken configuration",
        {"AWS_CONFIG_FILE": "{folder}/config"},
        {"config": BROKEN},
    ),
    Environment(
        "broken credentials",
        {"AWS_SHARED_CREDENTIALS_FILE": "{folder}/credentials"},
        {"credentials": BROKEN},
    ),
    _configured("a configuration that is a folder", AWS_CONFIG_FILE="/"),
    Environment(
        "a home with a broken configuration",
        {"HOME": "{folder}"},
        {".aws/config": BROKEN, ".aws/credentials": BROKEN, ".terraformrc": ""},
    ),
    Environment(
        "a configuration with endpoints, proxies and a program for credentials",
        {"AWS_CONFIG_FILE": "{folder}/config"},
        {
            "config": "[default]\nendpoint_url = http://127.0.0.1:9\nuse_fips_endpoint = true\n"
            "ca_bundle = /nowhere\nretry_mode = never\ncredential_process = /nowhere\n"
        },
    ),
    Environment(
        "models of services of one's own",
        {"HOME": "{folder}", "AWS_DATA_PATH": "{folder}/.aws/models"},
        {
            f".aws/models/{service}/2099-01-01/service-2.json": "{}"
            for service in ("sts", "dynamodb", "apigateway", "lambda")
        },
    ),
    _configured("keys of a real account", AWS_ACCESS_KEY_ID="AKIAIOSFODNN7EXAMPLE"),
    _configured("half of the keys", AWS_SECRET_ACCESS_KEY="x", AWS_SESSION_TOKEN="stale"),
    _configured("another region", AWS_REGION="eu-west-1", AWS_DEFAULT_REGION="mars-north-1"),
    _configured("no bundle of certificates", AWS_CA_BUNDLE="/nowhere", REQUESTS_CA_BUNDLE="/no"),
    _configured("endpoints of services", AWS_ENDPOINT_URL_S3=DEAD, AWS_ENDPOINT_URL_DYNAMODB=DEAD),
    _configured("endpoints ignored", AWS_IGNORE_CONFIGURED_ENDPOINT_URLS="true"),
    _configured("endpoints of FIPS", AWS_USE_FIPS_ENDPOINT="true"),
    _configured("endpoints of two stacks", AWS_USE_DUALSTACK_ENDPOINT="true"),
    _configured("nonsense for retries", AWS_RETRY_MODE="never", AWS_MAX_ATTEMPTS="many"),
    _configured("nonsense for the rest", AWS_DEFAULTS_MODE="x", AWS_DEFAULT_OUTPUT="x"),
    _configured("credentials of a container", AWS_CONTAINER_CREDENTIALS_FULL_URI=DEAD),
    _configured("an identity by a token", AWS_WEB_IDENTITY_TOKEN_FILE="/no", AWS_ROLE_ARN="x"),
    _configured("an SDK that loads", AWS_SDK_LOAD_CONFIG="1", AWS_SDK_UA_APP_ID="a" * 60),
]

PROXIES = [
    _configured("http_proxy", http_proxy=DEAD),
    _configured("HTTP_PROXY and HTTPS_PROXY", HTTP_PROXY=DEAD, HTTPS_PROXY=DEAD),
    _configured("ALL_PROXY of SOCKS", ALL_PROXY="socks5h://127.0.0.1:9", all_proxy=DEAD),
    _configured("a proxy that is no address", http_proxy="::::", HTTPS_PROXY="not a url"),
    _configured("a proxy for some", http_proxy=DEAD, NO_PROXY="example.com,[::1],10.0.0.0/8"),
    _configured("an empty NO_PROXY", HTTP_PROXY=DEAD, NO_PROXY="", no_proxy=" , "),
]

TERRAFORM = [
    _configured("options for Terraform", TF_CLI_ARGS="-x", TF_CLI_ARGS_apply="-destroy"),
    _configured("Terraform elsewhere", TF_DATA_DIR="/nowhere", TF_WORKSPACE="other"),
    _configured("a configuration that there is not", TF_CLI_CONFIG_FILE="/nowhere.rc"),
    _configured("Terraform that logs", TF_LOG="TRACE", TF_LOG_PATH="/nowhere/log"),
]

MACHINE = [
    Environment("no HOME", without=frozenset({"HOME"})),
    _configured("a HOME that there is not", HOME="/nowhere"),
    _configured("a HOME that is a file", HOME="/etc/hostname"),
    _configured("an empty HOME", HOME=""),
    _configured("no columns", COLUMNS="0", LINES="0"),
    _configured("sizes that are no number", COLUMNS="wide", TERMINAL_WIDTH="wide"),
    _configured("a narrow terminal", COLUMNS="20"),
    _configured("the plainest locale", LC_ALL="C"),
    _configured("POSIX alone", LC_ALL="POSIX", PYTHONCOERCECLOCALE="0", PYTHONUTF8="0"),
    _configured("an unknown locale", LC_ALL="xx_XX.ISO-8859-1", LANG="yy"),
    _configured("ASCII for what is printed", PYTHONIOENCODING="ascii"),
    _configured("warnings as errors", PYTHONWARNINGS="error", PYTHONDEVMODE="1"),
    Environment(
        "other modules first",
        {"PYTHONPATH": "{folder}/modules"},
        {"modules/boto3.py": "1/0", "modules/rich/__init__.py": "", "modules/httpx.py": "1/0"},
    ),
    _configured("keys of TLS logged", SSLKEYLOGFILE="/nowhere/keys", SSL_CERT_FILE="/nowhere"),
    _configured("no terminal", TERM="", FORCE_COLOR="1", NO_COLOR="1"),
    Environment("everything at once", EVERYTHING, {"config": BROKEN}),
]

ENVIRONMENTS = [*AWS, *PROXIES, *TERRAFORM, *MACHINE]


def spellings(endpoint: str) -> list[Environment]:
    """Ways to write one endpoint of this machine."""
    port = urlsplit(endpoint).port
    written = {
        "a slash at the end": f"http://localhost:{port}/",
        "spaces": f"  http://localhost:{port} ",
        "capitals": f"HTTP://LocalHost:{port}",
        "its number": f"http://127.0.0.1:{port}",
        "a dot at the end": f"http://localhost.:{port}",
    }
    return [Environment(name, {"AWS_ENDPOINT_URL": text}) for name, text in written.items()]
