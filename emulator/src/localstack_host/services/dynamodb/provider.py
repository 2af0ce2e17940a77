"""The entry points: PROVIDER_OVERRIDE_DYNAMODB=host and PROVIDER_OVERRIDE_DYNAMODBSTREAMS=host.

Streams must come from the engine that has the tables. LocalStack's own provider for them would
download a Kinesis server instead.
"""

from __future__ import annotations

from localstack_host.host import dynamodb_engine
from localstack_host.localstack_api import Service, provides


@provides("dynamodb")
def dynamodb() -> Service:
    """DynamoDB on the engine that this emulator was started with."""
    chosen = dynamodb_engine.from_variables()
    if chosen.name == dynamodb_engine.LOCAL:
        from localstack_host.services.dynamodb import local_engine

        return local_engine.tables(chosen)
    from localstack_host.services.dynamodb import moto_engine

    return moto_engine.tables()


@provides("dynamodbstreams")
def dynamodbstreams() -> Service:
    """DynamoDB Streams on the same engine."""
    chosen = dynamodb_engine.from_variables()
    if chosen.name == dynamodb_engine.LOCAL:
        from localstack_host.services.dynamodb import local_engine

        return local_engine.streams(chosen)
    from localstack_host.services.dynamodb import moto_engine

    return moto_engine.streams()
