"""Who is answered what: every sort of capacity in every kind of agency at every endpoint, over cases in several hands.

What each agency is to each thing is written down here, by hand, beside the story; what follows from it is asked of the
rules of reading; and what a list holds is told by the auditor's.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, get_args
from urllib.parse import quote

import httpx
import pytest
from fastapi.routing import APIRoute

from api.conftest import JSON, serving
from custody.access.caller import Caller
from custody.access.rights import ROLES, Role, Sight, opens_sealed_values, sight
from custody.acts.parties import AgencyKind, Capacity
from custody.acts.values import encode
from custody.label import code_of
from custody.sign_in import signed_statement
from custody_api.admission import ENDPOINTS, MEANINGS
from custody_api.app import OPEN, ROUTERS
from world import World
from world_orders import joins

KINDS = {
    "psb-yunling": "police", "center": "custodian-contractor", "lab-1": "lab", "pro-yunling": "procuratorate",
    "crt-yunling": "court", "aud-yunling": "audit",
}  # fmt: skip
CAPACITIES: tuple[Capacity, ...] = ("officer", "approver-1", "custodian", "examiner", "auditor", "administrator")
"""One of each sort that the rules of reading tell apart; a test below says that there are no others."""
CASE, OTHER, NO_CASE = "云公(刑)诈〔2026〕0520", "云公(刑)盗〔2026〕0611", "云公(刑)抢〔2026〕0777"
NO_ACT = "019cdf51-6200-7a3c-9b1e-5d0f2c8a4e71"

Subjects = tuple[str, ...]
Shows = Callable[[Caller], bool]


@dataclass
class Story:
    """What happened, and what each agency is to it."""

    world: World
    names: dict[str, str] = field(default_factory=dict)
    roles: dict[str, dict[str, set[Role]]] = field(default_factory=dict)
    """Subject → agency → roles."""
    acts: dict[str, Subjects] = field(default_factory=dict)
    """Act → what it touched."""
    kit: str = ""

    def sight(self, caller: Caller, subject: str, *, presented: bool = False) -> Sight:
        """What follows for a caller from the roles of his agency."""
        roles = self.roles.get(subject, {}).get(caller.agency, set())
        return sight(caller, roles | {"presents"} if presented else roles)

    def of_act(self, caller: Caller, act: str) -> Sight:
        """Of an act, the whole is seen with the whole of all its items; the thing with anything that it touched."""
        seen = [self.sight(caller, each) for each in self.acts[act]]
        items = [self.sight(caller, each) for each in self.acts[act] if each.startswith("item:")]
        whole = all(each is Sight.WHOLE for each in items) if items else max(seen) is Sight.WHOLE
        return Sight.WHOLE if whole else min(max(seen), Sight.THING)


def told(world: World) -> Story:
    """Two cases whose things lie with the police, a store, a laboratory, and go on to the procuratorate."""
    story = Story(world)
    world.is_audited()
    world.opens_case(case=CASE)
    world.opens_case(case=OTHER)
    stored, held, lent = world.seizes(CASE, world.item(), world.item(features="蓝色贴纸"), world.item())
    taken = world.seizes(OTHER, world.item(), world.item())
    offered, left = taken
    moved = world.checks_in([stored, lent]).act
    loan = world.lends([lent]).act
    draft = world.draw(CASE)
    world.act(draft)
    tube, reserve = (each["code"][:16] for each in draft["tubes"])
    world.dispatches([tube])
    received = world.lab_receives([tube]).act
    manifest = world.offers([offered])
    world.answers(manifest, [offered], by="江检")
    count = world.opens_stock_take("大库", book=[stored])
    world.counts(count, "大库", book=[stored], scanned=[])
    world.clock.forward(hours=30)
    [late] = world.seizes(OTHER, world.item())
    world.clock.forward(hours=30)
    world.checks_in([late])
    store, lab = world.places["大库"], world.places["一所实验室"]
    police: dict[str, set[Role]] = {"psb-yunling": {"leads"}}
    in_hand: dict[str, set[Role]] = {"psb-yunling": {"leads", "keeps"}}
    story.roles = {
        f"case:{CASE}": police,
        f"case:{OTHER}": police | {"pro-yunling": {"accepted"}},
        f"item:{stored}": police | {"center": {"keeps"}},
        f"item:{held}": in_hand,
        f"item:{lent}": in_hand,
        f"item:{tube}": police | {"lab-1": {"keeps"}},
        f"item:{reserve}": in_hand,
        f"item:{offered}": in_hand | {"pro-yunling": {"controls", "accepted"}},
        f"item:{left}": in_hand | {"pro-yunling": {"accepted"}},
        f"item:{late}": police | {"center": {"keeps"}, "pro-yunling": {"accepted"}},
        f"place:{store}": {"center": {"operates"}},
        f"place:{lab}": {"lab-1": {"operates"}},
        f"manifest:{manifest}": {"psb-yunling": {"sends"}, "pro-yunling": {"receives"}},
    }
    story.roles |= {
        f"place:{world.places[each]}": {"center": {"operates"}} for each in ("冷藏", "车场", "贵重", "毒品库")
    }
    story.acts = {
        moved: (f"item:{stored}", f"item:{lent}", f"place:{store}"),
        received: (f"item:{tube}", f"place:{lab}"),
    }
    story.kit = draft["kit"]
    story.names = {
        "stored": stored, "held": held, "lent": lent, "tube": tube, "reserve": reserve, "offered": offered,
        "left": left, "store": store, "lab": lab, "manifest": manifest, "loan": loan, "count": count, "moved": moved,
        "received": received,
    }  # fmt: skip
    return story


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """The story, with somebody of every sort of capacity in an agency of every kind."""
    world = World(f"sqlite:///{tmp_path_factory.mktemp('rights') / 'ledger.db'}")
    made = told(world)
    for agency in KINDS:
        for capacity in CAPACITIES:
            joins(world, f"{agency}.{capacity}", capacity, agency=agency)
    yield made
    world.close()


@pytest.fixture(scope="module")
def server(story: Story) -> Iterator[httpx.Client]:
    """The story, served; nobody is signed in."""
    with serving(story.world.ledger) as address, httpx.Client(base_url=address, timeout=60) as client:
        auditor, size = signed_in(client, story.world, "aud-yunling.auditor"), story.world.ledger.recorder.head().size
        behind = (client.get(f"/v1/items?at_least={size}", headers=auditor).status_code == 503 for _ in range(20))
        assert not all(behind)
        yield client


def signed_in(server: httpx.Client, world: World, person: str) -> dict[str, str]:
    """The header of somebody's session."""
    origin = str(server.base_url).rstrip("/")
    statement = signed_statement(origin, encode(secrets.token_bytes(16)), world.clock.now, world.keys[person])
    answer = server.post("/v1/session", headers=JSON, content=statement)
    assert answer.status_code == 201, answer.text
    return {"Authorization": f"Bearer {answer.json()['token']}"}


