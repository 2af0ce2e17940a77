"""The entry points: PROVIDER_OVERRIDE_DYNAMODB=lab and PROVIDER_OVERRIDE_DYNAMODBSTREAMS=lab.

Streams must come from the engine that has the tables. LocalStack's own provider for them would
download a Kinesis server instead.
"""

from __future__ import annotations

from localstack.services.plugins import Service, aws_provider

from lab.emulator.dynamodb import engine


@aws_provider(api="dynamodb", name="lab")  # type: ignore[untyped-decorator]
def dynamodb() -> Service:
    """DynamoDB on the engine that the lab has chosen for this emulator."""
    chosen = engine.from_variables()
    if chosen.name == engine.LOCAL:
        from lab.emulator.dynamodb import local_engine

        return local_engine.tables(chosen)
    from lab.emulator.dynamodb import moto_engine

    return moto_engine.tables()


@aws_provider(api="dynamodbstreams", name="lab")  # type: ignore[untyped-decorator]
def dynamodbstreams() -> Service:
    """DynamoDB Streams on the same engine."""
    chosen = engine.from_variables()
    if chosen.name == engine.LOCAL:
        from lab.emulator.dynamodb import local_engine

        return local_engine.streams(chosen)
    from lab.emulator.dynamodb import moto_engine

    return moto_engine.streams()
