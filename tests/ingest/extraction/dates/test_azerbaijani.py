"""Azerbaijani date expressions, one construction at a time."""

import pytest

from services.ingest.extraction.dates.finder import find_dates


def found(text: str, published: str | None = None) -> list[tuple[str, str | None]]:
    return [(mention.text, mention.edtf) for mention in find_dates(text, "az", published)]


@pytest.mark.parametrize(
    ("text", "words", "edtf"),
    [
        ("Körpü 1884-cü ildə açıldı.", "1884-cü ildə", "1884"),
        ("Yarış 1921-ci ildə martın 5-dən 12-dək keçdi.", "1921-ci ildə martın 5-dən 12-dək", "1921-03-05/1921-03-12"),
        ("Yarış 1921-ci il martın 5-dən aprelin 2-nə qədər keçdi.", "1921-ci il martın 5-dən aprelin 2-nə qədər", "1921-03-05/1921-04-02"),
        ("Körpü 1890-cı ildən işləyir.", "1890-cı ildən", "1890"),
        ("Körpü 1886-cı ilədək tikildi.", "1886-cı ilədək", "1886"),
        ("Körpü 1889- cu ildə açıldı.", "1889- cu ildə", "1889"),
        ("Körpü 1889–cu ildə açıldı.", "1889–cu ildə", "1889"),
        ("Məktəb 1921-ci il mart ayının 4-də açıldı.", "1921-ci il mart ayının 4-də", "1921-03-04"),
        ("1921-ci il 4 mart tarixli məktub.", "1921-ci il 4 mart", "1921-03-04"),
        ("Məktəb 1921-ci ilin martın 4-də açıldı.", "1921-ci ilin martın 4-də", "1921-03-04"),
        ("Məktəb 4 mart 1921-ci ildə açıldı.", "4 mart 1921-ci ildə", "1921-03-04"),
        ("Məktəb 4 Mart 1921 günü açıldı.", "4 Mart 1921", "1921-03-04"),
        ("Yanğın 1921-ci il (martın 4-də) baş verdi.", "1921-ci il (martın 4-də", "1921-03-04"),
        ("Fərman 15 (28) may 1918-ci ildə verildi.", "15 (28) may 1918-ci ildə", "1918-05-28"),
        ("Fərman 1918-ci il mayın 15-də (28-də) verildi.", "1918-ci il mayın 15-də (28-də)", "1918-05-28"),
        ("Məktub 04.03.1921 tarixlidir.", "04.03.1921", "1921-03-04"),
        ("Məktub 04. 03. 1921 tarixlidir.", "04. 03. 1921", "1921-03-04"),
        ("Yağış 1977-ci ilin oktyabrında yağdı.", "1977-ci ilin oktyabrında", "1977-10"),
        ("Yağış 1977-ci il oktyabr ayında yağdı.", "1977-ci il oktyabr ayında", "1977-10"),
        ("Yağış iyun 1977-ci ildə yağdı.", "iyun 1977-ci ildə", "1977-06"),
        ("YAĞIŞ 1977-Cİ İLİN İYULUNDA YAĞDI.", "1977-Cİ İLİN İYULUNDA", "1977-07"),
        ("Bağ 1977-ci ilin yazında salındı.", "1977-ci ilin yazında", "1977-21"),
        ("Qala XII əsrdə tikilib.", "XII əsrdə", "11XX"),
        ("Qala 12-ci əsrin əvvəllərində tikilib.", "12-ci əsrin", "11XX"),
        ("Qala on beşinci əsrdə yox, beşinci əsrdə tikilib.", "beşinci əsrdə", "04XX"),
        ("Qala e.ə. VI əsrin əvvəllərində tikilib.", "e.ə. VI əsrin", "-05XX"),
        ("Qala eramızdan əvvəl 5-ci əsrdə tikilib.", "eramızdan əvvəl 5-ci əsrdə", "-04XX"),
        ("Döyüş e.ə. 331-ci ildə oldu.", "e.ə. 331-ci ildə", "-0330"),
        ("Kino 1930-cu illərin sonunda yayıldı.", "1930-cu illərin", "193X"),
        ("Qala təxminən 1200-cü ildə tikilib.", "təxminən 1200-cü ildə", "1200~"),
        ("Qala 1200-cü ilə yaxın tikilib.", "1200-cü ilə yaxın", "1200~"),
        ("Gəlir 2014-cü illə müqayisədə artıb.", "2014-cü illə", "2014"),
        ("Məktəb 1921-ci ildə, martın 4-də açıldı.", "1921-ci ildə, martın 4-də", "1921-03-04"),
        ("Kino XX əsrin 30-cu illərinin sonlarında yayıldı.", "XX əsrin 30-cu illərinin", "193X"),
    ],
)
def test_an_expression_that_says_it_all(text: str, words: str, edtf: str) -> None:
    mention = next(mention for mention in find_dates(text, "az") if mention.text == words)
    assert (mention.edtf, mention.derivation) == (edtf, "explicit")


