"""The environment variables of a function, as Lambda defines them.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from localstack_host.server import function_endpoint
from localstack_host.services.lambda_.zygote.confinement import STORES

# Functions get only the endpoint of LocalStack's own variables; the others are for the program that
# starts functions in a container.
INTERNAL = {"EDGE_PORT", "AWS_LAMBDA_FUNCTION_TIMEOUT"}
INTERNAL_PREFIX = "LOCALSTACK_"

LIBRARIES = "LD_LIBRARY_PATH"
"""The folders in which the dynamic loader looks for shared libraries before the system's."""
SYSTEM_LIBRARIES = ("/lib64", "/usr/lib64")


def search_paths(prefix: str = sys.base_prefix) -> dict[str, str]:
    """Lambda's own search paths, as a function of Python 3.13 sees them on AWS.

    An interpreter of a package manager's store has a C library of its own there, and would not
    start with the system's. `prefix` is that of the interpreter.
    """
    system = () if os.path.realpath(prefix).startswith(STORES) else SYSTEM_LIBRARIES
    libraries = (
        *("/var/lang/lib", *system, "/var/runtime", "/var/runtime/lib"),
        *("/var/task", "/var/task/lib", "/opt/lib"),
    )
    return {
        "PATH": "/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin",
        LIBRARIES: ":".join(libraries),
    }


SEARCHED = search_paths()


def function_variables(
    computed: Mapping[str, object], configured: Mapping[str, str], runtime: str
) -> dict[str, str]:
    """The environment of the function's process, without the locations of its files.

    `computed` are LocalStack's variables (region, credentials of the role, log group …).
    `configured` are those of the function's configuration, which take precedence, as in Lambda.
    """
    return (
        {name: str(value) for name, value in computed.items() if not _is_internal(name)}
        | {
            "AWS_ENDPOINT_URL": function_endpoint.url()
            or str(computed.get("AWS_ENDPOINT_URL", "")),
            "AWS_EXECUTION_ENV": f"AWS_Lambda_{runtime}",
            "LANG": "en_US.UTF-8",
        }
        | SEARCHED
        | dict(configured)
    )


def _is_internal(name: str) -> bool:
    return name in INTERNAL or name.startswith(INTERNAL_PREFIX)
