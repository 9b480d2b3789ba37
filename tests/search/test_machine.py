"""Any order of legal calls: every cached fact equals its slow definition after each one, and the trace tells it all."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from search.config import SearchConfig
from search.events import Event
from search.expansion import Closed, Failed, Outcome, PlainCandidate, Subgoals
from search.frontier import Order
from search.invariants import check
from search.nodes import NodeId, NodeStatus
from search.proof import extract_proof
from search.scoring import Rule, Scoring
from search.search import Search, SearchStatus
from search.trace import decode_event, encode_event, replay
from search.work import Place
from tests.search.toy import GOALS, assert_sound, orders, snapshot

# Long lists, conjunctions and few closed goals, or most searches would be over before anything becomes irrelevant.
LOGPROBS = st.lists(st.sampled_from((-0.125, -0.5, -1.0, -4.0)), min_size=3, max_size=5) | st.just([-1.0]) | st.just([])
OUTCOMES: st.SearchStrategy[Outcome] = st.one_of(
    st.lists(st.sampled_from(GOALS[1:]), min_size=2, max_size=3).map(lambda keys: Subgoals(tuple(keys))),
    st.lists(st.sampled_from(GOALS[1:]), min_size=2, max_size=2).map(lambda keys: Subgoals(tuple(keys))),
    st.sampled_from(GOALS).map(lambda key: Subgoals((key,))),
    st.sampled_from([Failed("no"), Failed("no"), Failed("no"), Closed()]),
)
CONFIGS = st.builds(
    SearchConfig,
    width=st.integers(1, 3),
    scoring=st.builds(Scoring, rule=st.sampled_from(list(Rule)), alpha=st.sampled_from((0.0, 0.5, 2.0))),
    order=orders,
    max_depth=st.sampled_from((0, 0, 2, 4)),
    path_turns=st.integers(1, 2),
    critic_turns=st.integers(0, 3),
    exploration=st.sampled_from((0.0, 1.25, 10.0)),
    prior_temperature=st.sampled_from((0.5, 1.0, 100.0)),
)


class SearchMachine(RuleBasedStateMachine):
    """Drives a search as a careless but legal caller with many workers would."""

    def __init__(self) -> None:
        super().__init__()
        self.events: list[Event] = []
        self.search = Search("A")
        self.flying: dict[NodeId, int] = {}  # node -> candidates out
        self.told = 0
        self.decided: dict[NodeId, NodeStatus] = {}
        self.ended = SearchStatus.OPEN

    @initialize(config=CONFIGS)
    def start(self, config: SearchConfig) -> None:
        self.search = Search("A", config, self.events.append)

    def pick(self, data: st.DataObject, *, out: bool) -> NodeId:
        return data.draw(st.sampled_from([node for node, count in self.flying.items() if (count > 0) is out]))

    def some(self, *, out: bool) -> bool:
        return any((count > 0) is out for count in self.flying.values())

    @rule()
    def ask(self) -> None:
        node = self.search.ask()
        if node is not None:
            assert node not in self.flying
            assert self.search.tree.is_relevant(node)
            self.flying[node] = 0

    def offer_and_take(self, node: NodeId, logprobs: list[float], limit: int) -> None:
        if self.search.needs_candidates(node):
            self.search.offer(node, [PlainCandidate(f"{node}.{rank}", each) for rank, each in enumerate(logprobs)])
        self.flying[node] = len(self.search.take(node, limit))
        if not self.flying[node]:
            self.search.tell(node, [])
            del self.flying[node]

    def tell_some(self, data: st.DataObject, node: NodeId, *, skip: int) -> None:
        taken = self.flying.pop(node)
        outcomes = data.draw(st.lists(OUTCOMES, min_size=max(0, taken - skip), max_size=taken))
        before = len(self.search.tree.nodes)
        new = self.search.tell(node, outcomes)
        assert list(new) == list(range(before, len(self.search.tree.nodes)))
        self.told += len(outcomes)

    @precondition(lambda self: self.some(out=False))
    @rule(data=st.data(), logprobs=LOGPROBS, limit=st.integers(0, 2))
    def take(self, data: st.DataObject, logprobs: list[float], limit: int) -> None:
        self.offer_and_take(self.pick(data, out=False), logprobs, limit)

    @precondition(lambda self: self.some(out=True))
    @rule(data=st.data())
    def tell(self, data: st.DataObject) -> None:
        self.tell_some(data, self.pick(data, out=True), skip=2)

    @precondition(lambda self: self.search.status is SearchStatus.OPEN)
    @rule(data=st.data(), logprobs=LOGPROBS)
    def expand(self, data: st.DataObject, logprobs: list[float]) -> None:
        """A whole expansion at once, so that trees grow."""
        before = set(self.flying)
        self.ask()
        for node in [node for node in self.flying if node not in before]:
            self.offer_and_take(node, logprobs, 0)
            if node in self.flying:
                self.tell_some(data, node, skip=0)

    @precondition(lambda self: bool(self.flying))
    @rule(data=st.data())
    def release(self, data: st.DataObject) -> None:
        node = data.draw(st.sampled_from(list(self.flying)))
        del self.flying[node]
        self.search.release(node)

    @rule(data=st.data(), value=st.sampled_from((-2.0, 0.0, 0.25, 1.0)))
    def assess(self, data: st.DataObject, value: float) -> None:
        value = max(value, 0.0) if self.search.config.order is Order.PUCT else value
        node = data.draw(st.integers(0, len(self.search.tree.nodes) - 1))
        self.search.assess(node, value)

    @invariant()
    def every_cached_fact_is_as_defined(self) -> None:
        check(self.search)

    @invariant()
    def what_is_decided_stays_so(self) -> None:
        for node, status in self.decided.items():
            assert self.search.tree.nodes[node].status is status
        for node in self.search.tree.nodes:
            if node.status is not NodeStatus.UNKNOWN:
                self.decided[node.id] = node.status
        assert self.ended in (SearchStatus.OPEN, self.search.status)
        self.ended = self.search.status

    @invariant()
    def counts_are_those_of_the_caller(self) -> None:
        assert self.search.counts.steps == self.told
        assert self.search.counts.in_flight == len(self.flying)
        for node in self.flying:
            assert self.search.place(node) is Place.IN_FLIGHT

    @invariant()
    def best_open_goals_have_work_and_matter(self) -> None:
        found = self.search.best_open(3)
        assert all(self.search.tree.is_relevant(node) for node in found)
        assert found or self.flying or self.search.status is not SearchStatus.OPEN

    def teardown(self) -> None:
        for node in list(self.flying):
            self.search.release(node)
        while (node := self.search.ask()) is not None:  # everything that is left fails, so the search must end
            if self.search.needs_candidates(node):
                self.search.offer(node, [])
            self.search.tell(node, [Failed("no") for _ in self.search.take(node)])
        check(self.search)
        assert self.search.status is not SearchStatus.OPEN
        for node in self.search.tree.nodes:
            if node.status is NodeStatus.PROVEN:
                assert_sound(self.search, extract_proof(self.search.tree, node.id))
        if self.events:
            again = replay(decode_event(encode_event(event)) for event in self.events)
            assert snapshot(again) == snapshot(self.search)


SearchMachine.TestCase.settings = settings(max_examples=80, stateful_step_count=60)
TestSearch = SearchMachine.TestCase
