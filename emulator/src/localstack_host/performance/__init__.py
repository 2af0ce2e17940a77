"""What LocalStack computes again and again, computed once."""
