"""The steps that charge and refund money."""
