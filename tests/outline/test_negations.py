"""What an outline denies that its source does not, and what it no longer denies."""

import json
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outline.negations import compare_negations, negation_mentions
from outline.tree import parse_outline

CASES = [
    json.loads(line)
    for name in ("tune", "second_author")
    for line in Path(f"tests/fixtures/fidelity/{name}.jsonl").read_text(encoding="utf-8").splitlines()
]
NOUNS = st.sampled_from("wound tablet inhaler scan bandage helmet kettle garden".split())
VERBS = st.sampled_from("wash paint crush open bend move lift hide".split())


def found(source: str, outline: str, context: str = "") -> tuple[set[str], set[str]]:
    """What the outline invents, and what it loses."""
    return compare_negations(source, parse_outline(outline), context)


@pytest.mark.parametrize(
    ("source", "outline"),
    [
        ("do not drink alcohol", "- Avoid alcohol"),
        ("there is no fever or cough", "- No cough\n- No fever"),
        ("surgery is not needed", "- Surgery\n  - Not needed"),
        ("skip the sauna, the hot tub and the steam room", "- Do not use\n  - Sauna\n  - Hot tub\n  - Steam room"),
        ("milk and honey are not allowed", "- **Not allowed:** milk, honey"),
        ("the lump is painless and immobile", "- The lump\n  - Does not hurt\n  - Does not move"),
        ("do not bend or lift till it heals", "- Do not, till it heals\n  - Bend\n  - Lift"),
        ("you are not allergic to dust or egg", "- Not allergic to\n  - Dust\n  - Egg"),
        ("dont bend and dont twist this week", "- Avoid this week\n  - Bending\n  - Twisting"),
        ("i dont think it is the heart", "- I think it is not the heart"),
        ("none of hepatitis, syphilis and hiv was found", "- No hepatitis\n- No syphilis\n- No HIV"),
        (
            "you dont need a scan or a test you just need rest",
            "- You do not need a scan or a test\n- You just need rest",
        ),
        ("tea and cola are not allowed", "- No tea and cola"),
        ("no antibiotics and steroids", "- Antibiotics and steroids not needed"),
        ("surgery of the knee and hip is not needed", "- No surgery of the knee and hip"),
        ("surgery is not needed, it is small. drink tea", "- Not needed because it is small\n  - Drink tea"),
        ("lenses are not allowed yet. use drops", "- Lenses\n  - Not allowed until it heals\n    - Drops"),
        ("avoid surgery because of your weak heart", "- Avoid because of\n  - Weak heart"),
        ("if not fully healed, rest", "- If it is not fully healed\n  - Rest"),
        ("surgery not an option", "- No surgery"),
        ("with the rash not in sight", "- No rash"),
        ("it is nothing to be afraid of, rest helps", "- Nothing to be afraid of\n  - Rest helps"),
        ("i do not expect it to spread to the bone", "- Spread not expected\n  - Bone"),
        ("without delay: do not lift it", "- Without delay\n  - Do not lift it"),
        ("it is not dangerous", "- It is harmless"),
        ("it is not uncommon", "- It is common"),
        ("do not start it before the scan", "- Start it only after the scan"),
        ("no scan is needed unless you vomit", "- Scan needed only if you vomit"),
        ("milk is fine, cheese isn't", "- Fine: milk\n- Not fine: cheese"),
        ("rowing, yoga and judo are not allowed", "- Not allowed\n  - Rowing\n  - Yoga\n  - Judo"),
        ("never go out without your inhaler", "- Always carry your inhaler when you go out"),
        ("Is it not healing? Keep it dry.", "- Keep it dry"),
        ("don't worry, it heals by itself", "- It heals by itself"),
        ("the disc is not pressing on any nerve", "- The disc is pressing on no nerve"),
        ("bread and tea are fine when the vomiting stops", "- When the vomiting stops\n  - Bread\n  - Tea"),
        ("a contrast scan is unneeded", "- Contrast scan\n  - Not needed"),
        (
            "it comes neither from the bag nor from the pump",
            "- Not the bag\n- Not the pump",
        ),
        ("it is not due to the bag, the pump or dust but to heat", "- Heat\n- Not due to\n  - Bag\n  - Pump\n  - Dust"),
        ("do not keep it in the freezer", "- Keep it out of the freezer"),
        ("the leak has yet to stop", "- The leak has not stopped"),
        ("drink no juice except plum", "- Juice\n  - Only plum"),
        ("no juice for him apart from plum", "- Juice\n  - Plum is the only kind he may have"),
        ("your test was positive, the new one is negative", "- Test\n  - Positive, now negative"),
        ("knead it with 3 spoons. bake it without steam", "- Bake it without steam\n- Knead it with 3 spoons"),
        (
            "take it with at least 500 ml of water. sleep without a pillow",
            "- Sleep without a pillow\n- Take it with at least 500 ml of water",
        ),
        (
            "neither of the two nuts looks ripe and you can leave them alone",
            "- The 2 nuts do not look ripe\n- They can be left alone",
        ),
        (
            "this oil holds no salt, no egg and no yeast",
            "- Oil\n  - Does not contain\n    - Salt\n    - Egg\n    - Yeast",
        ),
        (
            "no nuts, no sesame and no fish until the test",
            "- Not allowed until the test: nuts, sesame, fish",
        ),
        (
            "the hull has not been harmed and the mast hasnt either",
            "- The hull has not been harmed\n- The mast has not been harmed either",
        ),
        ("a rope as well as a hook is not needed", "- Not needed\n  - Rope\n  - Hook"),
        (
            "sailing is no problem, a problem with the engine can wait",
            "- Sailing\n- A problem with the engine can wait",
        ),
        ("see a rigger without delay", "- Do not delay seeing a rigger"),
        ("delay is costly. go without delay", "- Delay is costly\n- Go without delay"),
        ("see the rigger without delay or the mast can fall", "- See the rigger at once\n  - Delay can cost the mast"),
        ("see a rigger without delay", "- Do not\n  - Delay seeing a rigger"),
        ("rust was negative before. rust is positive now", "- Rust was negative before\n- Rust: positive"),
        ("only an awl can help", "- Awl\n  - Nothing else can help"),
        (
            "do not eat berries. fruit that is cooked is safe",
            "- Do not eat\n  - Berries\n  - Fruit that is cooked is safe",
        ),
        ("needless to say the oil belongs in the shed", "- The oil belongs in the shed"),
        ("the paint does not crack nor does it call for wax", "- It does not crack\n- It does not call for wax"),
    ],
)
def test_the_same_in_other_words_passes(source: str, outline: str) -> None:
    assert found(source, outline) == (set(), set())


