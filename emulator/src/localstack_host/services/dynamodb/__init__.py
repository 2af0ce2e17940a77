"""DynamoDB for the emulator: Amazon's DynamoDB Local where it can run, moto's engine elsewhere."""