def callers(story: Story) -> Iterator[tuple[str, Caller]]:
    """Everybody, and what they are."""
    for agency, kind in KINDS.items():
        for capacity in CAPACITIES:
            person = f"{agency}.{capacity}"
            yield person, Caller(person, agency, kind, frozenset({capacity}))


@dataclass(frozen=True)
class Asked:
    """One address: to whom it answers, and, for one thing, what it is called and what nothing is called."""

    endpoint: str
    path: str
    shows: Shows
    name: str = ""
    nothing: str = ""
    otherwise: int = 404


def of_thing(story: Story, subject: str, *, presented: bool = False) -> Shows:
    """Who sees something of it, perhaps with its label at hand."""
    return lambda caller: story.sight(caller, subject, presented=presented) >= Sight.THING


def of_whole(story: Story, *subjects: str) -> Shows:
    """Who sees the whole of each."""
    return lambda caller: all(story.sight(caller, each) is Sight.WHOLE for each in subjects)


def of_act(story: Story, act: str, least: Sight) -> Shows:
    """Who sees so much of an act."""
    return lambda caller: story.of_act(caller, act) >= least


def things(story: Story) -> Iterator[Asked]:
    """Every endpoint that speaks of one thing, with things in different hands."""
    for of in (items_one_by_one, cases_one_by_one, acts_one_by_one, places_one_by_one, others_one_by_one):
        yield from of(story)


