"""Projects that a Japanese text tells only by where they are worked on: ニューヨーク州でも着工が待たれる.

What belongs here: a place with words of building or making behind it, where none of the projects told so far lies. What
does not: facilities that a text names (`sites`), the same in English (`unnamed.opened_elsewhere`).
"""

from __future__ import annotations

import re

from pipelines.extract.clusters import Projects
from pipelines.extract.mentions import Mention, Sentence
from pipelines.extract.sites import Site
from pipelines.extract.vocabulary import Row
from pipelines.extract.whereabouts import is_home, lies_elsewhere, own_place

_PLANT: Row = {"facility": "plant", "sector": "", "strength": "generic", "label": "plant", "label_ja": "工場"}
_SCENE = re.compile(
    r"(?:（[ァ-ヺー・]{2,12}）)?(?:市|町|村|郡|県|州)?(?:[東西南北中]{1,2}部|近郊|郊外|沖)?(?P<scene>でも|では|で|にも|に)(?![あよ])、?"
    r"(?P<clause>[^。]{0,44})"
)
_WORKED = re.compile(
    r"着工|起工|(?:棟|工場|設備|ライン|施設|炉)(?:も|が)?[^。、]{0,6}完成|(?<!再)稼働|再稼働|操業|量産|(?:生産|製造|製錬|精製|精錬|採掘|増産|リサイクル|組み立て)(?:を|し|する|に|も)"
    r"|建設(?!会社|業|省|費)|建て|新設|増設|増強|拡張|同じこと(?:を|に)"
)
_OPENS = re.compile(r"(?:(?:また|さらに|このほか|一方|加えて|同時に|併せて)、?)?")
_NO_WORKS = re.compile(
    r"説明会|会見|会談|会合|会議|研究|本社|事務所|営業|販売|講演|発表|式典|裁判|大会|選挙|学校|採用|研修|展示会|見本市"
    r"|署名|調印|協議|住宅|道路|倉庫|店|ホテル|病院|以前|かつて|撤退|閉鎖|中止|断念"
)


def opened_there(sentence: Sentence, projects: Projects) -> list[Mention]:
    """The projects that a Japanese sentence opens by place and work alone, as facilities without words.

    Args:
        sentence: Any; its own facilities hold the places that adjoin them.
        projects: The projects so far. Each of them is known to lie elsewhere, so that this is another one.
    """
    # A facility in passing has no place; the one told last may yet turn out to lie here.
    last = projects.explicit[max(projects.explicit)][-1:] if projects.explicit else []
    told = [one for one in projects.clusters if one.places or one in last]
    if not sentence.japanese or sentence.heading or sentence.row:
        return []
    sites = [one for one in sentence.of("site") if not one.value.passing]
    own = [one for one in (own_place(site.start, site.end, sentence) for site in sites) if one is not None]
    if not own and not any(one.places for one in told):
        return []
    found: list[Mention] = []
    for place in sentence.of("place"):
        scene = _SCENE.match(sentence.text, place.end - sentence.start)
        if scene is None or not (place.value.admin1 or place.value.city) or is_home(sentence, place):
            continue
        if any(place.value is one for one in own) or any(place.end < site.start < place.end + 24 for site in sites):
            continue
        clause = re.split(r"、(?![^、]{0,10}$)", scene["clause"])[0] if sites else scene["clause"]
        if not _WORKED.search(clause) or _NO_WORKS.search(clause):
            continue
        # 「でも」 sets a place beside that of the project before, 「では」 opens a sentence with another scene; else a
        # firm must be at work there.
        topic = scene["scene"] == "では" and bool(_OPENS.fullmatch(sentence.text[: place.start - sentence.start]))
        if not (scene["scene"].endswith("も") or topic or sentence.of("org")):
            continue
        apart = all(lies_elsewhere(one, place.value) for one in told) and all(
            (one.admin1 or one.country) != (place.value.admin1 or place.value.country) for one in own
        )
        if apart:
            site = Site(place.end, place.end, "", _PLANT, {}, "other")
            found.append(Mention("site", place.end, place.end, "", "", site))
    return found
