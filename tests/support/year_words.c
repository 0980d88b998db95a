/*
 * Invented names and sentences in five languages. A first and a last name are
 * drawn apart, so that no person of the lists is meant. Sentences hold long
 * words, inflected ones and every letter with a mark that the languages have.
 */
#include <stdio.h>
#include <string.h>

#include "tests/support/year.h"

#define NAMES 20
#define LINES 12
#define SENTENCES 20

uint32_t
dice_below(struct dice *d, uint32_t n)
{
	uint64_t z = (d->state += UINT64_C(0x9E3779B97F4A7C15));

	z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
	z ^= z >> 31;
	return n == 0 ? 0 : (uint32_t)((z >> 16) % n);
}

bool
dice_percent(struct dice *d, unsigned percent)
{
	return dice_below(d, 100) < percent;
}

static const char *const langs[YEAR_LANGS] = { "et", "lv", "fi", "hu", "en" };

static const char *const first[YEAR_LANGS][NAMES] = {
	{ "Õie", "Jüri", "Mirtel", "Rasmus", "Eliise", "Kaspar", "Täpi",
	    "Ülle", "Oskar", "Lenna", "Sander", "Hedi", "Märten", "Piret",
	    "Kuldar", "Žanna", "Aet", "Tõnis", "Šarlotta", "Lauri" },
	{ "Jānis", "Ilze", "Ģirts", "Anete", "Kārlis", "Žanete", "Ņina",
	    "Rūdolfs", "Līga", "Ēriks", "Šarlote", "Mārtiņš", "Ķērsta",
	    "Ulvis", "Zīle", "Ansis", "Dzintra", "Pēteris", "Elīza", "Toms" },
	{ "Äinö", "Veeti", "Sylvi", "Onni", "Päivi", "Eetu", "Hilla",
	    "Väinö", "Lyyti", "Joona", "Aaro", "Kerttu", "Niilo", "Mette",
	    "Elmeri", "Saimi", "Åke", "Tuisku", "Pyry", "Ilona" },
	{ "Árpád", "Zsófia", "Őrs", "Boglárka", "Győző", "Emőke", "Dénes",
	    "Csenge", "Örs", "Ágnes", "Huba", "Luca", "Béla", "Szofi",
	    "Zalán", "Írisz", "Kinga", "Tünde", "Bíborka", "Ödön" },
	{ "Ivy", "Rowan", "Clementine", "Jasper", "Zoë", "Ellis", "Marnie",
	    "Otto", "Beatrix", "Ned", "Saffron", "Hugo", "Chloë", "Toby",
	    "Wren", "Linus", "Pippa", "Ambrose", "Dot", "Felix" }
};
static const char *const last[YEAR_LANGS][NAMES] = {
	{ "Kuuselaan", "Põldroos", "Härmatis", "Sügisene", "Lõokene",
	    "Jäärand", "Tuuleveski", "Öömets", "Vihmakaar", "Merilaht",
	    "Hõbenurm", "Kastekannu", "Soosaarik", "Pilvikuks", "Üksjärv",
	    "Rebasekivi", "Käokingsepp", "Šelestov", "Nõmmealt", "Allikmaal" },
	{ "Rudzulauks", "Bērzkalniņš", "Vējupīte", "Ķiršudārzs", "Zvirbulīte",
	    "Dzelzskalns", "Ūdrene", "Pūčukrogs", "Žagatiņa", "Sniegulis",
	    "Ģintermuiža", "Lāčplūme", "Ņemtiņa", "Āmurkalējs", "Saulespuķe",
	    "Mežvidiņš", "Egļuzars", "Cīruļkalne", "Šūpulīte", "Miglenieks" },
	{ "Hämärävaara", "Kuusenkerkkä", "Yöpöllö", "Lähdekorpi", "Tuulispää",
	    "Sysimetsä", "Järvenkääntö", "Pähkinäpuu", "Routaniemi",
	    "Hiidenväki", "Kärpänsaari", "Ruskotunturi", "Mäyräkoski",
	    "Lumikkola", "Äijänneva", "Vesperä", "Öljymaa", "Kielolehto",
	    "Suopursuinen", "Åkerbäck" },
	{ "Őszirózsa", "Tűzoltóházi", "Völgyhídi", "Nyárfaligeti", "Gyűszűs",
	    "Csipkebogyós", "Hófehérvölgyi", "Üveghegyi", "Szélkiáltó",
	    "Bükkerdei", "Kőszikla", "Lápvirági", "Zúzmarás", "Ördögszekér",
	    "Mézeskalácsos", "Tölgyfás", "Árvácskai", "Pitypangos",
	    "Békafalvi", "Jégcsapos" },
	{ "Thistledown", "Ashbrooke-Lane", "Quillfeather", "Marshlight",
	    "Umberley", "Foxhollow", "Winterbourne-Dale", "Tansyfield",
	    "Larkspurton", "Gorsey", "Mothwing", "Saltmarshe", "Hazelgrove",
	    "Brindlewick", "O’Fenn", "Rookery", "Elderbank", "Nightjar",
	    "Cloverdean", "Peatfold" }
};
static const char *const schools[YEAR_LANGS][4] = {
	{ "Lõokese põhikool", "Jõeääre kool", "Ülejõe lasteaed-algkool",
	    "Kuusiku gümnaasium" },
	{ "Ķiršu pamatskola", "Mežmalas vidusskola",
	    "Ūdensrozes pirmsskola", "Vējkalna skola" },
	{ "Hämärän koulu", "Kielometsän yhtenäiskoulu", "Pöllölän päiväkoti",
	    "Äijänsuon lukio" },
	{ "Őszirózsa Általános Iskola", "Tölgyfa Óvoda",
	    "Völgyhíd Gimnázium", "Bükkerdő Iskola" },
	{ "Thistle Primary", "Marshlight School", "Foxhollow Nursery",
	    "Umberley High" }
};
static const char *const lines[YEAR_LANGS][LINES] = {
	{ "hommikul õigel ajal kooli", "sõbrad klassis", "rahulik söögivahetund",
	    "õpetajaga kord nädalas ümarlaud", "unepäevik kahe nädala jooksul",
	    "lapsevanemaga kokkulepe nutiseadme kohta", "hirm kontrolltööde ees",
	    "klassi töörahu", "üleminek põhikooli", "koduõppe lõpetamine",
	    "kiusamisjuhtumi lahendamine", "logopeedi järjekord" },
	{ "no rīta laikā uz skolu", "draugi klasē", "mierīgs pusdienlaiks",
	    "reizi nedēļā saruna ar skolotāju", "miega dienasgrāmata",
	    "vienošanās ar vecākiem par viedierīci", "bailes no kontroldarbiem",
	    "klases mikroklimats", "pāreja uz pamatskolu",
	    "mājmācības beigšana", "ņirgāšanās gadījuma risināšana",
	    "logopēda rinda" },
	{ "aamulla ajoissa kouluun", "kavereita luokassa",
	    "rauhallinen ruokailu", "viikoittainen palaveri opettajan kanssa",
	    "unipäiväkirja kahden viikon ajan",
	    "sopimus huoltajan kanssa puhelimesta", "kokeiden jännittäminen",
	    "luokan työrauha", "siirtymä esiopetuksesta kouluun",
	    "kotiopetuksen päättäminen", "kiusaamistapauksen selvittäminen",
	    "puheterapeutin jono" },
	{ "reggel időben az iskolába", "barátok az osztályban",
	    "nyugodt ebédszünet", "hetente megbeszélés a pedagógussal",
	    "alvásnapló két hétig", "megállapodás a szülővel a telefonról",
	    "félelem a dolgozatoktól", "az osztály légköre",
	    "átmenet az óvodából az iskolába", "a magántanulóság vége",
	    "bántalmazási eset rendezése", "várólista a logopédusnál" },
	{ "at school on time in the morning", "friends in class",
	    "a calm lunch break", "a weekly talk with the teacher",
	    "a sleep diary for two weeks", "an agreement about the telephone",
	    "fear of tests", "the climate of the class",
	    "from pre-school to school", "the end of home schooling",
	    "settling a case of bullying", "the speech therapist's queue" }
};
/* %s is a first name. */
static const char *const sentences[YEAR_LANGS][SENTENCES] = {
	{ "%s jäi täna pärast kolmandat tundi minuga rääkima.",
	    "Ema helistas hommikul ja ütles, et öösel ei magatud.",
	    "Klassijuhataja märkas, et söömata jäi teist päeva järjest.",
	    "Leppisime kokku, et %s tuleb kolmapäeval uuesti.",
	    "Koolivaheajal oldi vanaema juures maal, seal oli rahulikum.",
	    "Puudumisi on sellel kuul üksteist, neist põhjuseta seitse.",
	    "Õppenõukogus arutati individuaalset õppekava.",
	    "Kodukülastusel oli kodus ka väike õde.",
	    "%s joonistas maja, millel ei olnud uksi.",
	    "Isa soovib, et talle helistataks alles pärast kella viit.",
	    "Sotsiaalpedagoog pakkus tugigruppi, esialgu ei soovitud.",
	    "Ümarlaual osalesid klassijuhataja, ema ja koolipsühholoog.",
	    "Kiusamine on vähenenud, aga garderoobis öeldakse veel nimesid.",
	    "Koos koostasime hommikuse päevakava ja kleepisime külmkapile.",
	    "Vestluses tuli välja, et telefon jääb öösel kätte.",
	    "Kevadel algavad eksamid, ärevus on suurenenud.",
	    "Saatsin emale teabe lastekaitsetöötaja vastuvõtuaegade kohta.",
	    "%s naeris esimest korda sel sügisel südamest.",
	    "Käitumise tugikava vaadatakse üle jaanuaris.",
	    "Jõupingutused on näha: matemaatikas tuli esimene neli." },
	{ "%s šodien pēc trešās stundas palika ar mani parunāt.",
	    "Māte no rīta piezvanīja un teica, ka naktī nav gulēts.",
	    "Klases audzinātāja pamanīja, ka otro dienu nav ēdis pusdienas.",
	    "Vienojāmies, ka %s trešdien atnāks vēlreiz.",
	    "Brīvlaikā bija pie vecmāmiņas laukos, tur bija mierīgāk.",
	    "Šomēnes ir vienpadsmit kavējumi, no tiem septiņi neattaisnoti.",
	    "Pedagoģiskajā sēdē apsprieda individuālo mācību plānu.",
	    "Mājas apmeklējumā bija arī mazā māsa.",
	    "%s uzzīmēja māju, kurai nebija durvju.",
	    "Tēvs lūdz zvanīt tikai pēc pulksten pieciem.",
	    "Piedāvāju atbalsta grupu, pagaidām negrib.",
	    "Sanāksmē piedalījās audzinātāja, māte un skolas psihologs.",
	    "Ņirgāšanās ir mazinājusies, bet ģērbtuvē vēl apsaukā.",
	    "Kopā sastādījām rīta režīmu un pielīmējām pie ledusskapja.",
	    "Sarunā atklājās, ka telefons naktī paliek rokās.",
	    "Pavasarī sākas eksāmeni, trauksme ir pieaugusi.",
	    "Nosūtīju mātei bāriņtiesas pieņemšanas laikus.",
	    "%s pirmo reizi šoruden no sirds smējās.",
	    "Uzvedības atbalsta plānu pārskatīs janvārī.",
	    "Pūles ir redzamas: matemātikā pirmais labais vērtējums." },
	{ "%s jäi tänään kolmannen tunnin jälkeen juttelemaan kanssani.",
	    "Äiti soitti aamulla ja kertoi, ettei yöllä ollut nukuttu.",
	    "Luokanopettaja huomasi, että ruoka jäi syömättä jo toista päivää.",
	    "Sovimme, että %s tulee keskiviikkona uudelleen.",
	    "Syysloma meni mummolassa, siellä oli rauhallisempaa.",
	    "Poissaoloja on tässä kuussa yksitoista, luvattomia seitsemän.",
	    "Oppilashuoltoryhmässä puhuttiin yleisesti poissaoloista.",
	    "Kotikäynnillä paikalla oli myös pikkusisko.",
	    "%s piirsi talon, jossa ei ollut ovia.",
	    "Isä toivoo, että hänelle soitetaan vasta kello viiden jälkeen.",
	    "Tarjosin pienryhmää, toistaiseksi sitä ei haluttu.",
	    "Palaverissa olivat luokanopettaja, äiti ja koulupsykologi.",
	    "Kiusaaminen on vähentynyt, mutta pukuhuoneessa vielä nimitellään.",
	    "Teimme yhdessä aamujärjestyksen ja kiinnitimme sen jääkaappiin.",
	    "Keskustelussa ilmeni, että puhelin on yöllä kädessä.",
	    "Keväällä alkavat kokeet, jännittäminen on lisääntynyt.",
	    "Lähetin äidille perheneuvolan ajanvarauksen tiedot.",
	    "%s nauroi ensimmäistä kertaa tänä syksynä sydämestään.",
	    "Tukisuunnitelmaa tarkistetaan tammikuussa.",
	    "Yrittäminen näkyy: matematiikasta tuli ensimmäinen kahdeksan." },
	{ "%s ma a harmadik óra után ott maradt velem beszélgetni.",
	    "Az édesanya reggel telefonált, hogy éjjel senki nem aludt.",
	    "Az osztályfőnök észrevette, hogy második napja nem ebédel.",
	    "Megegyeztünk, hogy %s szerdán újra eljön.",
	    "A szünetben a nagymamánál volt vidéken, ott nyugodtabb volt.",
	    "Ebben a hónapban tizenegy hiányzás van, hét igazolatlan.",
	    "A nevelőtestület az egyéni fejlesztési tervről beszélt.",
	    "A családlátogatáson a kishúga is otthon volt.",
	    "%s olyan házat rajzolt, amelynek nem volt ajtaja.",
	    "Az édesapa azt kéri, hogy csak öt óra után hívjuk.",
	    "Felajánlottam a kiscsoportot, egyelőre nem kérték.",
	    "Az esetmegbeszélésen ott volt az osztályfőnök és az anya.",
	    "A csúfolódás csökkent, de az öltözőben még előfordul.",
	    "Együtt összeállítottuk a reggeli rendet, és a hűtőre tettük.",
	    "Kiderült, hogy a telefon éjjel is a kezében van.",
	    "Tavasszal kezdődnek a vizsgák, nőtt a szorongás.",
	    "Elküldtem az anyának a gyermekjóléti központ fogadóóráit.",
	    "%s ezen az őszön először nevetett szívből.",
	    "A támogatási tervet januárban nézzük át újra.",
	    "Látszik az igyekezet: matematikából megvan az első négyes." },
	{ "%s stayed after the third lesson to talk.",
	    "Mother called in the morning: nobody slept that night.",
	    "The class teacher saw lunch left uneaten a second day.",
	    "We agreed that %s comes again on Wednesday.",
	    "The holidays were spent with grandmother, it was calmer there.",
	    "Eleven absences this month, seven of them without a reason.",
	    "The staff meeting spoke about the individual curriculum.",
	    "On the home visit the little sister was there too.",
	    "%s drew a house that had no doors.",
	    "Father asks to be called after five only.",
	    "I offered the small group; not wanted for now.",
	    "The class teacher, the mother and the psychologist were there.",
	    "There is less bullying, but names are called in the cloakroom.",
	    "Together we wrote a plan for the morning, for the fridge.",
	    "It turned out that the telephone stays in hand at night.",
	    "Examinations begin in spring; the worry has grown.",
	    "I sent mother the hours of the family counselling service.",
	    "%s laughed from the heart, for the first time this autumn.",
	    "The support plan is looked at again in January.",
	    "The effort shows: the first good mark in mathematics." }
};

