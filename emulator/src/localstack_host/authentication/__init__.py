"""Who a request comes from: what it must carry, and what AWS serves to those who carry nothing."""