@pytest.mark.parametrize(
    ("source", "outline"),
    [
        ("the nodes are nontender and mobile", "- Nodes\n  - Tender and mobile"),
        ("change the tablet, do not change the inhaler", "- Do not change the tablet\n- Change the inhaler"),
        ("must never touch the eyes but may touch the hair", "- Must never touch the hair\n- May touch the eyes"),
        ("it is not impossible to conceive", "- It is impossible to conceive"),
        ("do not stop the tablet", "- Stop the tablet"),
        ("take it once daily and do not stop suddenly drink 3 glasses", "- Take it once daily\n- Stop suddenly"),
        ("no scan is needed unless you vomit", "- No scan is needed if you vomit"),
        ("only rest will help", "- Rest will not help"),
        ("have it without salt the soup also should be without salt", "- With salt\n- Soup\n  - Without salt"),
        (
            "Without a filter the tank will cloud. With one it can stay clear for weeks, with or without a plant.",
            "- Filter\n  - With it the tank will cloud\n"
            "  - Without it the tank can stay clear for weeks, with or without a plant",
        ),
        ("take it without food and the iron with juice", "- Take it without food\n- Iron\n  - Without juice"),
        ("no tea, coffee or cola", "- No tea, no cola\n- Coffee"),
        ("the tissue is benign and it does not bleed", "- Not benign\n- Does not bleed"),
        ("without delay: lift it", "- Without delay\n  - Do not lift it"),
        ("drops for the ear not for the eye", "- Drops\n  - For the eye\n  - Not for the ear"),
        ("no blasts or odd cells only mild anaemia", "- No blasts, no odd cells\n- No anaemia"),
        ("avoid aspirin, only ibuprofen is safe", "- Avoid\n  - Aspirin\n  - Ibuprofen"),
        ("he will never mind the noise", "- He will mind the noise"),
        ("your son denied any fall", "- Your son\n  - Reported a fall"),
        ("walking is inadvisable until the cough stops", "- Until the cough stops\n  - Walking is advisable"),
        (
            "milk is not for babies, tea is ok and wont harm them",
            "- Milk is not for babies\n- Tea is not ok\n- It won't harm them",
        ),
        ("all three tests came back negative", "- First test: positive\n- Second test: negative"),
        ("you have a pump and a bag but no key", "- Pump: present\n- Bag: absent\n- Key: absent"),
        ("drink no juice except plum", "- Do not drink\n  - Juice\n  - Plum"),
        (
            "never dip the brush in oil and always rinse the tray",
            "- Never dip the brush in oil\n- Never rinse the tray",
        ),
        (
            "the first glue failed to mend the chair, and the second one is working",
            "- First glue\n  - Did not mend the chair\n- Second glue\n  - Is not working",
        ),
        ("fry it without salt and without oil, a little milk is fine", "- Without salt\n- Without oil\n- Without milk"),
        (
            "the spot doesnt mean dry rot nor does it call for another coat, you can paint",
            "- Spot\n  - Does not mean dry rot\n  - Calls for another coat\n- You can paint",
        ),
        (
            "nothing but time mends a bruised trunk, strapping does not help",
            "- Bruised trunk\n  - Time does not mend it\n  - Strapping does not help",
        ),
        ("lead negative, zinc negative, only the iron test is positive", "- Lead: positive\n- Zinc: negative"),
        (
            "sails with a seam need wax, sails without a seam can stay",
            "- Sails without a seam need wax\n- Sails without a seam can stay",
        ),
        (
            "a tank with a pump needs a lid; a tank without a pump can stay open",
            "- Tank without a pump\n  - Needs a lid\n- Tank with a pump\n  - Can stay open",
        ),
        ("sailing is no problem with this boat", "- Sailing is a problem with this boat"),
        ("come without fail. the pumps fail", "- Come without fail\n- The pumps do not fail"),
        ("go without delay. you may delay the wash", "- Go without delay\n- Do not delay the wash"),
        ("if the sail tears see a rigger without delay", "- If the sail tears\n  - Delay seeing a rigger"),
        ("there is no harm in waiting", "- Waiting would be harmful"),
        (
            "avoid pickles crackers and syrup, milk is fine",
            "- Avoid\n  - Pickles\n  - Syrup\n- Fine\n  - Milk\n  - Crackers",
        ),
        ("this is not a heart attack, rest", "- Not a heart attack\n- This is a heart attack\n- Rest"),
    ],
)
def test_a_negation_that_is_dropped_added_or_moved_is_found(source: str, outline: str) -> None:
    assert found(source, outline) != (set(), set())


