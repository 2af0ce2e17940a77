"""The entry point: LocalStack runs this hook when it starts."""

from __future__ import annotations

from typing import Any

from localstack.runtime import hooks


@hooks.on_infra_start()  # type: ignore[untyped-decorator]
def ask_who_it_is() -> None:
    """Puts the gate into the chain of handlers, and before the pages that go round it."""
    from localstack.aws.handlers import auth, internal_requests, service

    from localstack_host.authentication import gate, internal_resources

    first: Any = internal_requests.InternalRequestParamsEnricher
    first.__call__ = gate.trusts_only_itself(first.__call__)
    naming: Any = service.ServiceNameParser
    naming.__call__ = gate.names_a_service(naming.__call__)
    signing: Any = auth.MissingAuthHeaderInjector
    signing.__call__ = gate.asks_for_credentials(signing.__call__)
    parsing: Any = service.ServiceRequestParser
    parsing.__call__ = gate.serves_nobody_more_than_aws(parsing.__call__)
    rendering: Any = service.ServiceExceptionSerializer
    rendering.create_exception_response = gate.reads_tokens(rendering.create_exception_response)
    internal_resources.ask_who_it_is()
