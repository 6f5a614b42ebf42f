"""Dates in the languages that are covered for dates in full, ranges, decades, centuries and years before the common era."""

import pytest

from services.ingest.extraction.dates.finder import find_dates


@pytest.mark.parametrize(
    ("code", "text", "words", "edtf"),
    [
        ("ru", "Мост открыли 4 марта 1921 года.", "4 марта 1921 года", "1921-03-04"),
        ("ru", "Мост открыли 04.03.1921 г. утром.", "04.03.1921 г.", "1921-03-04"),
        ("ru", "Ярмарка прошла 9–10 июня 1995 г. в парке.", "9–10 июня 1995 г.", "1995-06-09/1995-06-10"),
        ("ru", "Осада шла с 17 мая по 2 июня 1809 года.", "с 17 мая по 2 июня 1809 года", "1809-05-17/1809-06-02"),
        ("ru", "Дожди шли в октябре 1977 года.", "октябре 1977 года", "1977-10"),
        ("ru", "Мельница закрылась в 1907 году.", "1907 году", "1907"),
        ("ru", "Он правил в 1512—1520 годах.", "1512—1520 годах", "1512/1520"),
        ("ru", "Цены росли в 1980-х годах.", "1980-х годах", "198X"),
        ("ru", "Кино 30-х годов XX века.", "30-х годов XX века", "193X"),
        ("ru", "Крепость XII века.", "XII века", "11XX"),
        ("ru", "Искусство XII—XIV веков.", "XII—XIV веков", "11XX/13XX"),
        ("ru", "Битва 331 года до н. э. решила всё.", "331 года до н. э.", "-0330"),
        ("ru", "Стены V века до нашей эры.", "V века до нашей эры", "-04XX"),
        ("uk", "Міст відкрили 4 березня 1921 року.", "4 березня 1921 року", "1921-03-04"),
        ("uk", "Дощі йшли у жовтні 1977 року.", "жовтні 1977 року", "1977-10"),
        ("uk", "Ярмарок 9–10 червня 1995 року.", "9–10 червня 1995 року", "1995-06-09/1995-06-10"),
        ("uk", "Млин закрили в 1907 році.", "1907 році", "1907"),
        ("uk", "Правив у 1512–1520 роках.", "1512–1520 роках", "1512/1520"),
        ("uk", "Ціни зростали в 1980-х роках.", "1980-х роках", "198X"),
        ("uk", "Фортеця XII століття.", "XII століття", "11XX"),
        ("uk", "Битва 331 року до н. е. була останньою.", "331 року до н. е.", "-0330"),
        ("tr", "Köprü 4 Mart 1921'de açıldı.", "4 Mart 1921'de", "1921-03-04"),
        ("tr", "Köprü 4 Mart 1921 tarihinde açıldı.", "4 Mart 1921", "1921-03-04"),
        ("tr", "Fuar 9-10 Haziran 1995 tarihlerinde yapıldı.", "9-10 Haziran 1995", "1995-06-09/1995-06-10"),
        ("tr", "Yağmur Ekim 1977'de yağdı.", "Ekim 1977'de", "1977-10"),
        ("tr", "Yağmur 1977 yılının ekim ayında yağdı.", "1977 yılının ekim ayında", "1977-10"),
        ("tr", "Değirmen 1907 yılında kapandı.", "1907 yılında", "1907"),
        ("tr", "Değirmen 1907’de kapandı.", "1907’de", "1907"),
        ("tr", "Padişah 1512-1520 yıllarında hüküm sürdü.", "1512-1520 yıllarında", "1512/1520"),
        ("tr", "Fiyatlar 1980'lerde arttı.", "1980'lerde", "198X"),
        ("tr", "Kale 12. yüzyılda yapıldı.", "12. yüzyılda", "11XX"),
        ("tr", "Surlar MÖ 5. yüzyıldan kalma.", "MÖ 5. yüzyıldan", "-04XX"),
        ("tr", "Savaş MÖ 331 yılında oldu.", "MÖ 331 yılında", "-0330"),
        ("fr", "Le pont fut ouvert le 4 mars 1921.", "4 mars 1921", "1921-03-04"),
        ("fr", "Ouvert le 1er mai 1921.", "1er mai 1921", "1921-05-01"),
        ("fr", "La foire des 9-10 juin 1995.", "9-10 juin 1995", "1995-06-09/1995-06-10"),
        ("fr", "Le siège dura du 17 mai au 2 juin 1809.", "du 17 mai au 2 juin 1809", "1809-05-17/1809-06-02"),
        ("fr", "Il plut en octobre 1977.", "octobre 1977", "1977-10"),
        ("fr", "Le moulin ferma en 1907.", "1907", "1907"),
        ("fr", "Il régna de 1512 à 1520.", "de 1512 à 1520", "1512/1520"),
        ("fr", "Les prix des années 1980.", "des années 1980", "198X"),
        ("fr", "Un château du XIIe siècle.", "du XIIe siècle", "11XX"),
        ("fr", "La bataille de 331 av. J.-C. fut décisive.", "331 av. J.-C.", "-0330"),
        ("de", "Die Brücke wurde am 4. März 1921 eröffnet.", "4. März 1921", "1921-03-04"),
        ("de", "Eröffnet am 4.3.1921 mittags.", "4.3.1921", "1921-03-04"),
        ("de", "Der Markt vom 9.–10. Juni 1995.", "9.–10. Juni 1995", "1995-06-09/1995-06-10"),
        ("de", "Es regnete im Oktober 1977.", "Oktober 1977", "1977-10"),
        ("de", "Die Mühle schloss im Jahr 1907.", "1907", "1907"),
        ("de", "Er herrschte von 1512 bis 1520.", "von 1512 bis 1520", "1512/1520"),
        ("de", "Preise der 1980er Jahre.", "der 1980er Jahre", "198X"),
        ("de", "Eine Burg aus dem 12. Jahrhundert.", "12. Jahrhundert", "11XX"),
        ("de", "Die Schlacht 331 v. Chr. entschied.", "331 v. Chr.", "-0330"),
        ("es", "El puente se abrió el 4 de marzo de 1921.", "4 de marzo de 1921", "1921-03-04"),
        ("es", "La feria del 9 al 10 de junio de 1995.", "del 9 al 10 de junio de 1995", "1995-06-09/1995-06-10"),
        ("es", "Llovió en octubre de 1977.", "octubre de 1977", "1977-10"),
        ("es", "El molino cerró en 1907.", "1907", "1907"),
        ("es", "Reinó de 1512 a 1520.", "de 1512 a 1520", "1512/1520"),
        ("es", "Los precios de la década de 1980.", "la década de 1980", "198X"),
        ("es", "Un castillo del siglo XII.", "del siglo XII", "11XX"),
        ("es", "La batalla del 331 a. C. fue decisiva.", "331 a. C.", "-0330"),
    ],
)
def test_an_expression_that_says_it_all(code: str, text: str, words: str, edtf: str) -> None:
    assert [(mention.text, mention.edtf) for mention in find_dates(text, code)] == [(words, edtf)]


