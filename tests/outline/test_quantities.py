"""What numbers, units, rates and dates say, and which say the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outline.quantities import find_quantities, quantity_mentions
from outline.quantities.differences import compare
from outline.quantities.matching import Text


def differences(source: str, outline: str) -> set[str]:
    texts = (Text(text, find_quantities(text)) for text in (source, outline))
    return set().union(*compare(*texts))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        # numerals
        ("twenty-five", "25"),
        ("two hundred and fifty mg", "250 mg"),
        ("two point five", "2.5"),
        ("2,6 today", "2.6 today"),
        ("crp 0·5", "CRP 0.5"),
        ("4.1 lakh", "410,000"),
        ("1,00,000 units", "100000 IU"),
        ("60k iu", "60 000 IU"),
        ("half a dozen", "6"),
        ("3 and half", "3½"),
        ("grade three", "grade III"),
        ("-2.7", "minus 2.7"),
        # units
        ("0.5 g", "500 mg"),
        ("0.125 mg", "125 µg"),
        ("a litre and a half", "1500 ml"),
        ("2 tsf", "10 ml"),
        ("100.4 °F", "38 °C"),
        ("48 hours", "2 days"),
        ("a fortnight's course", "a 14-day course"),
        ("12 months", "1 seizure-free year"),
        ("for 6/12", "for six months"),
        ("36+4 weeks", "36 weeks and 4 days"),
        ("2 pounds 8 ounces", "2.5 pounds"),
        ("mg per 5 ml: 120 mg per 5 ml", "mg per 5 ml: 120 mg/5 ml"),
        ("5.9 meq per litre", "5.9 mEq/L"),
        ("14 g/dl", "140 g/l"),
        ("bp 140 over 90", "140/90 mmHg"),
        ("pulse 70 per minute", "70 bpm"),
        ("9 x 5 x 4 cm", "9 × 5 × 4 cm"),
        ("two 500 mg tablets", "2 tablets of 500 mg"),
        ("10 puffs of blue", "ten blue puffs"),
        ("more than 3 times", "more than three vomits"),
        ("platelets 150 x 10^9/L", "platelets 150 × 10⁹/l"),
        ("1 terabyte", "1000 GB"),
        ("2.4 GHz", "2400MHz"),
        ("$5,000", "5000 dollars"),
        ("£20-30", "20 to 30 pounds"),
        ("Rs. 500", "500 rupees"),
        ("4 TB drugs", "4 drugs for TB"),
        ("target INR 2-3", "target 2-3"),
        ("2 GB polyps", "2 polyps of the GB"),
        ("1.125,1.250 and 1.5 mg", "1.125, 1.250 and 1.5 mg"),
        # rates
        ("twice daily", "b.i.d."),
        ("q8h", "three times a day"),
        ("twice every 3 days", "2 times in 3 days"),
        ("three times per 2 weeks", "three times every 2 weeks"),
        ("8th hourly", "every 8 hours"),
        ("1-0-1", "twice a day"),
        ("six-monthly", "twice a year"),
        ("every third day", "every 3 days"),
        ("on alternate nights", "every other night"),
        ("every morning and evening", "2 times a day"),
        ("5 nights a week", "5 nights per week"),
        ("every day or two", "every 1-2 days"),
        ("4 periods in a yr", "4 periods a year"),
        ("fits come twice in one day", "two fits in one day"),
        ("once in 45 days", "every 45 days"),
        ("monday, wednesday and friday", "three a week: Mon, Wed and Fri"),
        # shares
        ("a third of them", "33%"),
        ("one in twenty", "5 percent"),
        ("seven in ten", "70%"),
        ("20 to 30 in 100", "20-30%"),
        ("5 per 1000", "0.5%"),
        ("a 50-50 chance", "a 50% chance"),
        ("of ten patients eight improve", "8 of 10 patients improve"),
        # ranks, dates and times
        ("the twelfth week", "week 12"),
        ("the second to the sixth day", "days 2-6"),
        ("third dose", "dose 3"),
        ("march 5th, 2024", "5/3/2024"),
        ("14/06", "14 June"),
        ("february '21", "2/2021"),
        ("from 3rd to 16th february", "3 Feb to 16 Feb"),
        ("8 pm", "20:00"),
        ("half past nine", "9.30"),
        ("6 o clock", "six o'clock"),
        ("9.30 to 12", "9:30–12:00"),
        ("in the thirties", "in his 30s"),
        # what stands nearby, or goes without saying
        ("waited 7 weeks, the list stands at nineteen", "waited 7 weeks, the list: 19 weeks"),
        ("motility 28 %, the limit is 32", "motility 28 %, limit 32 %"),
        ("a girl of nine and a boy of eleven", "girl 9 years, boy 11 years"),
        ("you are 67", "67 years"),
        ("spo2 of 96 at rest", "SpO2 96% at rest"),
        # what states nothing
        ("first of all rest, secondly drink", "rest, drink"),
        ("there are two reasons", "reasons"),
        ("1) rest 2) drink 3) sleep", "rest, drink, sleep"),
        ("Step 2 is to call", "call"),
        ("a day case", "day case"),
    ],
)
def test_the_same_amount_in_another_form_is_no_difference(one: str, other: str) -> None:
    assert differences(one, other) == set()
    assert differences(other, one) == set()


@pytest.mark.parametrize("word", ["apart", "interval", "intervals", "gap", "between"])
def test_a_rate_supports_the_time_between_two_doses_but_no_other(word: str) -> None:
    assert differences("every 6 hours", f"6 hours {word}") == set()
    assert differences("every 6 hours", f"8 hours {word}")
    assert differences("every 6 hours", "for 6 hours")


@pytest.mark.parametrize(
    ("source", "outline"),
    [
        ("5 mg", "5 ml"),
        ("free 20 GB", "free 20 MB"),
        ("pay $300", "pay €300"),
        ("pay £300", "pay 300"),
        ("25 micrograms", "25 mg"),
        ("120 mg per 5 ml", "120 mg/ml"),
        ("6.1 mmol/l", "6.1 mg/dl"),
        ("40 °C", "40 °F"),
        ("2 tablets", "2 puffs"),
        ("2.5 ml (100 mg in 5 ml)", "2.5 (100 mg in 5 ml)"),
        ("half a dozen", "a dozen"),
        ("-1.75", "+1.75"),
        ("72 hours", "2 days"),
        ("6 weeks", "2 months"),
        ("weekly", "daily"),
        ("alternate nights", "every night"),
        ("every third day", "every day"),
        ("twice every 3 days", "twice every 4 days"),
        ("every 2 weeks", "for 2 weeks"),
        ("twice a day", "once a day"),
        ("one drink weekly", "one drink daily"),
        ("morning and evening", "once a day"),
        ("1 in 1,000", "1 in 1,006"),
        ("a tenth of them", "half of them"),
        ("three quarters of warts", "a quarter of warts"),
        ("second-degree burn, 3 weeks", "third-degree burn, 3 weeks"),
        ("the sixth nerve", "the third nerve"),
        ("day 1 of the bleed", "day 5 of the bleed"),
        ("due in july", "due in june"),
        ("8 december", "10 december"),
        ("on sunday", "on monday"),
        ("7:30 a.m.", "8:30 a.m."),
        ("in the fifties", "in the sixties"),
        ("after a fortnight", "later"),
        ("7 to 10 days", "7 days"),
        ("6/9 and 6/60", "6/9 and 6/6"),
        ("l4 and l5", "L5 and S1"),
        ("take 2 sprays: 1) rest 2) drink", "1) rest 2) drink"),
        ("20 minutes of ice", "ice"),
        ("ferrous sulphate 325 mg", "ferrous sulphate 325 mg with 65 mg of iron"),
        ("1 stent and 1 teaspoon", "2 stents and 1 teaspoon"),
        ("sleep on 2 pillows", "sleep on pillows"),
    ],
)
def test_what_changed_is_a_difference(source: str, outline: str) -> None:
    assert differences(source, outline)


WORDS = st.sampled_from(
    "take 2 two 2.5 mg daily twice times a every day not no for to one twenty hundred and half quarter third second 5-7"
    " 1/2 1-0-1 6/12 36+4 weeks in of per / 100 out dozen couple % percent am 8 : 12.30 march may 5th 2024 14/06 on"
    " monday , . ( x × by over 140/90 -2.25 + minus point ½ °c 38 degrees tablet ml g/dl kg each other alternate"
    " 8-hourly q8h tds hs morning night noon first ii grade type age 45 old month's ’ İ again less than at max up"
    " the this next later £ 1,000 1,5 10^9".split()
)
LINES = st.lists(st.lists(WORDS, min_size=1, max_size=9).map(" ".join), min_size=1, max_size=5)


@given(LINES, st.randoms())
def test_a_text_agrees_with_itself_in_any_order_of_lines(lines: list[str], order) -> None:
    # A word in front, as in a sentence: "x 6/12" is "for six months".
    lines = [f"so , {line}" for line in lines]
    shuffled = order.sample(lines, len(lines))
    assert differences("\n".join(lines), "\n".join(shuffled)) == set()


@given(st.text())
def test_any_text_is_read_and_its_mentions_stand_in_order(text: str) -> None:
    mentions = quantity_mentions(text)
    assert [mention.start for mention in mentions] == sorted(mention.start for mention in mentions)
    assert all(0 <= mention.start < mention.end <= len(text) and mention.forms for mention in mentions)


SUBJECTS = "aspirin iron salt tea milk zinc bread sugar fish oil rice bran".split()
UNITS = ["mg", "mcg", "ml", "cm", "kg", "days", "weeks", "months", "tablets", "%", "mmol/l", ""]
VALUES = st.integers(2, 9999).map(lambda number: number / 10).filter(lambda value: value > 1)
STATEMENTS = st.lists(
    st.tuples(st.sampled_from(SUBJECTS), VALUES, st.sampled_from(UNITS)),
    min_size=1,
    max_size=6,
    unique_by=(lambda each: each[0], lambda each: each[1]),
)


def sentences(statements: list[tuple[str, float, str]]) -> list[str]:
    return [f"the {subject} was {value:g} {unit}".strip() for subject, value, unit in statements]


@given(STATEMENTS, st.data())
def test_one_digit_that_changed_is_always_found(statements: list[tuple[str, float, str]], data: st.DataObject) -> None:
    source = ". ".join(sentences(statements))
    at = data.draw(st.integers(0, len(statements) - 1))
    subject, value, unit = statements[at]
    digits = f"{value:g}"
    place = data.draw(st.sampled_from([place for place, char in enumerate(digits) if char != "."]))
    other = data.draw(st.sampled_from(sorted(set("123456789") - {digits[place]})))
    changed = [*statements]
    changed[at] = (subject, float(digits[:place] + other + digits[place + 1 :]), unit)
    assert differences(source, "\n".join(sentences(changed)))


CONVERSIONS = [("mg", "g", 1000), ("ml", "l", 1000), ("mm", "cm", 10), ("minutes", "hours", 60), ("days", "weeks", 7)]


@given(st.integers(2, 500), st.sampled_from(CONVERSIONS))
def test_an_exact_conversion_is_never_found_and_a_wrong_one_always(value: int, units: tuple[str, str, int]) -> None:
    small, large, size = units
    assert differences(f"take {value} {large} of it", f"take {value * size} {small} of it") == set()
    assert differences(f"take {value} {large} of it", f"take {value} {small} of it")


def test_a_quantity_is_written_in_a_normal_form() -> None:
    text = (
        "Two tablets of 0.5 g b.i.d. for 14 days, every 8 hours; 1 in 10 by July, at 9 am on the 2nd visit: -2.5, B12"
    )
    forms = [quantity.form for quantity in find_quantities(text) if quantity.stated]
    assert forms == "2tablet,500mg,2/day,2week,3/day,1 in 10,july,9:00,2nd,-2.5,b12".split(",")
