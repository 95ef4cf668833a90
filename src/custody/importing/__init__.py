"""Importing an older register or another system's list: tables read line by line, problems named, drafts made.

Nothing here touches a ledger: what is read becomes drafts of acts, which people sign as any others. What happened long
ago is recorded late, and the ledger says so by its own defects.
"""
