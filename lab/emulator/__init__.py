"""LocalStack on the host: how the lab starts it, and the plugins that it runs with."""
