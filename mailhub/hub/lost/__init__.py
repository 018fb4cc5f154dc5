"""The lost mailbox: somebody writes from an address we do not know, and says who they are.

Four steps, each a question: they prove that they read the new mailbox (`claiming`); an organiser of their group who has
spoken with them vouches (`vouching`); the address on record may say no for three days, then mail goes to the new one,
and for two weeks it may still take that back (`moving`, `recent`). Whoever claims hears the same words at the same
moments whether we know anybody so called or not.
"""
