"""The HTTP server in front of LocalStack: a thread for each connection.

LocalStack's own server, on Twisted, hands each request to another thread, hands each part of the
response back, and parses headers with the parser for e-mail. That took more than half of the
emulator's processor time (docs/performance.md).
"""
