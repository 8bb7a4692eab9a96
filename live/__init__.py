"""Pushes a bell to open pages: "something changed, fetch it". It carries no content, so it can leak none.

The floors announce changes (`announcing`), pages carry a signed token for what they may listen to (`tokens`), and
`app` is the ASGI program between the two. It imports no view and no model.
"""
