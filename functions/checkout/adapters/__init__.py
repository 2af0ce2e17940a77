"""The ports, on AWS: DynamoDB, Step Functions, EventBridge, SES, SSM. All of boto3 is here."""
