"""How far a cue reaches: the words behind it that it denies, and those that it may deny."""

from collections.abc import Sequence

from outline.negations.clauses import is_let
from outline.negations.events import MOST, Event, Polarity
from outline.negations.lexicon import DENIED, UNSURE
from outline.negations.lists import goes_on, is_list, lists_on, opposes
from outline.negations.subjects import contrasts, deny_subject, subject_of
from outline.negations.tokens import Token

_LOOSE = 6
"""Further ones that it may be about."""
_PRONOUNS = ("it", "them", "this", "these")
_THOUGHT = ("it", "this", "you", "he", "she", "they")
_PARTICLES = ("back", "up", "away", "down", "out")
_REASONS = ("reason", "need", "way", "cause", "choice", "excuse", "to", "why")
_NOBODY = ("nobody", "nothing", "none", "neither")


class Scope:
    """The reach of one cue, read word by word."""

    def __init__(self, words: Sequence[Token], at: int, reading: Polarity) -> None:
        self.words, self.at, self.reading = words, at, reading
        self.cue = words[at]
        self.kind = self.cue.word.cue
        self.names = self.kind in ("nominal", "objects")
        """Whether it denies things, so that a list of them may follow."""
        self.subject, self.further = subject_of(words, at)
        self.event = self._new_event()
        self.parity = DENIED
        self.sure = "loose" not in self.cue.roles
        self.named = self.doubtful = 0
        self.listed = self.closed = False

    def read(self) -> int:
        """Give the words in reach their states and return the place behind the last."""
        place = self.at + 1
        if "predicates" in self.cue.roles and self._text(place) == "by":
            # "Ruled out by the scan": what is, stands elsewhere.
            self._keep()
            return len(self.words)
        while place < len(self.words) and self._takes(place):
            place += 1
        self._finish()
        return place

    def _new_event(self) -> Event:
        return Event(self.at, self.kind in ("verbal", "nominal", "conditional"))

    def _text(self, place: int) -> str:
        return self.words[place].text if place < len(self.words) else ""

    def _roles(self, place: int) -> frozenset[str]:
        return self.words[place].roles if place < len(self.words) else frozenset()

    def _takes(self, place: int) -> bool:
        """Take a word into the reach; False where the reach ends before it."""
        token = self.words[place]
        if token.word.cue:
            if not self._nests(place):
                return False
            self._turn(place)
        elif token.text in ("or", "and") and (
            "finite_verbs" in self._roles(place + 1) or self._text(place + 1) == "with"
        ):
            # "Refuses feeds or has a fever", "without a hat and with gloves"
            return False
        elif token.text == "," and (place == self.at + 1 or not goes_on(self.words, place, self.names)):
            return False
        elif token.text in ("only", "just") and self.names and self.named:
            # "No blasts or odd cells only mild anaemia"
            return False
        elif token.word.content:
            if self.doubtful == _LOOSE:
                return False
            self._name(place)
        else:
            self._pass(place)
        return True

    def _nests(self, place: int) -> bool:
        """Whether another cue goes on with this one: "do not stop", "never without", "no reason not to"."""
        token, before = self.words[place], self.words[place - 1].text
        if token.text == "without":
            near = self.event.hard and self.doubtful < 2 and place - self.at < 7
            return near and self.parity == DENIED and before not in ("and", "or", ",")
        if not self.sure:
            return False
        if token.word.cue in ("objects", "predicates"):
            links = {"auxiliaries", "articles", "links"}
            near = all(not links.isdisjoint(one.roles) for one in self.words[self.at + 1 : place])
            joined = before == "or" or (before == "and" and token.text.endswith("ing") and self.kind == "objects")
            return (near and self.kind != "objects") or before == "to" or joined or is_let(self.words, self.at, place)
        if token.word.cue == "verbal" and place == self.at + 1 and self.kind == "verbal":
            return True
        if token.text == "not":
            return before in _REASONS and self.named <= 1
        if token.word.cue == "nominal" and self.kind == "verbal":
            said = {"raising", "light"}
            raised = all(not said.isdisjoint(self.words[at].roles) for at in self.event.focus)
            return raised and (self.named == 0) == (token.text != "no")
        return False

    def _turn(self, place: int) -> None:
        """A second cue within reach: what it denies is stated, and what stood between them is neither."""
        token = self.words[place]
        if token.word.content:
            self._name(place)
        if token.text == "without":
            for before in self.event.focus:
                self.reading.states[before] = UNSURE
            self.event.around += self.event.focus
            self.event.focus = []
            self.sure = True
        self.parity = -self.parity
        self.named = 0

    def _name(self, place: int) -> None:
        """Take a word that says something."""
        token = self.words[place]
        if self.named >= MOST or (
            self.kind == "nominal" and self.named and "auxiliaries" in self.words[place - 1].roles
        ):
            self.sure = False
        if self.sure:
            self.reading.states[place] = self.parity
            self.event.focus.append(place)
            self.named += {"light", "vague"}.isdisjoint(token.roles) and not self._raises(place)
            self.sure = not self._ends_reach(place)
        else:
            self.reading.states[place] = UNSURE
            self.event.around.append(place)
            self.doubtful += 1

    def _raises(self, place: int) -> bool:
        """Whether what is denied is what somebody thinks: "I do not think it is the heart"."""
        thought = self._text(place + 1) in _THOUGHT and "copulas" in self._roles(place + 2)
        return thought and "raising" in self._roles(place)

    def _ends_reach(self, place: int) -> bool:
        """Whether what follows a denied word is no more surely denied."""
        token = self.words[place]
        prefixed = place + 1 < len(self.words) and self.words[place + 1].word.prefixed
        if "intransitive" in token.roles and not prefixed:
            # "It does not come from the heart" denies the heart.
            return self._text(place + 1) != "from"
        if self.kind != "verbal":
            return False
        # "The tablet is not needed", "it will not go away", "not unusual to bleed", which says nothing against bleeding
        done = self.subject and "ends" in token.roles
        return bool(done) or self._text(place + 1) in _PARTICLES or token.word.opposite

    def _pass(self, place: int) -> None:
        """What a word without content does to the reach."""
        token = self.words[place]
        text, roles, first = token.text, token.roles, place == self.at + 1
        if (first and ("when" in roles or (self.kind == "objects" and text in _PRONOUNS))) or (
            "modals" in roles and self.named
        ):
            self.sure = False
        elif text in ("or", "nor", ",", "and", "&", "plus"):
            self._join(place)
        elif "prepositions" in roles:
            self._lead(place)
        elif "auxiliaries" in roles and self.cue.text in _NOBODY:
            self.sure = self.named == 0
        elif self.named and text in ("now", "today", "yet", "again"):
            self.sure = False
        elif "articles" in roles:
            self.sure = self.sure and self.named < 2
        elif "auxiliaries" in roles and self.names and self.named:
            self.sure = False

    def _join(self, place: int) -> None:
        """What "or", "and" or a comma does: begin a further thing that is denied, or end what surely is."""
        text, following = self.words[place].text, self._roles(place + 1)
        if text in ("or", "nor"):
            self.closed = self.listed
            new = (
                "articles" in following
                and self._text(place + 1) not in ("a", "an")
                and all("articles" not in one.roles for one in self.words[self.at + 1 : place])
            )
            # "Cannot walk or the pain returns", "no improvement or worsening"
            self.sure = self.sure and not (
                (self.kind == "verbal" and new) or opposes(self.words, self.event.focus, place + 1)
            )
            self._next_item()
        elif text == "," and self._text(place + 1) in ("and", "or", "nor"):
            self.listed = self.listed or self.names
        elif (
            text == ","
            and not self.closed
            and ((self.names and is_list(self.words, place)) or lists_on(self.words, place))
        ):
            self.listed = True
            self._next_item()
        elif (
            text != "," and {"light", "imperatives", "prepositions"}.isdisjoint(following) and self._lists_by_and(place)
        ):
            self.closed = self.listed
            self._next_item()
        else:
            self.sure = False

    def _lists_by_and(self, place: int) -> bool:
        return self.listed or self.kind == "objects" or (self.cue.text == "without" and len(self.words) - place <= 3)

    def _lead(self, place: int) -> None:
        """What a preposition does: "no need of surgery" denies the surgery, "no pain in the leg" not the leg."""
        before = self.words[place - 1]
        needs = "needs" in before.roles
        if self._text(place) == "to" and (self.named <= 1 or needs or "raising" in before.roles):
            return
        if needs and before.word.content and self.named <= 1:
            self.named = 0
        elif self.named or self.cue.text == "nobody":
            self.sure = False

    def _next_item(self) -> None:
        """Begin a further thing that the same cue denies."""
        if self.named and self.sure:
            self._keep()
            self.event = self._new_event()
            self.named = 0

    def _keep(self) -> None:
        event = self.event
        if "loose" in self.cue.roles:
            event.focus, event.around = [], event.focus + event.around
        solid = [place for place in event.focus if "light" not in self.words[place].roles]
        if solid:
            event.around += [place for place in event.focus if place not in solid]
            event.focus = solid
        self.reading.events.append(event)

    def _finish(self) -> None:
        if self.cue.text in ("nothing", "nobody") and self._text(self.at + 1) in ("", ",") and self.subject:
            # "Beer flushes nothing"
            self.event.focus = self.subject[-1:]
            self.reading.states[self.subject[-1]] = DENIED
        if self.kind == "verbal" and not contrasts(self.words, self.at):
            deny_subject(self.words, self.event, self.reading, self.subject, self.further)
        if self.event.focus or self.event.around or not any(event.at == self.at for event in self.reading.events[-1:]):
            self._keep()
