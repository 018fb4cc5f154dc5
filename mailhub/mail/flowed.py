"""Paragraphs that a sender broke into lines and marked so that they can be joined again (RFC 3676)."""


def unflow(text: str, delete_space: bool) -> str:
    """Join flowed lines of one quote depth; quotes keep their ">" marks, the signature line stays alone."""
    lines: list[str] = []
    begun: list[str] = []  # the pieces of a paragraph that goes on
    depth_begun = 0
    for line in text.split("\n"):
        said = line.lstrip(">") if line.startswith(">") else line
        depth = len(line) - len(said)
        said = said.removeprefix(" ")  # space-stuffed
        is_signature = said == "-- "
        if begun and (depth != depth_begun or is_signature):
            lines.append(_quoted("".join(begun), depth_begun))
            begun = []
        if said.endswith(" ") and not is_signature:
            begun.append(said[:-1] if delete_space else said)
            depth_begun = depth
        elif begun:
            lines.append(_quoted("".join([*begun, said]), depth))
            begun = []
        else:
            lines.append(_quoted(said, depth))
    if begun:
        lines.append(_quoted("".join(begun), depth_begun))
    return "\n".join(lines)


def _quoted(said: str, depth: int) -> str:
    return f"{'>' * depth} {said}" if depth else said