def test_findings_are_told_by_the_denied_word() -> None:
    assert found("do not take aspirin", "- Take aspirin") == (set(), {"aspirin"})
    assert found("take aspirin", "- Never take aspirin") == ({"aspirin"}, set())
    assert found("there is no need of surgery", "- Surgery is needed") == (set(), {"surgeri"})


def test_the_patients_text_supports_a_negation_and_is_owed_none() -> None:
    outline = "- You have no fever\n- Rest"
    assert found("rest", outline) == ({"fever"}, set())
    assert found("rest", outline, "I have no fever and no cough") == (set(), set())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_a_text_is_faithful_to_itself(case: dict[str, str]) -> None:
    assert found(case["source"], "- " + case["source"].replace("\n", " ")) == (set(), set())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_the_order_of_the_points_does_not_matter(case: dict[str, str]) -> None:
    points = ("\n" + case["outline"]).split("\n- ")[1:]
    random.Random(case["id"]).shuffle(points)
    shuffled = "".join(f"- {point}\n" for point in points)
    first = found(case["source"], case["outline"], case["context"])
    assert found(case["source"], shuffled or case["outline"], case["context"]) == first


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_what_is_lost_has_a_mention_in_the_source(case: dict[str, str]) -> None:
    _, lost = found(case["source"], case["outline"], case["context"])
    assert lost <= {form for mention in negation_mentions(case["source"]) for form in mention.forms}


@given(st.lists(st.tuples(VERBS, NOUNS), min_size=1, max_size=5, unique_by=(lambda it: it[0], lambda it: it[1])))
def test_a_plain_not_before_a_verb_that_is_dropped_or_added_is_found(orders: list[tuple[str, str]]) -> None:
    plain = [f"You must {verb} the {noun}" for verb, noun in orders]
    denied = [f"You must not {verb} the {noun}" for verb, noun in orders]
    source, other = ". ".join(denied), ". ".join(plain)
    for at in range(len(orders)):
        assert found(source, "".join(f"- {line}\n" for line in [*denied[:at], plain[at], *denied[at + 1 :]]))[1]
        assert found(other, "".join(f"- {line}\n" for line in [*plain[:at], denied[at], *plain[at + 1 :]]))[0]
    assert found(source, "".join(f"- {line}\n" for line in reversed(denied))) == (set(), set())
