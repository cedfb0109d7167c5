"""The pictures of the wall screen in docs/board."""

from tests.browser.pictures import FOLDER, INDEX, LOOKS, index_document, name_of


def test_the_pictures_show_the_wall_screen_as_it_is_now() -> None:
    assert INDEX.read_text("utf-8") == index_document(), "run `make pictures`"
    assert {path.name for path in FOLDER.glob("*.png")} == {name_of(*look) for look in LOOKS}
