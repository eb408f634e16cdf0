"""Several projects spoken of at once: "the three projects", "all three", 三件, 両事業, "the first of them".

What belongs here: recognising such words, telling which projects of the document they mean, and which sentences are
about all of them. What does not: the projects themselves (`projects`) and what is said of them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipelines.extract.annotation import Annotated
from pipelines.extract.clusters import Cluster, Projects
from pipelines.extract.gating import Cue
from pipelines.extract.mentions import Mention, Sentence

_NUMBERS = {"both": 2, "pair": 2, "trio": 3, "両": 2} | {
    form: number
    for number, forms in {
        2: ("two", "2", "二", "２"),
        3: ("three", "3", "三", "３"),
        4: ("four", "4", "四", "４"),
        5: ("five", "5", "五", "５"),
        6: ("six", "6", "六", "６"),
    }.items()
    for form in forms
}
_COUNT = r"(?P<count>two|three|four|five|six|pair|trio|[2-6])"
_NOUN = r"(?:projects|undertakings|ventures|schemes|deals|investments|proposals|picks|selections|items|developments)"
_SINGLED = (
    r"(?:one|first|second|third|last|largest|biggest|smallest|costliest|cheapest|any|neither|none|either|most of|part)"
)
_SAID = (
    r"(?:are|were|was|have|had|will|would|come|came|cost|costs|account|carry|add|make|made|together|combined|in all"
    r"|altogether|stand|amount|total|represent|got|get|went|go|share|received|receive|began|begin|each)"
)
_WHOSE = r"(?:all|the|these|those|all of the|both of the|our|its|first|such)"
_OF_THEM = r"(?:the|these|all|all of the|each of the)"
_SOME = rf"(?:\s(?:[\w-]+\s){{0,2}}?{_NOUN})"


def _count(name: str) -> str:
    return _COUNT.replace("count", name)


_EN = Cue(
    rf"\b(?:{_WHOSE}\s(?:first |other |selected |chosen |named |new |initial )*{_COUNT}(?:{_SOME}|(?=\s{_SAID}\b))"
    rf"|(?P<both>both)\s(?:of them|{_NOUN})|{_count('bare')}{_SOME}"
    rf"|(?:the|these|all) {_NOUN}(?=\s(?:together|combined|that|which|in the|of the (?:first|second|third))\b)"
    rf"|(?:for|by|of|across|between|among|to) {_OF_THEM} {_count('among')}\b{_SOME}?"
    rf"|(?:^|there (?:are|were) (?:just )?){_count('lone')} of them\b"
    r"|(?:first|second|third|initial|opening) (?:batch|tranche|round|wave)\b)",
    words=("two", "three", "four", "five", "six", "pair", "trio", *"23456", "both", *_NOUN[3:-1].split("|"),
           "batch", "tranche", "round", "wave"),
)  # fmt: skip
_EACH = Cue(
    r"\b(?:each|every) (?:of the (?:two|three|four|five) )?(?:project|undertaking|venture|one|of them)\b"
    r"|\bby project\b|\bper project\b"
)
_ONE_OF = Cue(
    rf"\b{_SINGLED}(?: one)? (?:of|among) (?:all |the |these |those |its )?(?:\w+ )?(?:two|three|four|five|six|[2-6])\b"
)
_JA_NOUN = r"(?:案件|事業|プロジェクト|計画|投資案件|投資|件|つ)"
_JA_NOT = r"(?!目|のうち|の中|の一つ|の1つ|の一角|円|億|万|トン|%|か月|か所|年)"
_JA_PROJECTS = r"(?:案件|事業|プロジェクト)"
_JA = re.compile(
    rf"(?<![0-9０-９.．十百])(?P<count>[二三四五六2-6２-６])(?:(?:つ|件)の?)?(?:大型|投資|新規|対象)?{_JA_NOUN}{_JA_NOT}"
    rf"|(?P<both>両)(?:{_JA_PROJECTS}|計画)|(?:各|全|複数の?|これらの?){_JA_PROJECTS}|{_JA_PROJECTS}(?:ごと|別|それぞれ)"
    rf"|(?<![この同])第[1-3１-３一二三]弾(?:の{_JA_PROJECTS}|として|に(?:選|決|含))"
    rf"|第?[0-9０-９一二三]+号{_JA_PROJECTS}"
)
_JA_ARE = re.compile(r"(?:残る|残りの|ほかの)?[二三四五六2-6２-６](?:件|案件|つ)は、?[^。、はがを]{0,12}$")
"""「残る2件はガス火力で」: what several of them are, and no one of them."""
_JA_ONE_OF = re.compile(
    r"[二三四五六2-6２-６](?:つの?|件の?)?(?:案件|事業|プロジェクト|計画)?(?:のうち|の中で|の一つ|の1つ|の一角)"
)
_TOTALS = Cue(
    r"\b(?:together|combined|in all|altogether|in total|in sum|the total)\b"
    r"|合計|総額|合わせて|あわせて|足すと|計(?:で|約)"
)
_GENERIC = frozenset({"project"})


def counted(sentence: Sentence) -> int | None:
    """How many projects a sentence speaks of at once: 0 where it does not say, None where it speaks of none at once."""
    if sentence.together is None:
        sentence.together = (_counted(sentence),)
    return sentence.together[0]


def _counted(sentence: Sentence) -> int | None:
    text = sentence.text.lower()
    if sentence.japanese:
        found = _JA.search(text)
        if found is None or _JA_ONE_OF.search(text):
            return None
        return _NUMBERS.get(found["count"] or found["both"] or "", 0)
    found = _EN.search(text)
    if found is None and not _EACH.search(text):
        return None
    if _ONE_OF.search(text):
        return None
    if found is None:
        return 0
    number = next((found[name] for name in ("count", "both", "bare", "among", "lone") if found[name]), "")
    return _NUMBERS.get(number, 0)


def is_batch(mention: Mention, sentence: Sentence) -> bool:
    """Whether a general word ("projects", 案件) means several projects at once and is no facility of its own."""
    site = mention.value
    start, end = mention.start - sentence.start, mention.end - sentence.start
    if site.determiner == "bare" and len(sentence.of("site")) == 1 and _JA_ARE.search(sentence.text[:start]):
        return True
    if site.facility.get("facility") not in _GENERIC or site.product or site.name or site.project_id:
        return False
    text = sentence.text.lower()
    pattern = _JA if sentence.japanese else _EN
    inside = any(found.start() < end and start < found.end() for found in pattern.finditer(text))
    return inside or (
        not sentence.japanese and any(found.start() < end and start < found.end() for found in _EACH.finditer(text))
    )


def introduces(mention: Mention, sentence: Sentence) -> bool:
    """Whether a general word only introduces the facility behind it: "a third project, small modular reactors"."""
    site = mention.value
    if site.facility.get("facility") not in _GENERIC or site.product or site.name or site.project_id:
        return False
    behind = [other for other in sentence.of("site") if other.start >= mention.end]
    gap = sentence.text[mention.end - sentence.start : behind[0].start - sentence.start] if behind else "x"
    return bool(re.fullmatch(r",\s(?:(?:an?|the)\s)?|:\s|、", gap))


def drop_announced(projects: Projects) -> None:
    """Forget what only announced the projects told behind it: "three refineries are going up", then each of them."""
    for one in [one for one in projects.clusters if one.several and not (one.places or one.project_id or one.names)]:
        told = [other for other in projects.clusters if other is not one and not other.several and other.places]
        same = [other for other in told if other.sector in ("", one.sector) and other.sites[0][0] > one.sites[0][0]]
        if len(same) < _FEWEST or one.entry:
            continue
        projects.clusters.remove(one)
        projects._of_mention = {place: other for place, other in projects._of_mention.items() if other is not one}
        left = ((number, [other for other in found if other is not one]) for number, found in projects.explicit.items())
        projects.explicit = {number: found for number, found in left if found}


_FEWEST = 2
"""Projects that must follow for what announced them to be none itself."""


def spread(annotated: Annotated, projects: Projects) -> None:
    """Let the sentences about several projects at once speak of all of them and of no single one.

    Args:
        annotated: The document.
        projects: Its projects with the focus of every sentence, which is changed in place.
    """
    projects.batches.clear()
    running: list[Cluster] | None = None
    paragraph = -1
    for sentence in annotated.sentences:
        if sentence.paragraph != paragraph:
            running, paragraph = None, sentence.paragraph
        number = counted(sentence)
        explicit = projects.explicit.get(sentence.number, [])
        if number is not None and len(explicit) != 1:
            running = explicit if len(explicit) > 1 else members(number, sentence, annotated, projects)
            if not running and not number:
                running = None
                continue
            _reach_back(sentence, running, annotated, projects)
        elif explicit or number is not None or _takes_up_one(sentence, projects):
            running = None
        if running is not None:
            _speak_of_all(sentence, running, projects)
    _financed_together(annotated, projects)


def _speak_of_all(sentence: Sentence, together: Sequence[Cluster], projects: Projects) -> None:
    projects.batches[sentence.number] = list(together)
    if sentence.number not in projects.explicit:
        projects.focus[sentence.number] = list(together)


def _reach_back(sentence: Sentence, together: Sequence[Cluster], annotated: Annotated, projects: Projects) -> None:
    """The opening of a paragraph speaks of those that its second sentence names: "It signed loans. The three ..."."""
    for before in annotated.sentences[max(0, sentence.number - 2) : sentence.number]:
        if before.paragraph == sentence.paragraph and not projects.focus.get(before.number):
            _speak_of_all(before, together, projects)


def _financed_together(annotated: Annotated, projects: Projects) -> None:
    """Where loans are for several projects at once, what else is said of lending and insuring is about these."""
    loans = [
        (number, together)
        for number, together in projects.batches.items()
        if together and _FINANCE.search(annotated.sentences[number].text.lower())
    ]
    groups = {tuple(one.key for one in together) for together in projects.batches.values() if len(together) > 1}
    if not loans and len(groups) == 1:
        # One batch alone: its lenders need not name it ("JBIC and NEXI provide loans and insurance").
        loans = [(number, together) for number, together in projects.batches.items() if len(together) > 1][:1]
    if not loans:
        return
    for sentence in annotated.sentences:
        number = sentence.number
        if sentence.heading or projects.focus.get(number) or number in projects.batches or number < loans[0][0]:
            continue
        if sentence.of("program"):
            continue
        if _FINANCE.search(sentence.text.lower()) and sentence.of("org") and number not in projects.detached:
            _speak_of_all(sentence, loans[0][1], projects)


_FINANCE = re.compile(
    r"\bloans?\b|\blend(?:s|ing|ers?)?\b|\bcredits?\b|\binsur(?:e|es|ed|ing|er|ers)\b|\bguarantee[sd]?\b"
    r"|融資|貸付|貸し付け|貸し倒れ|付保|保険|債務保証"
)


def _takes_up_one(sentence: Sentence, projects: Projects) -> bool:
    """Whether a sentence after one about a batch is about one of its projects, whose firm or state it names."""
    if _TOTALS.search(sentence.masked):
        return False
    states = {place.value.admin1 for place in sentence.of("place") if place.value.admin1}
    ids = {org.id for org in sentence.of("org")}
    found = [one for one in projects.clusters if one.admin1 in states or ids & set(one.org_ids[:2])]
    return len(found) == 1


def members(number: int, sentence: Sentence, annotated: Annotated, projects: Projects) -> list[Cluster]:
    """The projects that "the three" are: those enumerated together, else all that are known or all there are.

    Args:
        number: How many; 0 where the text does not say.
        sentence: The sentence that says so.
        annotated, projects: The document and its projects.

    Returns:
        In the order of the text; none where it is not sure which are meant.
    """
    told = [one for one in projects.clusters if one.sector]
    listed = _enumerations(number, annotated, projects)
    if listed:
        # Those told before are meant, unless the list comes only after.
        return min(listed, key=lambda pair: (pair[0] > sentence.number, abs(pair[0] - sentence.number)))[1]
    known = [one for one in told if one.project_id]
    for group in (known, told):
        if len(group) == number or (number == 0 and len(group) > 1):
            return group
    return []


def _enumerations(number: int, annotated: Annotated, projects: Projects) -> list[tuple[int, list[Cluster]]]:
    """Sentences that name exactly so many projects, with these."""
    least = max(number, 2)
    return [
        (at, _in_order(annotated.sentences[at], clusters, projects))
        for at, clusters in projects.explicit.items()
        if (len(clusters) == number if number else len(clusters) >= least)
    ]


def _in_order(sentence: Sentence, clusters: Sequence[Cluster], projects: Projects) -> list[Cluster]:
    order = [projects.of(sentence, site) for site in sentence.of("site")]
    found = [one for one in order if one is not None]
    return list(dict.fromkeys(found)) if len(set(map(id, found))) == len(clusters) else list(clusters)


_LISTED = re.compile(
    r"[\ue200-\ue2ff](?:[,;] [^\ue200-\ue2ff]{0,24}[\ue200-\ue2ff])*[,;]? and [^\ue200-\ue2ff]{0,24}[\ue200-\ue2ff]"
)
_LISTED_JA = re.compile(r"[\ue200-\ue2ff](?:[、，・と][^\ue200-\ue2ff]{0,10}[\ue200-\ue2ff])+")
_RESPECTIVELY = Cue(r"\brespectively\b|\bin that order\b|\bin turn\b|それぞれ|順に|各々|の順")


def respective(sentence: Sentence, mention: Mention, projects: Projects) -> Cluster | None:
    """The project of one sum in a list of as many sums as the projects spoken of at once, in the same order.

    Args:
        sentence: "They were priced at $33 billion, $2.1 billion and $600 million."
        mention: One of its sums.
        projects: The projects with the sentences that speak of several.
    """
    together = projects.batches.get(sentence.number) or _named_here(sentence, projects)
    money = listed_sums(sentence, mention)
    if together and len(money) == len(together) > 1:
        if sentence.number in projects.explicit and not _RESPECTIVELY.search(sentence.masked):
            return None
        return together[money.index(mention)]
    return None


def _named_here(sentence: Sentence, projects: Projects) -> list[Cluster]:
    clusters = projects.explicit.get(sentence.number, [])
    return _in_order(sentence, clusters, projects) if _RESPECTIVELY.search(sentence.masked) else []


def listed_sums(sentence: Sentence, mention: Mention) -> list[Mention]:
    """The sums of the list that a sum stands in; none where it stands alone."""
    place = sentence.position(mention)
    for listed in (_LISTED_JA if sentence.japanese else _LISTED).finditer(sentence.masked):
        if listed.start() <= place < listed.end():
            return [one for one in sentence.of("money") if listed.start() <= sentence.position(one) < listed.end()]
    return []


def one_of_several(sentence: Sentence, mention: Mention, projects: Projects, cluster: Cluster | None) -> Cluster | None:
    """The project of one sum in a list of sums: the one at the same place of a list of projects, else none for sure.

    Args:
        sentence, mention: A sum in its sentence.
        projects: The projects of the document.
        cluster: The project it would belong to if it stood alone.
    """
    money = listed_sums(sentence, mention)
    if len(money) < 2 or sentence.japanese:
        return respective(sentence, mention, projects) or cluster
    told = projects.explicit.get(sentence.number, [])
    if len(told) == len(money):
        return told[money.index(mention)]
    return respective(sentence, mention, projects) or (None if len(money) > 2 else cluster)
