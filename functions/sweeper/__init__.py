"""What nobody finished."""
