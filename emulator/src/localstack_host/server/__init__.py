"""The HTTP server in front of LocalStack: a thread for each connection.

LocalStack's own, on Twisted, hands each request to another thread and each part of the answer back
again, and parses headers as if they were a mail's. That was more than half of what the emulator's
processor did (docs/performance.md).
"""
