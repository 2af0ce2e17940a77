"""Services that LocalStack does not have, and moto does: one mechanism for all of them."""