const char *
year_code(enum year_tongue l)
{
	return langs[l];
}

const char *
year_name(struct dice *d, enum year_tongue l, char *out, size_t size)
{
	const char *a = first[l][dice_below(d, NAMES)];

	snprintf(out, size, "%s %s", a, last[l][dice_below(d, NAMES)]);
	return out;
}

const char *
year_nth_name(size_t n, enum year_tongue l, char *out, size_t size)
{
	snprintf(out, size, "%s %s", first[l][n % NAMES],
	    last[l][(n / NAMES + n) % NAMES]);
	return out;
}

const char *
year_school(size_t i, enum year_tongue l, char *out, size_t size)
{
	snprintf(out, size, i < 4 ? "%s" : "%s %zu", schools[l][i % 4],
	    i / 4 + 1);
	return out;
}

const char *
year_line(struct dice *d, enum year_tongue l, char *out, size_t size)
{
	snprintf(out, size, "%s", lines[l][dice_below(d, LINES)]);
	return out;
}

const char *
year_text(struct dice *d, enum year_tongue l, unsigned count, char *out,
    size_t size)
{
	char one[256];
	size_t used = 0;
	unsigned i;
	const char *s, *slot;

	out[0] = '\0';
	for (i = 0; i < count; i++) {
		s = sentences[l][dice_below(d, SENTENCES)];
		slot = strstr(s, "%s");
		if (slot != NULL)
			snprintf(one, sizeof(one), "%.*s%s%s", (int)(slot - s), s,
			    first[l][dice_below(d, NAMES)], slot + 2);
		else
			snprintf(one, sizeof(one), "%s", s);
		if (used + strlen(one) + 2 > size)
			break;
		used += (size_t)snprintf(out + used, size - used, "%s%s",
		    i > 0 ? " " : "", one);
	}
	return out;
}
