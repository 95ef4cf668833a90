"""Papers drawn from the ledger at a stated position: lists, slips and statements, as data first, then as pages.

`paper` says what a paper is, `sources` reads the ledger, each family of papers has a module that turns an act into
data, `layout` sets it in pages, `drawing` makes the PDF, `catalogue` names every kind.
"""
