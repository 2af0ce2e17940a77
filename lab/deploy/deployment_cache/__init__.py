"""Deployments that this machine has made on an empty emulator, and restores to the next one.

A deploy on an empty emulator has the same result each time, as long as everything that decides it
is the same. The state of the emulator after `terraform apply` is kept in the user's cache folder,
for all checkouts, under a hash of all of that. No secret of a shop is in it: the lab makes the
API key after that, for each emulator anew, and publishes its own key of tokens.
"""