@pytest.mark.parametrize(
    ("code", "text", "edtf"),
    [
        ("ru", "Закон 1901 года отменили в июне того же года.", "1901-06"),
        ("uk", "Закон 1901 року скасували в червні того ж року.", "1901-06"),
        ("tr", "Yasa 1901 yılında çıktı, aynı yıl haziran ayında kalktı.", "1901-06"),
        ("fr", "La loi de mai 1901 fut abrogée en juin de la même année.", "1901-06"),
        ("de", "Das Gesetz vom Mai 1901 fiel im Juni desselben Jahres.", "1901-06"),
        ("es", "La ley de mayo de 1901 cayó en junio del mismo año.", "1901-06"),
    ],
)
def test_the_same_year(code: str, text: str, edtf: str) -> None:
    mention = find_dates(text, code)[-1]
    assert mention.edtf == edtf
    assert mention.derivation.startswith('same year as "')


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("ru", "Закон № 1939 и 2001 делегат, 1 000 человек."),
        ("uk", "Закон № 1939 і 2001 делегат, 1 000 людей."),
        ("tr", "1939 sayılı yasa, 2001 delege, 1.000 kişi."),
        ("fr", "La loi n° 1939, 2001 délégués, 1 000 personnes."),
        ("de", "Gesetz Nr. 1939, 2001 Delegierte, 1.000 Menschen."),
        ("es", "La ley n.º 1939, 2001 delegados, 1.000 personas."),
    ],
)
def test_numbers_that_are_no_dates(code: str, text: str) -> None:
    assert find_dates(text, code) == []


def test_a_language_without_a_table_is_read_for_what_is_plain() -> None:
    assert [mention.edtf for mention in find_dates("Gegevens van 2004-11-30 en 30.11.2004.", "nl")] == ["2004-11-30", "2004-11-30"]
