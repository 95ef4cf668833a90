"""The routes, one module by subject; each is thin: read the request, ask the ledger, shape the answer."""
