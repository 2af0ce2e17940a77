"""Operations on single items and on batches of them."""
