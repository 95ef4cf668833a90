"""``custody station``: scanning and signing in a terminal, for a counter without a browser.

`flows` says what each act asks for, `sheet` is an act being prepared, `views` are what stands on the screen and what
comes of every scan and answer; none of them knows a terminal. `app` draws them with Textual.
"""