def items_one_by_one(story: Story) -> Iterator[Asked]:
    """Items now and then, by id and by code, with history and label."""
    no_item = story.world.code()[:16]
    one, history, label = (
        "GET /v1/items/{id_or_code}", "GET /v1/items/{id_or_code}/history", "GET /v1/labels/{label_id}.{format}"
    )  # fmt: skip
    for each in ("stored", "held", "tube", "reserve", "offered", "left", "lent"):
        item = story.names[each]
        path, seen = f"/v1/items/{item}", of_thing(story, f"item:{item}")
        at_hand = of_thing(story, f"item:{item}", presented=True)
        yield Asked(one, path, seen, item, no_item)
        yield Asked(history, f"{path}/history", seen, item, no_item)
        yield Asked("GET /v1/items/{id_or_code}/prov.json", f"{path}/prov.json?why=x", seen, item, no_item)
        if each in ("stored", "offered"):
            whole = of_whole(story, f"item:{item}")
            bundle = "GET /v1/items/{id_or_code}/bundle"
            yield Asked(bundle, f"{path}/bundle?why=x&report=false", whole, item, no_item)
        if each in ("stored", "tube", "left"):
            moment = story.world.clock.now.isoformat().replace("+", "%2B")
            code, nothing = code_of(item), code_of(no_item)
            yield Asked(one, f"/v1/items/{code}", at_hand, code, nothing)
            yield Asked(one, f"{path}?as_of={moment}", seen, item, no_item)
            yield Asked(one, f"{path}?as_of=2020-01-01T00:00:00Z", lambda _: False)
            yield Asked(history, f"{path}/history?known_at={moment}", seen, item, no_item)
            yield Asked(label, f"/v1/labels/{item}.svg?why=x", at_hand, item, no_item)


def cases_one_by_one(story: Story) -> Iterator[Asked]:
    """Cases, by references that need encoding."""
    for case in (CASE, OTHER):
        path, known = f"/v1/cases/{quote(case, safe='')}", of_whole(story, f"case:{case}")
        yield Asked("GET /v1/cases/{reference:path}", path, known, case, NO_CASE)
        yield Asked("GET /v1/cases/{reference:path}", f"{path}?as_of=2020-01-01T00:00:00Z", lambda _: False)
        for part in ("items", "acts", "kits"):
            yield Asked(f"GET /v1/cases/{{reference:path}}/{part}", f"{path}/{part}", known, case, NO_CASE)
        for file in ("case.jsonld", "prov.json"):
            yield Asked(f"GET /v1/cases/{{reference:path}}/{file}", f"{path}/{file}?why=x", known, case, NO_CASE)
        bundle = "GET /v1/cases/{reference:path}/bundle"
        yield Asked(bundle, f"{path}/bundle?why=x&report=false", known, case, NO_CASE)


def acts_one_by_one(story: Story) -> Iterator[Asked]:
    """Acts, with what is handed out of them, and a paper of them."""
    thing, whole = Sight.THING, Sight.WHOLE
    for act in story.acts:
        for end, least in (("", thing), ("/proof", thing), ("/entry", thing), ("/envelope", whole)):
            path = f"/v1/acts/{act}{end}"
            yield Asked(f"GET /v1/acts/{{act_id}}{end}", path, of_act(story, act, least), act, NO_ACT)
    moved = story.names["moved"]
    shows = of_act(story, moved, whole)
    yield Asked("GET /v1/papers/{kind}", f"/v1/papers/check-in-slip?act={moved}", shows, moved, NO_ACT)


