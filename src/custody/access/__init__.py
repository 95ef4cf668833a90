"""Who may read what: a caller, the roles his agency has towards a thing, and the named rules over both. Pure."""
