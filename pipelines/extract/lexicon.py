"""Everything that reading needs to know beforehand, compiled once: names, vocabularies, patterns, known projects.

What belongs here: building the lexicon from reference rows. What does not: reading documents with it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from pipelines.extract.amounts import find_amounts
from pipelines.extract.anaphors import Anaphors
from pipelines.extract.labels import Labels
from pipelines.extract.measures import MeasureFinder
from pipelines.extract.mentions import Sentence
from pipelines.extract.money_grammar import MoneyGrammar
from pipelines.extract.names import NameFinder, NameRules, organization_terms
from pipelines.extract.newnames import NewNames
from pipelines.extract.patterns import Found, PatternBook, kind_bits
from pipelines.extract.places import PlaceFinder
from pipelines.extract.relevance import Relevance
from pipelines.extract.signs import SignBook
from pipelines.extract.sites import SiteFinder
from pipelines.extract.terms import Term, TermIndex
from pipelines.extract.typos import TypoIndex
from pipelines.extract.vocabulary import Row, rows

BANKS = (
    "participant_patterns",
    "role_frames",
    "ownership_patterns",
    "stage_patterns",
    "attribution_patterns",
    "amount_patterns",
    "money_cues",
    "capacity_cues",
    "control_patterns",
    "production_patterns",
    "place_patterns",
    "use_cues",
    "uses",
)
"""Vocabularies that are patterns over masked sentences."""

_PLURAL_KINDS = frozenset({"material", "facility", "product"})


@dataclass(frozen=True, slots=True)
class KnownProject:
    """A project that curated rows describe, for recognising it in documents.

    Attributes:
        project_id: Its id.
        names: Its names in all languages.
        org_ids: Organisations that take part in it.
        admin1: ISO 3166-2.
        city: Town.
        country: ISO 3166-1 alpha-3.
        sector: Code of the codelist `sector`.
        materials: Material ids tied to it, where known.
        program_id: The programme that it belongs to.
        program_relation: Code; an entry of a list of interest is matched by entries of such lists alone.
    """

    project_id: str
    names: tuple[str, ...] = ()
    org_ids: tuple[str, ...] = ()
    admin1: str | None = None
    city: str | None = None
    country: str | None = None
    sector: str | None = None
    materials: tuple[str, ...] = ()
    program_relation: str | None = None
    program_id: str | None = None


@dataclass(frozen=True)
class Lexicon:
    """Compiled knowledge for reading documents.

    Attributes:
        organizations, materials, programs, places: Reference rows by id or code.
        known_projects: By project_id.
        place_names: Reference rows of places by code.
        firm_names: Gazetteer group -> `en`, `ja`, `country`, and `kind` where it is no company.
        pledges: (figure, currency) -> programme, from the programmes' own names ("$550 billion investment plan").
        books: Language -> the patterns of all vocabularies.
        relevance: Whether a document can say anything that we publish.
        labels: What headings of columns and labels of facts announce.
        signs: What tells a known project where its name is not given.
        builders: First words of the names of firms whose trade is to build for others.
        anaphors: Words that stand for a firm named before.
    """

    organizations: Mapping[str, Row]
    organization_names: Mapping[str, tuple[str, ...]]
    materials: Mapping[str, Row]
    programs: Mapping[str, Row]
    known_projects: Mapping[str, KnownProject]
    index: TermIndex
    names: NameFinder
    new_names: NewNames
    grammar: MoneyGrammar
    measures: MeasureFinder
    places: PlaceFinder
    sites: SiteFinder
    books: Mapping[str, PatternBook]
    place_names: Mapping[str, Row]
    firm_names: Mapping[str, Row]
    pledges: Mapping[tuple[Decimal, str], str]
    relevance: Relevance
    labels: Labels
    signs: SignBook
    builders: frozenset[str]
    anaphors: Anaphors

    def country_of_firm(self, org_id: str) -> str:
        """Country of an organisation as far as reference and gazetteer tell, alpha-3; empty where they do not."""
        row = self.organizations.get(org_id) or self.firm_names.get(org_id.removeprefix("@")) or {}
        return str(row.get("country") or "")

    def matches(self, vocabulary: str, sentence: Sentence, text: str = "masked") -> Sequence[Found]:
        """Matches of a vocabulary's patterns in a sentence, in the order of the vocabulary.

        Args:
            vocabulary: One of `BANKS`.
            sentence: Patterns are tried once on it; every later question is answered from what was found.
            text: `masked`, `core` (masked, without asides) or `plain` (the text itself in lower case).
        """
        if text == "core" and sentence.core == sentence.masked:
            text = "masked"
        found = sentence.matched.get((vocabulary, text))
        if found is None:
            book = self.books["ja" if sentence.japanese else "en"]
            read = {"masked": sentence.masked, "core": sentence.core}.get(text) or sentence.text.lower()
            if text not in sentence.held:
                sentence.held[text] = book.words_in(read)
            kinds = 0 if text == "plain" else kind_bits(mention.kind for mention in sentence.mentions)
            found = sentence.matched[vocabulary, text] = book.find(vocabulary, read, sentence.held[text], kinds)
        return found


def build_lexicon(
    reference: Mapping[str, Sequence[Mapping[str, str]]], known_projects: Sequence[KnownProject] = ()
) -> Lexicon:
    """Compile reference rows and known projects.

    Args:
        reference: File stem -> rows of `raw/reference`: organizations, organization_names, materials, material_names,
            places, program_names and `vocabulary/<name>`; a vocabulary table that is missing is the project's own.
        known_projects: Projects that curated rows describe.
    """
    rules = NameRules(reference)
    signs = SignBook(reference)
    org_terms = organization_terms(reference, rules)
    firms = [Term("firm", row["group"], row["name"], row) for row in rows(reference, "firm_names")]
    firms = _unknown_firms(firms, org_terms)
    terms = [
        *org_terms,
        *firms,
        *_material_terms(reference),
        *PlaceFinder.terms(reference),
        *(
            Term("program", row["program_id"], row["name"], row)
            for row in reference.get("program_names", ())
            if row.get("language") in ("en", "ja")
        ),
        *_project_terms(known_projects, org_terms, reference),
        *_further_names(signs, known_projects),
        *(Term("facility", row["facility"], row["form"], row) for row in rows(reference, "facilities")),
        *(Term("product", row["product"], row["form"], row) for row in rows(reference, "products")),
    ]
    index = TermIndex(terms, plural_kinds=_PLURAL_KINDS)
    heads = [row["form"] for row in rows(reference, "org_words") if (row["language"], row["kind"]) == ("ja", "head")]
    typos = TypoIndex(org_terms, [term.form for term in firms], rules.legal, heads)
    grammar = MoneyGrammar(reference)
    pledges = _pledges(reference.get("program_names", ()), grammar)
    names: dict[str, list[str]] = {}
    for term in org_terms:
        names.setdefault(term.id, []).append(term.form)
    return Lexicon(
        organizations={row["org_id"]: row for row in reference.get("organizations", ())},
        organization_names={org: tuple(dict.fromkeys(forms)) for org, forms in names.items()},
        materials={row["material_id"]: row for row in reference.get("materials", ())},
        programs={row["program_id"]: row for row in reversed(reference.get("program_names", ()))},
        known_projects={project.project_id: project for project in known_projects},
        index=index,
        names=NameFinder(index, rules, typos),
        new_names=NewNames(reference, rules),
        grammar=grammar,
        measures=MeasureFinder(reference),
        places=PlaceFinder(reference),
        sites=SiteFinder(reference),
        books={
            language: PatternBook({name: rows(reference, name) for name in BANKS}, language)
            for language in ("en", "ja")
        },
        place_names={row["code"]: row for row in reference.get("places", ())},
        firm_names=_groups(firms, rows(reference, "firm_kinds")),
        pledges=pledges,
        relevance=Relevance(reference, pledges),
        labels=Labels(reference),
        signs=signs,
        builders=frozenset(row["form"] for row in rows(reference, "org_words") if row["kind"] == "builder"),
        anaphors=Anaphors(reference),
    )


def _pledges(names: Sequence[Row], grammar: MoneyGrammar) -> dict[tuple[Decimal, str], str]:
    found: dict[tuple[Decimal, str], str] = {}
    for row in names:
        for amount in find_amounts(row["name"], None, None, grammar):
            if amount.currency == "USD" and amount.low is not None:
                found[amount.low, amount.currency] = row["program_id"]
    return found


def _groups(firms: Sequence[Term], kinds: Sequence[Row]) -> dict[str, dict[str, str]]:
    """Gazetteer group -> its first name in each language, its country and, where it is no company, its kind."""
    told = {row["group"]: row["kind"] for row in kinds}
    found: dict[str, dict[str, str]] = {}
    for term in firms:
        group = found.setdefault(term.id, {"country": term.row.get("country", "")})
        if term.id in told:
            group["kind"] = told[term.id]
        group.setdefault(term.row["language"], term.form)
    return found


def _unknown_firms(firms: Sequence[Term], known: Sequence[Term]) -> list[Term]:
    """The gazetteer's firms without those that the reference knows by one of their names."""
    forms = {term.form.lower() for term in known}
    groups = {term.id for term in firms if term.form.lower() in forms}
    return [term for term in firms if term.id not in groups]