@pytest.mark.parametrize(
    ("text", "words", "edtf"),
    [
        ("Sərgi 1995-ci il iyunun 9–10-da keçirildi.", "1995-ci il iyunun 9–10-da", "1995-06-09/1995-06-10"),
        ("Sərgi 9-10 iyun 1995-ci ildə keçirildi.", "9-10 iyun 1995-ci ildə", "1995-06-09/1995-06-10"),
        ("Sərgi 1995-ci il 31 may-2 iyun tarixlərində keçirildi.", "1995-ci il 31 may-2 iyun", "1995-05-31/1995-06-02"),
        ("Sərgi 1995-ci il dekabr–yanvar aylarında keçirildi.", "1995-ci il dekabr–yanvar aylarında", "1995-12/1996-01"),
        ("O, 1512–1520-ci illərdə hökm sürdü.", "1512–1520-ci illərdə", "1512/1520"),
        ("O, 1989-92-ci illərdə oxudu.", "1989-92-ci illərdə", "1989/1992"),
        ("O, 1512-ci ildən 1520-ci ilədək hökm sürdü.", "1512-ci ildən 1520-ci ilədək", "1512/1520"),
        ("O, 1512-ci ildən 1520-ci ilə qədər hökm sürdü.", "1512-ci ildən 1520-ci ilə", "1512/1520"),
        ("O, 1512-ci il ilə 1520-ci il arasında hökm sürdü.", "1512-ci il ilə 1520-ci il", "1512/1520"),
        (
            "Sərgi 1941-ci ilin iyunundan 1945-ci ilin mayınadək bağlı idi.",
            "1941-ci ilin iyunundan 1945-ci ilin mayınadək",
            "1941-06/1945-05",
        ),
        ("Sərgi 1941-ci ilin iyunundan avqusta qədər bağlı idi.", "1941-ci ilin iyunundan avqusta", "1941-06/1941-08"),
        ("Qızıl dövr (1512–1520) qısa oldu.", "1512–1520", "1512/1520"),
        ("Sənət XX əsrin 60–70-ci illərində gəlişdi.", "XX əsrin 60–70-ci illərində", "196X/197X"),
        ("Sənət XII–XIV əsrlərdə gəlişdi.", "XII–XIV əsrlərdə", "11XX/13XX"),
        ("Sənət bizim eranın II–III əsrlərində gəlişdi.", "bizim eranın II–III əsrlərində", "01XX/02XX"),
        ("Mühasirə 1809-cu il mayın 17-dən iyunun 2-dək çəkdi.", "1809-cu il mayın 17-dən iyunun 2-dək", "1809-05-17/1809-06-02"),
    ],
)
def test_a_range_has_an_interval_and_two_ends(text: str, words: str, edtf: str) -> None:
    [mention] = find_dates(text, "az")
    assert (mention.text, mention.edtf) == (words, edtf)
    assert [end.edtf for end in mention.ends] == edtf.split("/")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2006, 2009 və 2012-ci illərdə görüşdülər.", [("2006", "2006"), ("2009", "2009"), ("2012-ci illərdə", "2012")]),
        ("1905-ci və 1910-cu illərdə görüşdülər.", [("1905-ci", "1905"), ("1910-cu illərdə", "1910")]),
        ("1940 və 1950-ci illərdə görüşdülər.", [("1940", "194X"), ("1950-ci illərdə", "195X")]),
        ("Dağıldı və 1960-cı illərdə yenidən tikildi.", [("1960-cı illərdə", "196X")]),
        ("Tikilib, 1980-ci illərin sonunda bağlanıb.", [("1980-ci illərin", "198X")]),
        ("XV və XVI əsrlərdə tikilib.", [("XV", "14XX"), ("XVI əsrlərdə", "15XX")]),
    ],
)
def test_a_list_is_several_dates(text: str, expected: list[tuple[str, str]]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    ("text", "words", "edtf", "derivation"),
    [
        ("1901-ci ildə qəbul edildi. Həmin ilin iyununda ləğv olundu.", "Həmin ilin iyununda", "1901-06", 'same year as "1901-ci ildə"'),
        ("1901-ci ildə qəbul edildi. Elə həmin il ləğv olundu.", "Elə həmin il", "1901", 'same year as "1901-ci ildə"'),
        (
            "1901-ci ildə qəbul edildi. Növbəti ilin may ayında ləğv olundu.",
            "Növbəti ilin may ayında",
            "1902-05",
            'relative to "1901-ci ildə"',
        ),
        (
            "1901-ci il mayın 30-da çıxdılar. On gündən sonra çatdılar.",
            "On gündən sonra",
            "1901-06-09",
            'relative to "1901-ci il mayın 30-da"',
        ),
        ("1901-ci il mayın 30-da çıxdılar. Ertəsi gün çatdılar.", "Ertəsi gün", "1901-05-31", 'relative to "1901-ci il mayın 30-da"'),
        (
            "1901-ci ildə qərar verildi. İyunun 9–10-da toplandılar.",
            "İyunun 9–10-da",
            "1901-06-09/1901-06-10",
            'year from narrative "1901-ci ildə"',
        ),
        ("1901-ci ildə nazirliyin 23 iyun, 522 nömrəli qərarı çıxdı.", "23 iyun", "1901-06-23", 'same year as "1901-ci ildə"'),
        ("2005-ci ildə qayıtdı. 80-ci illərdə xaricdə idi.", "80-ci illərdə", "198X", 'century from narrative "2005-ci ildə"'),
        ("80-ci illərin sonunda getdi, 1995-ci ildə qayıtdı.", "80-ci illərin", "198X", 'century from narrative "1995-ci ildə"'),
    ],
)
def test_an_expression_that_leans_on_another(text: str, words: str, edtf: str, derivation: str) -> None:
    mention = next(mention for mention in find_dates(text, "az") if mention.text == words)
    assert (mention.edtf, mention.derivation) == (edtf, derivation)
    assert mention.anchor is not None
    assert f'"{text[slice(*mention.anchor)]}"' in derivation


