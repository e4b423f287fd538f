"""Keep a store of the present schema for the tests: `python packaging/earlier_store.py`, once for each new schema.

Writes tests/data/store-<revision>/: a small encrypted store of invented people, and what it must still say when a
later program opens it. A store that is there already is never written again.
"""

import json
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT)]

from app.record import to_row, validated  # noqa: E402
from app.services import SPECS  # noqa: E402
from storage.migrations import HEAD  # noqa: E402
from storage.slots import FLOOR  # noqa: E402
from storage.store import Store  # noqa: E402

PASSPHRASE = "vanha varasto avautuu yha"


def main() -> None:
    """Make the store of the present schema."""
    folder = ROOT / "tests" / "data" / f"store-{HEAD}"
    if folder.exists():
        sys.exit(f"{folder.name} is kept already.")
    store, _ = Store.create(folder / "profile", PASSPHRASE, cost=FLOOR)
    records = _records()
    store.save(*records)
    hits = store.search("puutarha")
    expected = {
        "passphrase": PASSPHRASE,
        "counts": {kind: count for kind, count in store.counts().items() if count},
        "rows": {str(r.__tablename__): [store.row(str(r.__tablename__), r.id)] for r in records},
        "search": {"words": "puutarha", "ids": [str(hit.id) for hit in hits]},
    }
    store.close()
    (folder / "expected.json").write_text(
        json.dumps(expected, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )
    for left in (folder / "profile").glob("lock"):
        left.unlink()


def _records() -> list[Any]:
    client = validated(
        SPECS["client"].table, {"first_name": "Väinö", "last_name": "Esimerkki", "languages": ["fi"]}
    )
    owner = to_row(client)["id"]

    def of(kind: str, **values: Any) -> Any:
        return validated(SPECS[kind].table, {"client_id": owner, **values})

    relation = of("coaching_relationship", started_on="2021-03-01", referral_source="rehabilitative_work")
    goal = {
        "text": "Haluan töihin puutarhaan",
        "steps": [{"what": "Käydään taimistolla", "by_when": "2021-06-01"}],
    }
    return [
        client,
        validated(SPECS["coaching_phase"].table, {"phase": "support", "name_fi": "Tuki työpaikalla"}),
        relation,
        of("phase_change", relationship_id=to_row(relation)["id"], phase="job_search", on="2021-05-01"),
        of("network_member", name="Saara Keksitty", role="guardian"),
        of(
            "vocational_profile",
            made_on="2021-03-10",
            dream_job="Puutarhuri",
            experience=[{"title": "Apumies"}],
        ),
        of("profile_health", noted_on="2021-03-10", limits="Ei raskaita nostoja"),
        of("client_finances", as_of="2021-03-10", debts="Vanha vuokravelka", note="Laskelma annettu"),
        of("profile_criminal_record", noted_on="2021-03-10"),
        of("career_plan", made_on="2021-04-01", goals=[goal], review_on="2022-04-01"),
        of("support_visit", on="2021-05-20", topics=["job_search"], notes="Kävimme taimistolla"),
        of("employment", employer="Keksitty taimisto", title="Puutarhatyöntekijä", started_on="2021-06-01"),
        of(
            "work_trial",
            employer="Keksitty taimisto",
            title="Kokeilu",
            started_on="2021-05-21",
            ended_on="2021-05-31",
        ),
        of("initial_assessment", begun_on="2021-03-10", debts="no"),
        of("kykyviisari_result", on="2021-03-12", work_ability=6, mind="55.5"),
        of("disclosure_decision", on="2021-03-12", coach_seen="no", may_not_tell="Sairaudesta"),
        of("cooperation_agreement", made_on="2021-03-15", meetings="Joka toinen viikko"),
        of("search_plan", made_on="2021-04-02", steps=[{"what": "Soitto taimistolle"}]),
        of("job_application", on="2021-05-01", employer="Keksitty taimisto", job="Apulainen"),
        of("interview", on="2021-05-10", employer="Keksitty taimisto", state="held"),
        of("support_plan", made_on="2021-06-02", first_weeks="Kahdesti viikossa"),
        of("referral", made_on="2021-03-05", service="Velkaneuvonta"),
        of("support_need_check", on="2021-03-04", summary="Velat ensin"),
        of("consent", purpose="Työkokeilusta sopiminen", groups=["work"], parties=[{"organisation": "Kela"}]),
    ]


if __name__ == "__main__":
    main()
