"""Search over 100,000 rows: one letter, beginnings, rare words, several words, names, and what is not there."""

from time import perf_counter

from storage import db, search
from storage.store import Store
from tests.benchmarks.figures import Figure, per_run

QUERIES = (
    *("a", "e", "k", "t", "ka", "as", "ve"),
    *("asiakas", "työ", "tavat", "kela", "valmentaja", "vuoro", "velkaneuvonta", "itäkeskuksessa"),
    *("tähtikukka7", "pohjaleipomo3", "aaltohotelli9", "lumiposti", "xyzzy"),
    *("asiakas kertoi", "työ sujuu", "a k", "a e t", "hyllytys arkistointi", "kela lomake yhdessä"),
    *("aino", "halme", "salola", "aino halmela", "väinö k", "vaino", "åsa", "henkilo1234", "040 0000123"),
)
TIMES = 7


def test_search(opened: Store, figures: list[Figure]) -> None:
    """Every query finds what it should; the slowest twentieth is what counts."""
    found, bare = [], []
    for _ in range(TIMES):
        samples = []
        for query in QUERIES:
            began = perf_counter()
            hits = opened.search(query)
            samples.append(perf_counter() - began)
            assert bool(hits) == (query != "xyzzy"), query
        found.append(samples)
        bare.append(_bare(opened))
    figures.append(Figure("search, p95", per_run(found, 0.95), 0.030, per_run(bare, 0.95)))
    figures.append(Figure("search, median query", per_run(found, 0.5), 0.030, per_run(bare, 0.5)))


def _bare(store: Store) -> list[float]:
    """Ask the database alone the same, newest first, with the text of each."""
    samples = []
    statement = "SELECT text FROM search_text WHERE search_text MATCH ? ORDER BY rowid DESC LIMIT 50"
    with db.driver(store.engine) as connection:
        for query in QUERIES:
            words = " ".join(f'"{word}"*' for word in query.split())
            began = perf_counter()
            connection.execute(statement, (words,)).fetchall()
            samples.append(perf_counter() - began)
    return samples


def test_search_as_typed(opened: Store, figures: list[Figure]) -> None:
    """A word typed letter by letter: each letter is a search of its own."""
    word = "valmentaja"
    runs = []
    for _ in range(TIMES):
        samples = []
        for length in range(1, len(word) + 1):
            began = perf_counter()
            with opened.read() as connection:
                assert search.find(connection, word[:length])
            samples.append(perf_counter() - began)
        runs.append(samples)
    figures.append(Figure("search, slowest letter of a word", per_run(runs, 1.0), 0.030))