def test_a_relative_expression_takes_the_date_that_explains_it() -> None:
    text = "1989-cu il martın 3-də getdi. On gündən sonra – 1991-ci il may ayının 26-da qayıtdı."
    assert ("On gündən sonra", "1991-05-26") in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "12 Mart faciəsi unudulmur.",
        "5 İyun bütün şəhərdə qeyd olunur.",
        "Məclis iyunun 5-ni bayram elan etdi.",
        "5 iyun – Bağbanlar Günü təntənəli keçdi.",
        "Hər il 5 iyun bağda toplanırlar.",
        "Düşərgə iyulda keçiriləcək.",
        "Hazırda işləyirlər.",
        "Bu il də gələcəklər.",
    ],
)
def test_what_is_not_known_stays_open(text: str) -> None:
    [mention] = find_dates("1950-ci ildə yağdı. " + text, "az")[1:]
    assert (mention.edtf, mention.derivation) == (None, "unresolved")


def test_a_name_with_its_year_is_dated() -> None:
    assert found("1911-ci il 12 Mart faciəsi unudulmur.") == [("1911-ci il 12 Mart", "1911-03-12")]


@pytest.mark.parametrize(
    "text",
    [
        "522 nömrəli qərar çıxdı.",
        "1998 nəfər gəldi.",
        "2000 manat verdilər.",
        "3-cü konqres keçirildi.",
        "1 000 nəfər gəldi.",
        "V qurultay keçirildi.",
        "44 günlük yürüş başladı.",
        "20 ildən artıq gözlədilər.",
        "907-ci maddə ləğv olundu.",
    ],
)
def test_numbers_that_are_no_dates(text: str) -> None:
    assert found("1950-ci ildə yağdı. " + text) == [("1950-ci ildə", "1950")]


@pytest.mark.parametrize("suffix", ["ı", "i", "u", "ü"])
@pytest.mark.parametrize("dash", ["-", "–", "‑", "- ", " - ", " "])
def test_every_vowel_and_every_hyphen(suffix: str, dash: str) -> None:
    assert [edtf for _, edtf in found(f"Bağ 1996{dash}c{suffix} ildə salındı.")] == ["1996"]


@pytest.mark.parametrize(
    ("text", "words", "edtf"),
    [
        ("Dünən görüş oldu.", "Dünən", "2024-05-15"),
        ("Bu ilin martında görüş oldu.", "Bu ilin martında", "2024-03"),
        ("Keçən il görüş oldu.", "Keçən il", "2023"),
        ("Görüş mayın 3-də oldu.", "mayın 3-də", "2024-05-03"),
    ],
)
def test_news_count_from_their_day(text: str, words: str, edtf: str) -> None:
    [mention] = find_dates(text, "az", "2024-05-16")
    assert (mention.text, mention.edtf, mention.derivation) == (words, edtf, "relative to publication")


@pytest.mark.parametrize(
    ("text", "words", "edtf"),
    [
        ("1988-ci ilin mayında 5 mühəndis gəldi.", "1988-ci ilin mayında", "1988-05"),
        ("1988-ci ilin may ayında 5 mühəndis gəldi.", "1988-ci ilin may ayında", "1988-05"),
        ("1988-ci ilin mayından 5 mühəndis işləyir.", "1988-ci ilin mayından", "1988-05"),
        ("1988-ci il mayın 5-də mühəndislər gəldi.", "1988-ci il mayın 5-də", "1988-05-05"),
        ("1988-ci il may ayının 5-də mühəndislər gəldi.", "1988-ci il may ayının 5-də", "1988-05-05"),
    ],
)
def test_only_a_month_in_the_genitive_has_days(text: str, words: str, edtf: str) -> None:
    assert [(mention.text, mention.edtf) for mention in find_dates(text, "az")] == [(words, edtf)]


def test_a_count_from_something_is_not_one_from_the_date_before_it() -> None:
    mentions = find_dates("Dəyirman 1970-ci ildə tikildi. Yanğından beş il sonra satıldı.", "az")
    assert [mention.edtf for mention in mentions] == ["1970", None]
