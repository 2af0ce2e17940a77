"""The shop in the browser, at one address of this machine; customers sign in there, too."""
