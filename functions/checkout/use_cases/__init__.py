"""One file for each thing the checkout does. They know the domain and the ports."""