def places_one_by_one(story: Story) -> Iterator[Asked]:
    """Places and what lies there."""
    no_place = story.world.code("place")[:16]
    for place in (story.names["store"], story.names["lab"]):
        seen = of_thing(story, f"place:{place}")
        yield Asked("GET /v1/places/{place}", f"/v1/places/{place}", seen, place, no_place)
        yield Asked("GET /v1/places/{place}/items", f"/v1/places/{place}/items", seen, place, no_place)


def others_one_by_one(story: Story) -> Iterator[Asked]:
    """A kit, a manifest, a loan, a stock-take."""
    n, no_kit, no_manifest = story.names, story.world.code("kit")[:16], story.world.code("manifest")[:16]
    tubes = (f"item:{n['tube']}", f"item:{n['reserve']}")
    one_tube: Shows = lambda caller: any(story.sight(caller, each) for each in tubes)  # noqa: E731
    yield Asked("GET /v1/kits/{kit}", f"/v1/kits/{story.kit}", one_tube, story.kit, no_kit)
    both = of_whole(story, *tubes)  # a paper on one tube tells what became of the other
    yield Asked("GET /v1/papers/{kind}", f"/v1/papers/continuity?item={n['tube']}", both)
    manifest, count, loan = n["manifest"], n["count"], n["loan"]
    known, counted = of_thing(story, f"manifest:{manifest}"), of_thing(story, f"place:{n['store']}")
    yield Asked("GET /v1/manifests/{manifest}", f"/v1/manifests/{manifest}", known, manifest, no_manifest)
    yield Asked("GET /v1/loans/{loan}", f"/v1/loans/{loan}", of_whole(story, f"item:{n['lent']}"), loan, NO_ACT)
    path = f"/v1/stock-takes/{count}"
    yield Asked("GET /v1/stock-takes/{stock_take}", path, counted, count, NO_ACT)
    yield Asked("GET /v1/stock-takes/{stock_take}/missing", f"{path}/missing", counted, count, NO_ACT)


def rooms(story: Story) -> Iterator[Asked]:
    """Endpoints that answer some callers and tell the others that they are not meant."""
    everybody: Shows = lambda _: True  # noqa: E731
    audits: Shows = lambda caller: caller.audits  # noqa: E731
    for path in ("/v1/session", "/v1/people", "/v1/people/psb-0211", "/v1/statistics", "/v1/head", "/log/checkpoint"):
        yield Asked(f"GET {path.replace('psb-0211', '{person}')}", path, everybody)
    size = story.world.ledger.recorder.head().size
    full = "000" if size >= 256 else f"000.p/{size}"
    yield Asked("GET /log/tile/{level}/{number:path}", f"/log/tile/0/{full}", everybody)
    yield Asked("GET /log/tile/entries/{number:path}", f"/log/tile/entries/{full}", audits, otherwise=403)
    yield Asked("GET /v1/inspection", "/v1/inspection", audits, otherwise=403)
    yield Asked("GET /v1/journal/views", "/v1/journal/views", audits, otherwise=403)
    yield Asked("GET /v1/refusals", "/v1/refusals", lambda caller: caller.oversees, otherwise=403)


OWN = {"date", "x-request-id"}
"""Headers that differ from answer to answer."""

