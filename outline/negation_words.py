"""The words by which negations and their ends are told; lists, because there is no parser."""

import re

# Nothing is denied by these.
IDIOMS = re.compile(
    r"\bnot only\b|\bwhether or not\b|\bor not\b|\bin no time\b|\bno doubt\b|\bnothing (?:more|but|other)\b"
    r"|\bno (?:sooner|matter|wonder)\b|\bnot to mention\b|\bwith(?: \w+){0,4} or without\b|\bwhy not\b"
    r"|\bwithout delay\b",
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
    stop stops stopped stopping absence free unable impossible unnecessary hardly rarely seldom barely lack lacks
    lacking fail fails failed refuse refuses deny denies denied exclude excluded ruled unless except instead rather
    prevent prevents prevented preventing forbidden prohibited contraindicated skip omit quit cease discontinue away off
    unlikely maximum most limit only
    """.split()
)
LIKE_BEHIND = frozenset(
    "negative absent free unlikely unnecessary excluded ruled contraindicated forbidden none nil".split()
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
    makes making need needed needs want wants have having seem seems feel feels try keep keeps start yet let
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
    wear continue do try follow meet make let rest walk sleep sit lie boil roll raise clean stay put place press weigh
    test read ask tell send upload treat bring hold turn pour mix add cover remove change cut limit reduce increase
    """.split()
)
ADVERBS = frozenset("even too really still always usually ever already only".split())
ARTICLES = frozenset("the a an any your my his her their".split())
BE = frozenset("is are was were be been am".split())
NOT_BE = frozenset("isn't aren't wasn't weren't isnt arent wasnt werent".split())
PREPOSITIONS = frozenset("with for of to in on at from by".split())
OBJECTS = frozenset("it them him me us you this that these those".split())
# Function words that say what is denied behind "not".
NOT_EMPTY = frozenset("done doing more".split())
TIMES = frozenset("before after until within during if".split())
