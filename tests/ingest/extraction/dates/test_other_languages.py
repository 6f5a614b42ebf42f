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
        ("ru", "Бастовали с июня по август 1905 года.", "с июня по август 1905 года", "1905-06/1905-08"),
        ("ru", "Жили тут с мая 1905 до марта 1906 года.", "с мая 1905 до марта 1906 года", "1905-05/1906-03"),
        ("ru", "Зимой 1962/63 года было голодно.", "Зимой 1962/63 года", "1962-24"),
        ("ru", "Не ранее 1905 года.", "ранее 1905 года", "../1905"),
        ("uk", "Страйкували з червня до серпня 1905 року.", "з червня до серпня 1905 року", "1905-06/1905-08"),
        ("tr", "Kilise 1453'ten önce vardı.", "1453'ten önce", "../1453"),
        ("tr", "Kale 1905 yılından önce yapıldı.", "1905 yılından önce", "../1905"),
        ("fr", "Avant 1453, il y avait un mur.", "Avant 1453", "../1453"),
        ("de", "Die Kirche stand vor 1453.", "vor 1453", "../1453"),
        ("es", "La iglesia existía antes de 1453.", "antes de 1453", "../1453"),
        ("es", "La iglesia cayó antes del año 1453.", "antes del año 1453", "../1453"),
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


@pytest.mark.parametrize(
    ("code", "text", "words", "edtf"),
    [
        ("de", "Die Schule wurde 1998 erbaut.", "1998", "1998"),
        ("de", "In Lahr wurde 1998 eine Schule erbaut.", "1998", "1998"),
        ("de", "1998 eröffnete die Gemeinde eine Schule.", "1998", "1998"),
        ("de", "Zuerst kam sie nach Lahr, 1998 ging sie fort.", "1998", "1998"),
        ("de", "Der Maler starb 1898.", "1898", "1898"),
        ("de", "Die Stadt verlor 1998 ihren Hafen.", "1998", "1998"),
        ("de", "Das 1998 gegründete Bad schloss bald.", "1998", "1998"),
        ("de", "Das Bad, 1998 gegründet, schloss bald.", "1998", "1998"),
        ("de", "Gegen Ende 1998 schloss das Bad.", "Ende 1998", "1998"),
        ("de", "Die Konferenz von 1998 war kurz.", "1998", "1998"),
        ("de", "Die Weltausstellung 1998 war groß.", "1998", "1998"),
        ("fr", "La foire de 1998 fut courte.", "1998", "1998"),
        ("fr", "Les élections municipales de 1998 dans la ville.", "1998", "1998"),
        ("fr", "Le Sommet 1998 fut court.", "1998", "1998"),
        ("es", "La feria de 1998 fue corta.", "1998", "1998"),
        ("es", "Las elecciones municipales del 1998 tras la crisis.", "1998", "1998"),
        ("es", "La Cumbre 1998 fue corta.", "1998", "1998"),
        ("es", "La escuela cerró en el 1998.", "1998", "1998"),
        ("tr", "1998 zirvesi kısa sürdü.", "1998", "1998"),
        ("tr", "1998 Bursa Konferansı kısa sürdü.", "1998", "1998"),
        ("tr", "Okul 1998'e kadar açıktı.", "1998'e", "1998"),
    ],
)
def test_a_bare_year_that_the_grammar_shows_to_be_one(code: str, text: str, words: str, edtf: str) -> None:
    assert [(mention.text, mention.edtf) for mention in find_dates(text, code) if mention.edtf] == [(words, edtf)]


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("de", "Dabei wurden 1500 verletzt, 1998 Besucher flohen."),
        ("de", "2000 wurden verletzt. 1500 waren Frauen."),
        ("de", "Die 1998 verletzten Gäste und rund 2000 andere."),
        ("de", "Er erhielt 1600 von 2000 Stimmen und gewann 1700 Mark."),
        ("de", "Die Auflage betrug 2000. Der Kongress zählte 1500 Gäste."),
        ("de", "Die Summe war 2000, das Ergebnis ist 1998."),
        ("de", "Die Konferenz von 2000 Ärzten war kurz."),
        ("fr", "Un salon de 1500 exposants, une foire de 2000 stands."),
        ("fr", "Une somme de 2000, un prix de 1800, une file de 1500."),
        ("fr", "Le temple existe depuis 2000 ans."),
        ("es", "Una feria de 1500 expositores, un festival de 2000 plazas."),
        ("es", "Una suma de 2000, un premio de 1800, una fila de 1500."),
        ("es", "El templo existe desde hace 2000 años."),
        ("tr", "Fuara 2000'den fazla kişi, 1500'e yakın öğrenci geldi."),
        ("tr", "2000 kongre yapıldı, 1500 sergi açıldı."),
    ],
)
def test_a_bare_number_that_counts(code: str, text: str) -> None:
    assert find_dates(text, code) == []


