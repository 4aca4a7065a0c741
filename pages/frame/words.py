"""The Norwegian word for what the APIs say by a code. One place, so that the pages say the same everywhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

WORDS = {
    "application": {
        "received": "mottatt",
        "accepted": "tatt opp",
        "waiting_list": "på venteliste",
        "declined": "avslått",
        "withdrawn": "trukket",
        "offered": "tilbudt en plass",
    },
    # Why who waits for a place has no offer, and what became of an offer.
    "why_no_offer": {
        "places_not_set": "programmet har ikke noe antall plasser",
        "no_place_free": "ingen plass er ledig",
        "others_before_it": "andre står foran i køen",
        "offer_lapsed_out_of_the_queue": "svarte ikke på et tilbud, og står utenfor køen",
        "criteria_not_met": "noe ved søknaden er ikke oppfylt, så et tilbud må ha en grunn",
        "too_late": "programmet er over",
        "not_offered_yet": "en plass er ledig, men er ikke tilbudt ennå",
    },
    "offer": {
        "accepted": "svarte ja",
        "refused": "svarte nei",
        "lapsed": "falt bort uten svar",
        "withdrawn": "trakk søknaden",
        "taken_back": "tatt tilbake",
    },
    "session": {
        "planned": "planlagt",
        "completed": "gjennomført",
        "cancelled": "avlyst",
    },
    "session_kind": {
        "joint_session": "Fellessamling",
        "coordinator_meeting": "Koordinatorsamling",
        "guidance_visit": "Veiledningsbesøk",
        "inspiration_session": "Inspirasjonssamling",
        "sharing_arena": "Delingsarena",
        "contract_meeting": "Kontraktsmøte",
    },
    "format": {"physical": "fysisk", "digital": "digital", "undecided": "ikke bestemt ennå"},
    "mail": {"queued": "venter på å bli sendt", "sent": "sendt", "failed": "kom ikke fram"},
    "mail_kind": {
        "application_received": "Søknaden er mottatt",
        "application_accepted": "Tatt opp",
        "application_waiting_list": "På venteliste",
        "application_declined": "Søknaden er avslått",
        "application_offered": "Tilbud om plass",
        "application_offer_lapsed": "Tilbudet om plass er falt bort",
        "advisor_attached": "Veileder",
        "advisor_detached": "Ikke veileder lenger",
        "agreement_to_sign": "Avtale til signering",
        "agreement_signed": "Avtalen er signert",
        "agreement_amended": "Avtalen er endret",
        "agreement_called_back": "Avtalen er trukket tilbake",
        "agreement_succeeded": "Avtalen er overført",
        "agreement_ended": "Avtalen er avsluttet",
        "agreement_end_taken_back": "Avtalen gjelder likevel",
        "concern_raised": "Bekymring meldt",
        "concern_resolved": "Bekymringen er avklart",
        "invoice": "Faktura",
        "credit_note": "Kreditnota",
        "invoice_copy": "Kopi av faktura",
        "credit_note_copy": "Kopi av kreditnota",
        "visit_unbooked": "Et besøk er ikke avtalt",
        "unbilled_report": "Rater som ikke er fakturert",
        "attendance_missing": "Frammøte mangler",
        "session_invitation": "Invitasjon til samling",
        "session_reminder": "Påminnelse om samling",
        "contact_list": "Kontaktliste",
        "contact_list_missing": "Kontaktlisten mangler noe",
        "plan_published": "Planen",
        "plan_revised": "Planen er endret",
        "session_change": "Endret samling",
        "session_cancellation": "Avlyst samling",
    },
    # Why a plan was revised.
    "revision": {
        "postponed": "noe er utsatt",
        "venue": "et sted er endret",
        "illness": "sykdom",
        "other": "noe annet",
    },
    # Why a mail that failed is not tried again.
    "late": {
        "overtaken": "En senere e-post om det samme har tatt over for denne.",
        "withdrawn": "Søknaden er trukket siden, så kommunen skal ikke høre mer om dette.",
        "session_over": "Samlingen den gjelder, er over.",
        "person_erased": "Personen den var til, er slettet.",
    },
    # What a mail that is not written or sent yet waits for.
    "waits_for": {
        "programme": "opplysninger om programmet",
        "party": "opplysninger om kommunen",
        "recipient": "noen å sende til",
        "answer": "svar fra en annen del av systemet",
        "refused": "en annen del av systemet, som sier nei",
        "plan": "at planen publiseres",
        "agreement": "at avtalen sendes",
        "retry": "et nytt forsøk, siden e-posttjeneren utsatte den",
        "sending": "sin tur til å bli sendt",
        "set_aside": "at en feil blir rettet",
        "given_up": "ingenting: den er gitt opp",
    },
    # Why an invoice was credited, or a release or a waiver made.
    "credit_reason": {
        "agreement_ended": "avtalen ikke gjaldt lenger den dagen raten er fakturert for",
        "completion_revoked": "registreringen av samlingen som gjennomført er trukket tilbake eller endret",
        "release_withdrawn": "frigivelsen av raten er trukket tilbake",
        "instalment_waived": "raten er ettergitt",
        "wrong_reference": "fakturaen hadde feil referanse",
        "wrong_buyer": "fakturaen var stilet til feil kjøper",
        "mistake": "fakturaen var feil",
    },
    "release_reason": {
        "session_became_digital": "fordi samlingen ble digital",
        "session_cancelled": "fordi samlingen ble avlyst",
        "other": "av en annen grunn",
    },
    "waiver_reason": {
        "joined_late": "fordi kommunen kom sent med",
        "did_not_take_part": "fordi kommunen ikke deltok",
        "other": "av en annen grunn",
    },
    "approval_cause": {
        "start": "systemet ble startet på nytt",
        "revocation": "noe er trukket tilbake",
    },
    "party_kind": {"municipality": "kommune", "county_branch": "fylkesavdeling"},
    "language_form": {"bokmål": "bokmål", "nynorsk": "nynorsk", "nøytral": "nøytral (får bokmål)"},
    "takes_invoices_by": {"email": "e-post", "ehf": "EHF"},
    "question": {
        "development_as_whole": "Utvikling av kulturskolen som helhet",
        "development_area": "Tilknytning til fylkesavdelingens utviklingsområde",
        "dialogue_with_branch": "Dialog med fylkesavdelingen om deling",
    },
    "agreement": {
        "sent": "sendt til signering",
        "signed": "signert",
        "ended": "avsluttet",
        "called_back": "trukket tilbake",
    },
    "kind_of_end": {"terminated": "sagt opp", "agreed": "avsluttet etter avtale"},
    "signatory": {
        "council_director": "Direktør i Norsk kulturskoleråd",
        "municipal_director": "Kommunedirektør",
        "head_of_culture_school": "Kulturskoleleder",
        "leader": "Leder i fylkesavdelingen",
    },
    "field_of_society": {
        "culture": "kultur",
        "education": "utdanning",
        "health": "helse",
        "upbringing": "oppvekst",
        "volunteering": "frivillighet",
        "church": "kirke og livssyn",
        "business": "næringsliv",
        "other": "annet",
    },
    "phase": {
        "needs": "Finne behov ut fra kunnskap",
        "possibilities": "Finne muligheter",
        "goals": "Sette mål",
        "measures": "Prøve ut løsninger og tiltak",
        "evaluation": "Vurdere løsninger, tiltak og måloppnåelse",
    },
    "phase_in_short": {
        "needs": "Behov",
        "possibilities": "Muligheter",
        "goals": "Mål",
        "measures": "Tiltak",
        "evaluation": "Vurdering",
    },
    "phase_state": {"not_begun": "ikke begynt", "in_progress": "i gang", "done": "gjort"},
    "tenure": {"participant": "deltaker", "coordinator": "koordinator", "advisor": "veileder"},
    "concern": {"raised": "åpen", "resolved": "avklart", "terminated": "førte til oppsigelse"},
    "side": {"council": "Norsk kulturskoleråd", "municipality": "kommunen"},
    "pointing": {
        "contact_person": "kontaktperson",
        "participant": "deltaker",
        "coordinator": "koordinator",
        "advisor": "veileder",
        "signatory": "den som signerer avtalen",
        "named_in_document": "den som skulle signere en avtale som oppbevares",
        "council_contact_person": "rådets kontaktperson",
    },
    # In what somebody is named.
    "text_in": {
        "party": "Adresse for e-post om fakturaer",
        "application": "Søknad",
        "assessment": "Vurdering av en søknad",
        "offer": "Tilbud om plass",
        "agreement": "Avtale",
        "signatory": "Sted for signering",
        "participant": "Rolle i en gruppe",
        "concern": "Bekymring",
        "development_area": "Utviklingsområde",
        "development_plan": "Utviklingsplan",
        "mapping": "Kartlegging",
        "minutes": "Referat",
        "accepted": "Begrunnelse for noe som er godtatt i planen",
        "days_to_avoid": "Dager som unngås",
    },
    # Of the receipt of an erasure: what was emptied, what is kept, and why.
    "emptied": {
        "name_and_address": "navn, adresse og telefonnummer",
        "roles": "roller i grupper",
        "mailboxes": "kommuner som fikk e-post om fakturaer til adressen",
        "texts": "tekster som nevnte personen",
        "invitations": "kommuner der personen var invitert",
        "mails": "e-poster til personen",
        "mails_to_others": "e-poster til andre som nevnte personen",
        "messages_as_sent": "kopier av e-poster slik de ble sendt",
    },
    "kept": {
        "id_in_history": "et nummer uten navn, der det står hvem som var med når",
        "texts": "tekster der personen er skrevet på en annen måte enn med hele navnet",
        "agreement_documents": "signerte avtaler der personen står som den som signerer",
        "unsigned_documents": "avtaler som ble sendt, men ikke signert slik, der personen står som den som skulle signere",
        "texts_of_sessions": "navn, sted og lenke på samlinger",
        "minutes_of_visits": "referater fra veiledningsbesøk",
        "reasons_in_plan": "begrunnelser i planen",
        "backups": "sikkerhetskopier",
        "write_ahead_log": "databasens logg",
        "mails_delivered": "e-poster som er levert, hos mottakerne og på e-posttjenere",
        "texts_in_events": "navn og sted på fellessamlinger og betalernes referanser, i hendelser og på fakturaer",
        "names_of_keys": "navn på nøkler, der det står hvem som gjorde hva",
    },
    "kept_because": {
        "history": "gruppenes historie skal henge sammen",
        "contracts_stay_as_signed": "det som er signert, oppbevares som det ble signert, i fem år",
        "shows_what_was_sent": "det skal kunne ses hva som ble sendt, i fem år",
        "written_otherwise": "de kan ikke finnes av seg selv",
        "free_text": "det er fri tekst, som rettes for hånd",
        "brings_a_database_back": "de trengs hvis noe går galt, og slettes av seg selv",
        "left_the_system": "de er ute av systemet",
        "about_public_bodies": "de er opplysninger om samlinger og kommuner",
        "says_who_did_what": "det skal kunne ses i ettertid",
    },
    "erased_because": {
        "asked_for": "Personen har bedt om det",
        "not_needed": "Ingen trenger opplysningene lenger",
        "time_is_over": "Tiden er ute",
    },
    "service": {
        "registration": "Registrering",
        "scheduling": "Planen",
        "billing": "Fakturering",
        "notifications": "E-post",
    },
    # What of a municipality's obligations is not met; with the session that it is about, where there is one.
    "finding": {
        "nobody_came": "Ingen kom",
        "fewer_than_four": "Færre enn fire deltakere",
        "school_owner_absent_twice": "Skoleeier borte to ganger på rad",
        "attendance_not_recorded": "Frammøtet er ikke registrert",
        "visit_not_booked": "Besøket er ikke avtalt",
        "visit_not_held": "Besøket er ikke registrert som holdt",
        "contract_meeting_not_held": "Kontraktsmøtet er ikke holdt",
        "group_incomplete": "Kommunegruppa er ikke fulltallig",
        "no_advisor": "Ingen veileder er knyttet til",
        "mapping_missing": "Kartleggingen mangler",
        "development_plan_not_begun": "Utviklingsplanen er ikke påbegynt",
        "no_work_between_sessions": "Ikke noe arbeid er registrert siden forrige fellessamling",
    },
    "role": {"reader": "lesetilgang", "administrator": "administrator", "operator": "operatør"},
}

# What a page says after a change, by the code in its address.
DONE = {
    "plan-publisert": "Planen er publisert. Alle som er med, får den nå.",
    "plan-utsatt": "Programmet er utsatt. Alle som er med, får den nye planen nå.",
    "kalender-fornyet": "Kalenderen har fått en ny adresse. Den gamle virker ikke lenger.",
    "melding-behandlet": "Meldingen er behandlet.",
    "melding-forkastet": "Meldingen er forkastet.",
    "meldinger-behandlet": "Meldingene er behandlet.",
    "meldinger-feilet": "Noen av meldingene feilet igjen, og blir liggende.",
    "godkjent": "Det er godkjent. Fakturaer og kreditnotaer utstedes nå.",
    "kreditert": "Fakturaen er kreditert.",
    "levering-igjen": "Det prøves igjen.",
    "levering-e-post": "Dokumentet går på e-post.",
    "rate-frigitt": "Raten er frigitt. Fakturaene utstedes nå.",
    "frigivelse-trukket": "Frigivelsen er trukket tilbake. Fakturaer som bare den utløste, krediteres nå.",
    "logget-ut": "Du er logget ut.",
    "e-post-proves": "E-posten prøves på nytt.",
    "e-poster-proves": "De e-postene som fortsatt gjelder, prøves på nytt.",
    "e-poster-proves-ikke": "Ingen av dem prøves på nytt: det de sier, gjelder ikke lenger, eller er gått tapt.",
    "e-post-sendes": "E-posten sendes på nytt. Denne er den nye.",
    "adresse-rettet": "Adressen er rettet.",
    "e-post-gitt-opp": "Det venter ikke lenger.",
    "frammote-registrert": "Frammøtet er registrert.",
    "samling-planlagt": "Samlingen er lagt inn i planen.",
    "samling-flyttet": "Samlingen er flyttet.",
    "samling-presisert": "Tidspunktet er presisert.",
    "samling-format": "Formen er bestemt.",
    "dager-unngas": "Dagene er lagret. Den som planlegger på en av dem, blir varslet.",
    "plan-godtatt": "Det er notert at planen er slik, og hvorfor.",
    "samling-referat": "Referatet er lagret.",
    "samling-rate": "Raten er endret.",
    "samling-endret": "Opplysningene er endret.",
    "samling-avlyst": "Samlingen er avlyst.",
    "samling-avlyst-angret": "Avlysningen er tatt tilbake: samlingen er planlagt igjen.",
    "samling-gjennomfort": "Samlingen er registrert som gjennomført.",
    "samling-gjennomfort-angret": "Registreringen er angret: samlingen er planlagt igjen.",
    "soknad-mottatt": "Søknaden er registrert. Kommunen får e-post om at den er mottatt.",
    "soknad-endret": "Søknaden er endret.",
    "soknad-vurdert": "Vurderingen er lagret. Er avgjørelsen ny, får kommunen den på e-post.",
    "soknad-trukket": "Søknaden er trukket. Kommunen får ikke mer e-post om dette programmet.",
    "rekkefolge-endret": "Rekkefølgen på ventelisten er lagret.",
    "tilbud-gitt": "Tilbudet er gitt. Søkeren får det på e-post.",
    "tilbud-ja": "Søkeren er tatt opp, og får e-post om det.",
    "tilbud-nei": "Søkeren har takket nei, og plassen er ledig.",
    "fakta-endret": "Opplysningene er endret.",
    "deltaker-lagt-til": "Deltakeren er lagt til.",
    "deltaker-rettet": "Deltakeren er rettet.",
    "deltaker-byttet": "Den nye har overtatt.",
    "deltaker-fjernet": "Deltakeren er tatt ut av gruppa.",
    "koordinator-valgt": "Koordinatoren er registrert.",
    "veileder-knyttet": "Veilederen er knyttet til. Kommunen får e-post om det.",
    "veileder-fjernet": "Kommunen er uten veileder.",
    "avtale-sendt": "Avtalen er sendt til signering.",
    "kontaktliste-sendt": "Kontaktlisten er sendt til kontaktpersonen og veilederen.",
    "avtale-endret": "Avtalen er endret.",
    "signatar-byttet": "En annen skal signere.",
    "avtale-kalt-tilbake": "Avtalen er trukket tilbake.",
    "signatur-registrert": "Signaturen er registrert.",
    "signatur-rettet": "Signaturen er rettet.",
    "signatur-fjernet": "Signaturen er tatt tilbake.",
    "avtale-avsluttet": "Slutten på avtalen er registrert.",
    "avtale-sagt-opp": "Avtalen er sagt opp.",
    "avtale-gjelder-likevel": "Avtalen gjelder likevel.",
    "avtale-viderefort": "Avtalen er overført hit.",
    "bekymring-meldt": "Bekymringen er meldt. Kontaktpersonene får e-post om det.",
    "bekymring-avklart": "Bekymringen er avklart.",
    "rate-ettergitt": "Raten er ettergitt. Er den fakturert, krediteres fakturaen om et øyeblikk.",
    "ettergivelse-angret": "Raten skal betales likevel.",
    "kartlegging-lagret": "Kartleggingen er lagret.",
    "utviklingsplan-lagret": "Utviklingsplanen er lagret. Det som stod før, er bevart.",
    "omrade-vedtatt": "Utviklingsområdet er registrert.",
    "omrade-endret": "Utviklingsområdet er endret.",
    "omrade-trukket": "Utviklingsområdet er trukket tilbake.",
    "part-registrert": "Registrert. Nå kan søknaden registreres.",
    "program-apnet": "Programmet er åpnet.",
    "program-endret": "Programmet er endret.",
    "program-slettet": "Programmet er slettet.",
    "program-avsluttet": "Programmet er avsluttet.",
    "program-gjenapnet": "Programmet er åpnet igjen.",
    "person-rettet": "Personen er rettet, overalt der vedkommende er med.",
    "person-slettet": "Personen er slettet.",
    "opplysninger-slettet": "Personen er slettet. Kvitteringen står her.",
    "lagret-tid-ute": "De er slettet.",
    "veileder-registrert": "Veilederen er registrert.",
}


def word(code: str | None, of: str) -> str:
    """`{{ session.state | word("session") }}`; the code itself where no word stands for it."""
    return "" if code is None else WORDS[of].get(code, code)


def which(session: Mapping[str, Any]) -> str:
    """`Fellessamling 3`, `Kontraktsmøte`."""
    kind = word(session["kind"], "session_kind")
    return f"{kind} {session['number']}" if session["number"] else kind


def finding(it: Mapping[str, Any]) -> str:
    """What was found of a municipality's obligations: `Ingen kom: Fellessamling 3`."""
    said = word(it["code"], "finding")
    return f"{said}: {which(it)}" if it["session"] and it["kind"] != "contract_meeting" else said


def name_of(session: Mapping[str, Any]) -> str:
    """What a session is called; which one it is where a reader may not see its title, or that is lost."""
    return str(session["title"] or which(session))


def count(number: int, one: str, many: str) -> str:
    """`1 faktura`, `12 fakturaer`.

    >>> count(12, "faktura", "fakturaer")
    '12 fakturaer'
    """
    return f"{number} {one if number == 1 else many}"


def in_norwegian_order(name: str) -> str:
    """What a name is sorted by: æ, ø and å stand last."""
    return name.casefold().translate(str.maketrans("æøå", "{|}"))
