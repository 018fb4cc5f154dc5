"""What can be pressed in a letter of the sandbox: our pages and our addresses, and nothing that leads out of it."""

import pytest

from mailhub.sandbox.links import Block, Draft, Piece, blocks, draft, pieces

BASE = "http://127.0.0.1:8001"


def is_ours(email: str) -> bool:
    return email.lower().endswith("@town.example")


def cut(text: str) -> list[Piece]:
    return list(pieces(text, BASE, is_ours))


def test_our_own_page_can_be_opened_without_the_full_stop_behind_it() -> None:
    assert cut(f"Press {BASE}/a/abc?v=confirm. Thanks") == [
        Piece("Press "),
        Piece(f"{BASE}/a/abc?v=confirm", page=f"{BASE}/a/abc?v=confirm"),
        Piece(". Thanks"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "https://elsewhere.example/a/abc",
        "http://127.0.0.1:80011/a/abc",
        f"{BASE}.elsewhere.example/",
        "javascript:alert(1)",
        "data:text/html,<script>",
        "someone@elsewhere.example",
        "mailto:someone@elsewhere.example?subject=x",
        "<a href='http://elsewhere.example'>x</a>",
    ],
)
def test_nothing_else_can_be_pressed(text: str) -> None:
    assert [piece for piece in cut(text) if piece.page or piece.draft] == []
    assert "".join(piece.text for piece in cut(text)) == text


def test_an_address_of_ours_begins_a_mail() -> None:
    assert cut("write to garden@town.example, please")[1] == Piece(
        "garden@town.example", draft=Draft("garden@town.example")
    )


def test_a_mailto_link_fills_the_form() -> None:
    link = "mailto:u.abc%2Bd@town.example?subject=leave&body=two%20words%0D%0A1+1"
    assert draft(link) == Draft("u.abc+d@town.example", "leave", "two words\r\n1+1")
    assert cut(link)[0].draft == draft(link)


@pytest.mark.parametrize("link", ["mailto:", "mailto:?subject=x", "https://town.example/", ""])
def test_what_names_nobody_begins_no_mail(link: str) -> None:
    assert draft(link) is None


def test_a_letter_is_shown_with_its_quote_and_its_foot_apart() -> None:
    text = 'Yes.\n\nOn Monday Ana wrote:\n> Who comes?\n>\n> I do.\n\n-- \nYou get this because.\nReply "why".'
    assert blocks(text, BASE, is_ours) == [
        Block("text", (Piece("Yes.\n\nOn Monday Ana wrote:"),)),
        Block("quote", (Piece("Who comes?\n\nI do."),)),
        Block("foot", (Piece('You get this because.\nReply "why".'),)),
    ]


def test_lines_that_we_cut_flow_again_and_lines_that_somebody_ended_stay() -> None:
    cut_by_us = "word " * 13 + "seventy\ntwo columns."  # the next word would not have fitted
    [block] = blocks(f"{cut_by_us}\nshort\nlines", BASE, is_ours)
    assert block.pieces[0].text == "word " * 13 + "seventy two columns.\nshort\nlines"


def test_an_empty_letter_has_nothing_to_show() -> None:
    assert blocks("\n\n", BASE, is_ours) == []