LISTS = {
    "GET /v1/items": "/v1/items?limit=500",
    "GET /v1/cases": "/v1/cases",
    "GET /v1/cases/{reference:path}/items": f"/v1/cases/{quote(OTHER, safe='')}/items",
    "GET /v1/people/{person}/items": "/v1/people/psb-0211/items",
    "GET /v1/places": "/v1/places",
    "GET /v1/places/{place}/items": "/v1/places/{store}/items",
    "GET /v1/manifests": "/v1/manifests",
    "GET /v1/loans": "/v1/loans",
    "GET /v1/stock-takes": "/v1/stock-takes",
    "GET /v1/stock-takes/{stock_take}/missing": "/v1/stock-takes/{count}/missing",
    "GET /v1/unlocated": "/v1/unlocated",
    "GET /v1/defects": "/v1/defects",
    "GET /v1/deadlines": "/v1/deadlines?limit=500&stopped=true",
    "GET /v1/clearances/{name}": "/v1/clearances/daily",
}
"""Every list of things, and where it is asked for."""

ELSEWHERE = {
    "POST /v1/acts", "POST /v1/acts/batch", "POST /v1/acts/check", "POST /v1/scans", "POST /v1/session",
    "DELETE /v1/session", "GET /v1/session/issuers", "GET /v1/session/issuers/{issuer}/start",
    "GET /v1/session/issuers/{issuer}/callback", "GET /v1/feed", "GET /v1/feed/stream",
    "GET /v1/deadlines.ics", "PUT /v1/attachments/{sha256}", "GET /v1/attachments/{sha256}",
    *(each for each in ENDPOINTS if "/v1/subscriptions" in each or "/v1/pending" in each),
}  # fmt: skip
"""What is sent rather than asked for: in test_disclosing, test_submitting and test_labels; the feed, in test_feed;
files, in test_attachments; subscriptions, which are nobody else's, in test_subscriptions; what waits for signatures,
in test_pending; issuers, in test_issuers."""


def members(body: dict[str, Any]) -> list[dict[str, Any]]:
    """The members of a list, whatever it is called."""
    held = next(value for name, value in body.items() if name not in ("next", "clearance"))
    return [each for heading in held.values() for each in heading] if isinstance(held, dict) else held


def is_seen(story: Story, caller: Caller, endpoint: str, member: dict[str, Any]) -> bool:
    """Whether a member of the auditor's list is in somebody's."""

    def least(subject: str, wanted: Sight = Sight.THING) -> bool:
        return story.sight(caller, subject) >= wanted

    whole = Sight.WHOLE
    if "deadline" in member:
        subject = member["subject"] if ":" in str(member.get("subject")) else f"item:{member['item']}"
        of_case = least(f"case:{member['case']}", whole)
        return of_case or least(subject, whole if subject.startswith("case:") else Sight.THING)
    if endpoint == "GET /v1/defects":
        of_items = any(least(f"item:{each}", whole) for each in member["items"])
        return of_items or least(f"case:{member['case']}", whole)
    if endpoint == "GET /v1/cases":
        return least(f"case:{member['case']}", whole)
    if endpoint == "GET /v1/loans":
        return any(least(f"item:{each['item']}", whole) for each in member["items"])
    if endpoint == "GET /v1/stock-takes":
        return any(least(f"place:{each}") for each in member["places"])
    kind = next(each for each in ("manifest", "item", "place") if each in member)
    return least(f"{kind}:{member[kind]}")


def key_of(member: dict[str, Any]) -> str:
    """What tells a member from the others."""
    keys = ("deadline", "id", "item", "manifest", "loan", "stock_take", "case", "place")
    return str(next(member[key] for key in keys if key in member))


def test_every_capacity_reads_like_one_of_those_that_are_asked() -> None:
    for kind in get_args(AgencyKind):
        reads = {each: _reads(Caller("p", "a", kind, frozenset({each}))) for each in get_args(Capacity)}
        assert set(reads.values()) == {reads[each] for each in CAPACITIES}, kind


def _reads(caller: Caller) -> tuple[Any, ...]:
    """Everything that follows for a caller from what he is."""
    seen = tuple(sight(caller, [role]) for role in ROLES)
    opened = tuple(opens_sealed_values(caller, each) for each in Sight)
    return seen, opened, caller.audits, caller.oversees, caller.contractor


