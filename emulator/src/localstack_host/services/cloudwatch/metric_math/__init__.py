"""Metric math: the language of CloudWatch's expressions. Pure functions.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
"""