def _material_terms(reference: Mapping[str, Sequence[Row]]) -> list[Term]:
    found: dict[tuple[str, str], Term] = {}
    for row in reference.get("material_names", ()):
        if row.get("language") in ("en", "ja") and row["name"]:
            found.setdefault((row["material_id"], row["name"]), Term("material", row["material_id"], row["name"], row))
    for row in reference.get("materials", ()):
        for form in filter(None, (row["name"], row.get("name_ja", ""))):
            found.setdefault((row["material_id"], form), Term("material", row["material_id"], form, row))
    return list(found.values())


def _project_terms(
    projects: Sequence[KnownProject], organizations: Sequence[Term], reference: Mapping[str, Sequence[Row]]
) -> list[Term]:
    """Proper names of known projects: a name as such, or the capitalised words that open it ("Blue Point")."""
    firms: dict[str, set[str]] = {}
    for term in organizations:
        firms.setdefault(term.form.lower(), set()).add(term.id)
    places = {str(row.get(column, "")).lower() for row in reference.get("places", ()) for column in ("name", "name_ja")}
    found: dict[tuple[str, str], Term] = {}
    owners: dict[str, set[str]] = {}
    for project in projects:
        for name in project.names:
            for form in _proper_forms(name):
                # A firm's name is a project's only where the firm was formed for it and so takes part in nothing else.
                bearer = firms.get(form.lower(), set())
                shared = any(bearer & set(other.org_ids) for other in projects if other is not project)
                if form.lower() in places or (
                    bearer and (shared or not bearer <= set(project.org_ids) or project.project_id not in bearer)
                ):
                    continue
                owners.setdefault(form.lower(), set()).add(project.project_id)
                found[project.project_id, form] = Term("project", project.project_id, form)
    return [term for (_, form), term in found.items() if len(owners[form.lower()]) == 1]


def _further_names(signs: SignBook, projects: Sequence[KnownProject]) -> list[Term]:
    """Names of known projects by which no curated row calls them ("GulfLink", ガルフリンク)."""
    known = {project.project_id for project in projects}
    return [Term("project", project, name) for project, name in signs.names() if project in known]


def _proper_forms(name: str) -> list[str]:
    if not name.isascii():
        return [name] if len(name) >= 6 else []
    forms = [re.sub(r"\s*\(.*?\)", "", name)]
    forms += re.findall(r"\(([A-Z][^()]{4,60})\)", name)
    proper = re.match(r"(?:[A-Z][\w'-]*[A-Za-z]\s?){2,4}(?=\s?[a-z(,-]|$)", name)
    if proper:
        forms.append(proper[0].strip())
    return [form for form in dict.fromkeys(forms) if len(form) >= 6]
