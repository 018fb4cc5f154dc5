"""Publishing what organisers wrote, from the content folder or from a mail: what it would change, and making it so.

A mail with files goes five steps: which files they are (`mailed`), what they say beside what runs (`reading`), who may
publish them (`rights`), what that would change (`planning`, with `samples`), and the question whose answer does it
(`drafts`).
"""
