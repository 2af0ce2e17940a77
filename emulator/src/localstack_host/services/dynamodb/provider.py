"""The entry points: PROVIDER_OVERRIDE_DYNAMODB=host and PROVIDER_OVERRIDE_DYNAMODBSTREAMS=host.

Streams must come from the engine that has the tables. LocalStack's own provider for them would
download a Kinesis server instead.
"""

from __future__ import annotations

from localstack.services.plugins import Service, aws_provider

from localstack_host.host import dynamodb_engine


@aws_provider(api="dynamodb", name="host")  # type: ignore[untyped-decorator]
def dynamodb() -> Service:
    """DynamoDB on the engine that this emulator was started with."""
    chosen = dynamodb_engine.from_variables()
    if chosen.name == dynamodb_engine.LOCAL:
        from localstack_host.services.dynamodb import local_engine

        return local_engine.tables(chosen)
    from localstack_host.services.dynamodb import moto_engine

    return moto_engine.tables()


@aws_provider(api="dynamodbstreams", name="host")  # type: ignore[untyped-decorator]
def dynamodbstreams() -> Service:
    """DynamoDB Streams on the same engine."""
    chosen = dynamodb_engine.from_variables()
    if chosen.name == dynamodb_engine.LOCAL:
        from localstack_host.services.dynamodb import local_engine

        return local_engine.streams(chosen)
    from localstack_host.services.dynamodb import moto_engine

    return moto_engine.streams()
