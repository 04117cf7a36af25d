"""The words by which negations and their ends are told; lists, because there is no parser."""

import re

# Nothing is denied by these.
IDIOMS = re.compile(
    r"\bnot only\b|\bwhether or not\b|\bor not\b|\bin no time\b|\bno doubt\b|\bnothing (?:more|but|other)\b"
    r"|\bno (?:sooner|matter|wonder)\b|\bnot to mention\b|\bwith(?: \w+){0,4} or without\b|\bwhy not\b"
    r"|\bwithout delay\b|\bfeel free\b|\bnot limited to\b",
    re.IGNORECASE,
)

VERBAL = frozenset(
    """
    not never cannot dont doesnt didnt isnt wasnt wont cant shouldnt wouldnt couldnt hasnt havent hadnt arent werent
    neednt mustnt
    """.split()
)
DETERMINERS = frozenset("no without neither nor none nothing nobody nowhere non nil".split())
AVOIDING = frozenset("avoid avoids avoided avoiding refrain".split())
# They may stand for a negation, but deny nothing by themselves.
LIKE = frozenset(
    """
    stop stopping absence free unable impossible unnecessary hardly rarely seldom barely lack lacks
    lacking fail fails failed refuse refuses deny denies denied exclude excluded ruled unless except instead rather
    prevent prevents prevented preventing forbidden prohibited contraindicated away skip omit quit cease discontinue off
    unlikely maximum most limit only
    scarcely little far away avoidance abstinence abstain abstaining eliminate cessation discontinued omitted skipped
    """.split()
)
# Of these a text is owed one where it speaks of what they deny.
OWED = frozenset(
    """
    stop stopping away absence free unable impossible unnecessary hardly barely scarcely rarely seldom fail
    fails failed refuse refuses deny denies denied unless except instead rather far forbidden prohibited
    contraindicated skip omit quit cease discontinue unlikely negative absent
    """.split()
)
# They deny only with the word behind them.
JOINED = {"instead": "of", "rather": "than", "far": "from", "away": "from"}
LIKE_BEHIND = frozenset(
    "negative absent free unlikely unnecessary excluded ruled contraindicated forbidden prohibited avoided stopped"
    " discontinued omitted skipped none nil".split()
)
ONLY_AHEAD = frozenset("without neither nor".split()) | LIKE - LIKE_BEHIND
SOFT = LIKE | LIKE_BEHIND | AVOIDING
AUXILIARIES = frozenset(
    """
    is are was were be been am do does did has have had can could will would shall should may might must need needs
    """.split()
)
LIGHT = frozenset(
    """
    take taken taking takes use used using uses get gets getting got go goes going gone give given giving gives make
    makes making need needed needs want wants have having seem seems feel feels try keep keeps start let
    required require requires necessary likely indicated advised recommended allowed permitted present seen found
    shown noted detected planned evidence sign signs
    """.split()
)
# Words whose opposite is their own with a prefix; behind "un" and before "less" any word will do.
PREFIX = re.compile(
    r"un(?!der|til|less|ion|i[tfqv])(\w{4,})|(?:non|ir|il)(\w{5,})|(\w{4,})less"
    r"|in(complete|correct|effective|active|adequate|sufficient|appropriate|visible|frequent|significant|fertile"
    r"|curable|capable|dependent|secure|accurate|consistent|operable|definite|tolerant)"
    r"|im(possible|proper|mature|mobile|perfect)|dis(appear\w*|continue\w*|agree\w*|satisfied)|ab(normal\w*)"
)
# "I do not think it is cancer" denies the cancer.
RAISING = frozenset("think believe feel suspect seem appear look expect".split())
CLAUSE_STARTS = frozenset(
    """
    so but please because if as since when while which who then otherwise unless until although though therefore hence
    instead rather however also whereas whenever once just due
    """.split()
)
SUBJECTS = frozenset("it he she they we i you this these there those".split())
IMPERATIVES = frozenset(
    """
    take use apply avoid drink eat see come visit consult call give wash put check repeat show stop start keep go get
    wear continue do try follow meet make let rest swim walk sleep sit lie boil roll raise clean stay put place press
    weigh test read ask tell send upload treat bring hold turn pour mix add cover remove change cut limit reduce
    increase
    """.split()
)
# Of these, those that say how sure or wise a thing is: "not likely in my view" denies the thing, not the view.
JUDGING = frozenset(
    "likely indicated advised recommended allowed permitted present needed required necessary planned".split()
)
ADVERBS = frozenset("yet even too really still always usually ever already only".split())
ARTICLES = frozenset("the a an any your my his her their".split())
BE = frozenset("is are was were be been am".split())
NOT_BE = frozenset("isn't aren't wasn't weren't isnt arent wasnt werent".split())
PREPOSITIONS = frozenset("with for of to in on at from by".split())
OBJECTS = frozenset("it them him me us you this that these those".split())
# Function words that say what is denied behind "not".
NOT_EMPTY = frozenset("done doing more".split())
TIMES = frozenset("without unless before after until within during if".split())
# "unlikely" behind "is" denies what stands before it, unless one of these follows.
PREDICATES = frozenset(
    "unlikely negative absent impossible unnecessary contraindicated forbidden prohibited avoided excluded stopped"
    " discontinued omitted skipped none nil".split()
)
PASSIVES = frozenset("stopped discontinued omitted skipped".split())
FOLLOWED = frozenset("to that for of from".split())
# What stands for a word and its opposite alike a prefix does.
OPPOSITES = {"temporary": "permanent", "benign": "malignant", "safe": "dangerous", "negative": "positive"}
# Another word for the same, by which two texts agree.
IRREGULAR = {
    "longer": "more", "benefit": "help", "relief": "help",
    "painful": "pain", "hurt": "pain", "hurts": "pain", "hurting": "pain",
    "mobile": "move", "required": "need", "require": "need", "requires": "need", "necessary": "need",
    
    "swollen": "swell", "driven": "drive", "drove": "drive", "drunk": "drink", "drank": "drink", "eaten": "eat",
    "ate": "eat", "broken": "break", "broke": "break", "worn": "wear", "grown": "grow", "grew": "grow", "seen": "see",
    "shown": "show", "found": "find", "slept": "sleep", "felt": "feel", "left": "leave", "lost": "lose",
    "fallen": "fall", "risen": "rise", "spoken": "speak", "chosen": "choose", "bled": "bleed", "fed": "feed",
    "spread": "spread", "begun": "begin", "hidden": "hide", "forgotten": "forget", "gone": "go", "bitten": "bite",
}  # fmt: skip
