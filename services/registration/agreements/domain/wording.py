"""What an agreement says beside what is particular to it, in both forms of Norwegian: whoever changes a word makes later versions
have another fingerprint, and none of those that were sent (R6).

`{party}` is what a party of its kind is called in running text, with a capital letter in `{Party}`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from services.registration.agreements.domain.agreement import Role
from services.registration.parties.domain.party import Kind

Language = Literal["nb", "nn"]


@dataclass(frozen=True, kw_only=True)
class Term:
    heading: str
    text: str
    text_of_branch: str | None = None  # of a county branch; none: the same


@dataclass(frozen=True, kw_only=True)
class Wording:
    council: str
    title: str
    rests_on: str
    labels: Mapping[str, str]
    party: Mapping[Kind, str]
    organisation_number: str
    on_behalf_of: str
    place: str
    day: str
    signature: str
    roles: Mapping[Role, str]
    confirms: str
    terms: str  # what stands above them
    fingerprint: str
    page: str
    each: tuple[Term, ...]


NB = Wording(
    council="Norsk kulturskoleråd",
    title="Kontrakt – Utviklingsprogram for Fremtidens kulturskole",
    rests_on="Avtalen bygger på grunnlagsdokumentet for Fremtidens kulturskole, {years}.",
    labels={"parties": "Parter", "programme": "Program", "period": "Avtaleperiode", "fee": "Deltakeravgift"},
    party={"municipality": "kommunen", "county_branch": "fylkesavdelingen"},
    organisation_number="Organisasjonsnummer",
    on_behalf_of="For {name}",
    place="Sted",
    day="Dato",
    signature="Underskrift",
    roles={
        "council_director": "Direktør",
        "municipal_director": "Kommunedirektør",
        "head_of_culture_school": "Kulturskoleleder",
        "leader": "Leder",
    },
    confirms="De som signerer, har lest vilkårene på neste side, som er en del av avtalen.",
    terms="Vilkår",
    fingerprint="Fingeravtrykk",
    page="Side {page} av {pages}",
    each=(
        Term(
            heading="Programmet",
            text="Programmet går over tre semestre, med tre fysiske og tre digitale fellessamlinger, digitale"
            " koordinatorsamlinger mellom dem og veiledning mellom samlingene. Møteplanen gjøres kjent tidlig, og endringer i"
            " den får {party} beskjed om på e-post.",
        ),
        Term(
            heading="Avgift",
            text="Deltakeravgiften er {fee} kroner for hele programmet. Den faktureres i tre rater på {rates} kroner, én etter"
            " hver fysisk fellessamling. Det kommer ikke merverdiavgift i tillegg. Er det holdt en slik samling før avtalen er"
            " signert, faktureres raten for den med en gang. Blir en av samlingene digital eller avlyst, sier rådet fra om når"
            " raten faktureres.",
        ),
        Term(
            heading="Hvem som betaler hva",
            text="{Party} betaler reise og opphold for deltakerne sine, og lønn og vikarer. Programmet betaler veiledning,"
            " faglig innhold og dagpakker på samlingene. Avgiften brukes til å jevne ut kommunenes utgifter til reise og"
            " opphold: {party} melder inn utgiftene for hver samling, og de gjøres opp én gang for hele programmet. Ingen får"
            " tilbake mer enn det som er godkjent. Lønn og vikarer jevnes ikke ut.",
            text_of_branch="{Party} betaler reise og opphold for deltakerne sine, og lønn og vikarer. Programmet betaler"
            " veiledning, faglig innhold og dagpakker på samlingene. Avgiften brukes til å jevne ut kommunenes utgifter til"
            " reise og opphold.",
        ),
        Term(
            heading="Gruppe og oppmøte",
            text="{Party} deltar med en gruppe på minst fire. Skoleeier skal være representert. Gruppa møter på alle"
            " fellessamlinger, arbeider lokalt mellom dem og velger én koordinator blant deltakerne. Oppmøtet føres for hver"
            " samling, og den som slutter, erstattes så snart det lar seg gjøre. Før programmet starter, kartlegger {party}"
            " hvilke lokale aktører som har roller og ansvar i barn og unges oppvekst. Trekkes flere felt inn, kommer de med i"
            " gruppa så tidlig som mulig.",
            text_of_branch="{Party} deltar med en gruppe på minst fire. Gruppa møter på alle fellessamlinger, arbeider lokalt"
            " mellom dem og velger én koordinator blant deltakerne. Oppmøtet føres for hver samling, og den som slutter,"
            " erstattes så snart det lar seg gjøre. Før programmet starter, kartlegger {party} hvilke lokale aktører som har"
            " roller og ansvar i barn og unges oppvekst. Trekkes flere felt inn, kommer de med i gruppa så tidlig som mulig.",
        ),
        Term(
            heading="Veileder",
            text="Rådet knytter en veileder til {party} og sier fra hvem det er, også når en annen overtar. Veilederen kommer"
            " på besøk eller møter gruppa på nett mellom samlingene.",
        ),
        Term(
            heading="Utviklingsplan",
            text="{Party} lager en utviklingsplan med et eget fokus, knyttet til et av utviklingsområdene som fylkesavdelingen"
            " har vedtatt, og arbeider med den gjennom hele programmet.",
            text_of_branch="{Party} lager en utviklingsplan med et eget fokus, knyttet til et av utviklingsområdene den har"
            " vedtatt, og arbeider med planen gjennom hele programmet.",
        ),
        Term(
            heading="Forpliktelser",
            text="Avtalen forplikter begge parter. Begge setter av nok tid til arbeidet mellom samlingene og holder seg til en"
            " langsiktig møteplan.",
        ),
        Term(
            heading="Bekymring og opphør",
            text="Følges avtalen ikke opp, helt eller delvis, tar den som er bekymret, først kontakt med rådets kontaktperson,"
            " slik at forholdet kan rettes. Blir det ikke rettet, kan programledelsen eller {party} si opp avtalen med"
            " øyeblikkelig virkning. Partene kan også bli enige om en dag da avtalen slutter. Rater for samlinger som er holdt"
            " før den dagen, betales; etter den faktureres ingen. Blir {party} slått sammen med andre, følger avtalen med.",
        ),
        Term(
            heading="Kontaktopplysninger",
            text="Senest når programperioden starter, utveksler partene skriftlig kontaktopplysninger og listen over dem som"
            " er med i gruppa. {Party} får rådets kontaktpersoner og sin egen gruppe, ikke andres.",
        ),
        Term(
            heading="Personopplysninger",
            text="Navn, e-postadresser og telefonnumre brukes bare til å gjennomføre programmet, og vises bare for dem som"
            " trenger dem. Enhver kan be rådet om å få se, rette og slette det som er registrert om en selv. Denne avtalen"
            " navngir dem som signerer. Den oppbevares i fem år etter utløpet av det året avtaleperioden slutter, også om en"
            " av dem får opplysningene sine slettet.",
        ),
        Term(
            heading="Endringer",
            text="Perioden kan endres til den første har signert, og den som skal signere, kan byttes ut til det er gjort. Da"
            " lages dette dokumentet på nytt og får et annet fingeravtrykk. Det som står nederst på siden, viser hvilken"
            " versjon som er signert.",
        ),
    ),
)

NN = Wording(
    council="Norsk kulturskoleråd",
    title="Kontrakt – Utviklingsprogram for Fremtidens kulturskole",
    rests_on="Avtala byggjer på grunnlagsdokumentet for Fremtidens kulturskole, {years}.",
    labels={"parties": "Partar", "programme": "Program", "period": "Avtaleperiode", "fee": "Deltakaravgift"},
    party={"municipality": "kommunen", "county_branch": "fylkesavdelinga"},
    organisation_number="Organisasjonsnummer",
    on_behalf_of="For {name}",
    place="Stad",
    day="Dato",
    signature="Underskrift",
    roles={
        "council_director": "Direktør",
        "municipal_director": "Kommunedirektør",
        "head_of_culture_school": "Kulturskuleleiar",
        "leader": "Leiar",
    },
    confirms="Dei som skriv under, har lese vilkåra på neste side, som er ein del av avtala.",
    terms="Vilkår",
    fingerprint="Fingeravtrykk",
    page="Side {page} av {pages}",
    each=(
        Term(
            heading="Programmet",
            text="Programmet går over tre semester, med tre fysiske og tre digitale fellessamlingar, digitale"
            " koordinatorsamlingar mellom dei og rettleiing mellom samlingane. Møteplanen blir gjord kjend tidleg, og"
            " endringar i han får {party} melding om på e-post.",
        ),
        Term(
            heading="Avgift",
            text="Deltakaravgifta er {fee} kroner for heile programmet. Ho blir fakturert i tre ratar på {rates} kroner, éin"
            " etter kvar fysisk fellessamling. Det kjem ikkje meirverdiavgift i tillegg. Er det halde ei slik samling før avtala"
            " er underskriven, blir raten for den samlinga fakturert med ein gong. Blir ei av samlingane digital eller avlyst, seier"
            " rådet frå om når raten blir fakturert.",
        ),
        Term(
            heading="Kven som betaler kva",
            text="{Party} betaler reise og opphald for deltakarane sine, og løn og vikarar. Programmet betaler rettleiing,"
            " fagleg innhald og dagpakkar på samlingane. Avgifta blir brukt til å jamne ut utgiftene kommunane har til reise og"
            " opphald: {party} melder inn utgiftene for kvar samling, og dei blir gjorde opp éin gong for heile programmet."
            " Ingen får att meir enn det som er godkjent. Løn og vikarar blir ikkje jamna ut.",
            text_of_branch="{Party} betaler reise og opphald for deltakarane sine, og løn og vikarar. Programmet betaler"
            " rettleiing, fagleg innhald og dagpakkar på samlingane. Avgifta blir brukt til å jamne ut utgiftene kommunane har"
            " til reise og opphald.",
        ),
        Term(
            heading="Gruppe og oppmøte",
            text="{Party} deltek med ei gruppe på minst fire. Skuleeigar skal vere representert. Gruppa møter på alle"
            " fellessamlingar, arbeider lokalt mellom dei og vel éin koordinator blant deltakarane. Oppmøtet blir ført for kvar"
            " samling, og den som sluttar, blir erstatta så snart det lèt seg gjere. Før programmet startar, kartlegg {party}"
            " kva lokale aktørar som har roller og ansvar i oppveksten til barn og unge. Blir fleire felt trekte inn, kjem dei"
            " med i gruppa så tidleg som råd.",
            text_of_branch="{Party} deltek med ei gruppe på minst fire. Gruppa møter på alle fellessamlingar, arbeider lokalt"
            " mellom dei og vel éin koordinator blant deltakarane. Oppmøtet blir ført for kvar samling, og den som sluttar, blir"
            " erstatta så snart det lèt seg gjere. Før programmet startar, kartlegg {party} kva lokale aktørar som har roller"
            " og ansvar i oppveksten til barn og unge. Blir fleire felt trekte inn, kjem dei med i gruppa så tidleg som råd.",
        ),
        Term(
            heading="Rettleiar",
            text="Rådet knyter ein rettleiar til {party} og seier frå kven det er, også når ein annan tek over. Rettleiaren kjem"
            " på besøk eller møter gruppa på nett mellom samlingane.",
        ),
        Term(
            heading="Utviklingsplan",
            text="{Party} lagar ein utviklingsplan med eit eige fokus, knytt til eitt av utviklingsområda som fylkesavdelinga har"
            " vedteke, og arbeider med han gjennom heile programmet.",
            text_of_branch="{Party} lagar ein utviklingsplan med eit eige fokus, knytt til eitt av utviklingsområda ho har"
            " vedteke, og arbeider med planen gjennom heile programmet.",
        ),
        Term(
            heading="Plikter",
            text="Avtala bind begge partar. Begge set av nok tid til arbeidet mellom samlingane og held seg til ein langsiktig"
            " møteplan.",
        ),
        Term(
            heading="Uro og opphøyr",
            text="Blir avtala ikkje følgd opp, heilt eller delvis, tek den som er uroleg, først kontakt med kontaktpersonen i"
            " rådet, slik at forholdet kan rettast. Blir det ikkje retta, kan programleiinga eller {party} seie opp avtala med"
            " verknad straks. Partane kan òg bli samde om ein dag då avtala sluttar. Ratar for samlingar som er haldne før den"
            " dagen, skal betalast; etter den dagen blir ingen fakturerte. Blir {party} slått saman med andre, følgjer avtala med.",
        ),
        Term(
            heading="Kontaktopplysningar",
            text="Seinast når programperioden startar, utvekslar partane skriftleg kontaktopplysningar og lista over dei som er"
            " med i gruppa. {Party} får kontaktpersonane i rådet og si eiga gruppe, ikkje andre sine.",
        ),
        Term(
            heading="Personopplysningar",
            text="Namn, e-postadresser og telefonnummer blir berre brukte til å gjennomføre programmet, og berre viste for dei"
            " som treng dei. Alle kan be rådet om å få sjå, rette og slette det som er registrert om dei sjølve. Denne avtala"
            " nemner dei som skriv under, ved namn. Ho blir teken vare på i fem år etter utløpet av det året avtaleperioden"
            " sluttar, også om ein av dei får opplysningane sine sletta.",
        ),
        Term(
            heading="Endringar",
            text="Perioden kan endrast til den første har skrive under, og den som skal skrive under, kan bytast ut til det er"
            " gjort. Då blir dette dokumentet laga på nytt og får eit anna fingeravtrykk. Det som står nedst på sida, viser kva"
            " versjon som er underskriven.",
        ),
    ),
)

WORDING: Mapping[Language, Wording] = {"nb": NB, "nn": NN}
