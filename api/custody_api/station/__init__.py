"""The station: pages to work at, from the same server and the same registers as the API.

A page shows what its reader may read, as `custody_api.callers` and the registers decide, and does what it does through
``/v1`` like any other client: what is signed is signed in the browser, with keys that the server never sees. Each area
is a folder with its routes, templates, scripts and catalogue.
"""
