"""The report of a bundle: what a judge, a defence and a prosecutor read, drawn from the acts that the bundle proves.

It is for people and proves nothing by itself; its last chapter says how to check what it says without this software.
"""
