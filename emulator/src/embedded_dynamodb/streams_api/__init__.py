"""The DynamoDB Streams API: who reads the logs of changes."""
