"""The language of a text: what shows it plainly, and that the model says the same."""

import subprocess
import sys

import pytest
from py3langid import classify

from services.ingest.parsing import language
from services.ingest.parsing.language import detect_language

ENGLISH = (
    "The mill of Orr stood on the bank of the river, and the miller lived beside it. In the spring of each year the water rose over the "
    "meadows and the wheel stood still. The oldest of the account books, found in the attic, tells of barley and of rye, of the price of "
    "salt and of a flood that carried away the bridge and the chapel."
)
AZERBAIJANI = "Kənddə köhnə dəyirman çayın kənarında idi və dəyirmançı onun yanında yaşayırdı. Hər il yazda su çəmənliyə qalxırdı."
TURKISH = "Köyün eski değirmeni nehrin kıyısında dururdu ve değirmenci onun yanında yaşardı. Her yıl baharda su çayıra kadar yükselirdi."
DUTCH = "De oude molen van het dorp stond aan de oever van de rivier en de molenaar woonde ernaast. In het voorjaar steeg het water."


@pytest.mark.parametrize(("text", "code"), [(ENGLISH, "en"), (AZERBAIJANI, "az"), (TURKISH, "tr"), (DUTCH, "nl")])
def test_the_signs_and_the_model_agree(text: str, code: str) -> None:
    assert detect_language(text) == code
    assert classify(text)[0] == code


@pytest.mark.parametrize(("text", "loads"), [(ENGLISH, False), (AZERBAIJANI, False), (TURKISH, True)])
def test_what_shows_plainly_loads_no_model(text: str, loads: bool) -> None:
    code = (
        "import sys; from services.ingest.parsing.language import detect_language as find; find(sys.argv[1]); "
        "print('py3langid' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code, text], capture_output=True, text=True, check=True).stdout == f"{loads}\n"


@pytest.mark.parametrize("text", [f"{TURKISH} {AZERBAIJANI[:30]}", f"{DUTCH} The end of the story and the song.", "ə", ""])
def test_a_few_signs_show_nothing(text: str) -> None:
    assert language._plain(text) is None