@pytest.mark.parametrize(
    ("code", "text", "words"),
    [
        ("de", "Der Markt lief zwischen dem 3. und 7. Juni 1995.", "zwischen dem 3. und 7. Juni 1995"),
        ("de", "Der Markt lief zwischen dem 3. und dem 7. Juni 1995.", "zwischen dem 3. und dem 7. Juni 1995"),
        ("fr", "La foire se tint entre le 3 et le 7 juin 1995.", "entre le 3 et le 7 juin 1995"),
        ("es", "La feria fue entre el 3 y el 7 de junio de 1995.", "entre el 3 y el 7 de junio de 1995"),
        ("es", "La feria fue desde el 3 hasta el 7 de junio de 1995.", "desde el 3 hasta el 7 de junio de 1995"),
        ("tr", "Fuar 3 ile 7 Haziran 1995 arasında yapıldı.", "3 ile 7 Haziran 1995"),
        ("tr", "Fuar 3 Haziran ile 7 Haziran 1995 arasında yapıldı.", "3 Haziran ile 7 Haziran 1995"),
        ("ru", "Ярмарка шла между 3 и 7 июня 1995 года.", "между 3 и 7 июня 1995 года"),
        ("uk", "Ярмарок тривав між 3 і 7 червня 1995 року.", "між 3 і 7 червня 1995 року"),
        ("en", "The fair ran between 3 and 7 June 1995.", "between 3 and 7 June 1995"),
        ("en", "The fair ran from 3 to 7 June 1995.", "3 to 7 June 1995"),
        ("az", "Yarmarka 3 ilə 7 iyun 1995-ci il tarixləri arasında keçirildi.", "3 ilə 7 iyun 1995-ci il"),
        ("az", "Yarmarka 1995-ci il iyunun 3-ü ilə 7-si arasında keçirildi.", "1995-ci il iyunun 3-ü ilə 7-si"),
        ("az", "Yarmarka 1995-ci ilin 3 və 7 iyun günləri arasında keçirildi.", "1995-ci ilin 3 və 7 iyun"),
    ],
)
def test_a_range_whose_first_day_is_bare(code: str, text: str, words: str) -> None:
    assert [(mention.text, mention.edtf) for mention in find_dates(text, code)] == [(words, "1995-06-03/1995-06-07")]


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("en", "It closed at the end of 1987."),
        ("en", "It closed in early 1987."),
        ("az", "1987-ci ilin sonunda bağlandı."),
        ("az", "1987-ci ilin əvvəllərində bağlandı."),
        ("tr", "1987 yılının sonunda kapandı."),
        ("de", "Es schloss Ende 1987."),
        ("fr", "Il ferma à la fin de 1987."),
        ("es", "Cerró a finales de 1987."),
    ],
)
def test_a_part_of_a_year_is_that_year(code: str, text: str) -> None:
    """EDTF has no "end of 1987": 1987~ would say that the year is not sure, and months or a quarter are not what the text claims."""
    assert [mention.edtf for mention in find_dates(text, code)] == ["1987"]


def test_a_language_without_a_table_is_read_for_what_is_plain() -> None:
    assert [mention.edtf for mention in find_dates("Gegevens van 2004-11-30 en 30.11.2004.", "nl")] == ["2004-11-30", "2004-11-30"]
