"""DynamoDB and its streams for the emulator: `embedded_dynamodb` behind LocalStack's gateway."""