def test_every_endpoint_has_an_entry_that_says_whom_it_answers() -> None:
    routes = [route for router in (*ROUTERS, *OPEN) for route in router.routes if isinstance(route, APIRoute)]
    served = {f"{method} {route.path}" for route in routes for method in route.methods or ()}
    assert served | {"GET /openapi.json"} == set(ENDPOINTS)
    assert {each for names in ENDPOINTS.values() for each in names} == set(MEANINGS)


def test_every_endpoint_that_answers_with_things_is_walked_to(story: Story) -> None:
    walked = {each.endpoint for each in (*things(story), *rooms(story))} | set(LISTS) | ELSEWHERE
    assert {each for each, names in ENDPOINTS.items() if names != ("open",)} <= walked


def test_without_a_session_only_what_is_open_answers(server: httpx.Client) -> None:
    for endpoint, names in ENDPOINTS.items():
        method, path = endpoint.split(" ")
        answer = server.request(method, path.replace(":path", "").replace("{format}", "svg"), headers=JSON)
        assert (answer.status_code == 401) is (names != ("open",)) or answer.request.method == "POST", endpoint
        if names != ("open",):
            assert answer.json()["code"] == "not-signed-in/session", endpoint


def test_each_caller_is_answered_as_the_rules_say(story: Story, server: httpx.Client) -> None:
    asked = [*things(story), *rooms(story)]
    auditor = signed_in(server, story.world, "aud-yunling.auditor")
    whole = {each: server.get(path.format(**story.names), headers=auditor).json() for each, path in LISTS.items()}
    assert not [each for each in LISTS if not members(whole[each])], "a list that is empty for everybody proves nothing"
    wrong = []
    for person, caller in callers(story):
        header = signed_in(server, story.world, person)
        for each in asked:
            answer = server.get(each.path, headers=header)
            if answer.status_code != (200 if each.shows(caller) else each.otherwise):
                wrong.append(f"{person} {each.path}: {answer.status_code}")
            if answer.status_code == 404 and each.name:
                wrong += _differs(server, header, each, answer)
        wrong += _items_shown_otherwise(story, server, header, caller)
        for endpoint, path in LISTS.items():
            answer = server.get(path.format(**story.names), headers=header)
            expected = [key_of(e) for e in members(whole[endpoint]) if is_seen(story, caller, endpoint, e)]
            found = [key_of(e) for e in members(answer.json())] if answer.status_code == 200 else []
            if found != expected and answer.status_code == 200:
                wrong.append(f"{person} {path}: {found} instead of {expected}")
    assert not wrong, "\n".join(["", *wrong])


def _differs(server: httpx.Client, header: dict[str, str], asked: Asked, answer: httpx.Response) -> Iterable[str]:
    """Whether what is not the caller's is answered otherwise than what does not exist."""
    path = asked.path.replace(asked.name, asked.nothing).replace(quote(asked.name, safe=""), quote(asked.nothing))
    nothing = server.get(path, headers=header)
    told = {name: value for name, value in answer.headers.items() if name not in OWN}
    untold = {name: value for name, value in nothing.headers.items() if name not in OWN}
    same = answer.text.replace(asked.name, asked.nothing) == nothing.text and told == untold
    if nothing.status_code != 404 or not same:
        yield f"{asked.path} tells that it exists: {answer.text} {told} / {nothing.text} {untold}"


def _items_shown_otherwise(
    story: Story, server: httpx.Client, header: dict[str, str], caller: Caller
) -> Iterable[str]:
    """Whether items are shown as far as they are seen: in the list as one by one."""
    for item in server.get("/v1/items?limit=500", headers=header).json()["items"]:
        whole = story.sight(caller, f"item:{item['item']}") is Sight.WHOLE
        alone = server.get(f"/v1/items/{item['item']}", headers=header).json()
        if alone != item or ("holds" in item) is not whole or ("features" in item) is not whole:
            yield f"{caller.person} sees {sorted(item)}"
