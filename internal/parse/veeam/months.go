package veeam

import (
	"strings"
	"time"
	"unicode"
)

// The names below are those that Windows writes in long dates, in lower case, one language a
// line: with Slavic, Greek and Finnish months in the case that a date takes. Croatian is left
// out, because its October is the Polish and Czech November.

const monthNames = `
january february march april may june july august september october november december
januari februari maart april mei juni juli augustus september oktober november december
januar februar märz april mai juni juli august september oktober november dezember
jänner feber märz april mai juni juli august september oktober november dezember
janvier février mars avril mai juin juillet août septembre octobre novembre décembre
gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre
enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre
janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro
januar februar marts april maj juni juli august september oktober november december
januar februar mars april mai juni juli august september oktober november desember
januari februari mars april maj juni juli augusti september oktober november december
tammikuuta helmikuuta maaliskuuta huhtikuuta toukokuuta kesäkuuta heinäkuuta elokuuta syyskuuta lokakuuta marraskuuta joulukuuta
stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia
ledna února března dubna května června července srpna září října listopadu prosince
januára februára marca apríla mája júna júla augusta septembra októbra novembra decembra
január február március április május június július augusztus szeptember október november december
ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie noiembrie decembrie
ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık
января февраля марта апреля мая июня июля августа сентября октября ноября декабря
січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня
ιανουαρίου φεβρουαρίου μαρτίου απριλίου μαΐου ιουνίου ιουλίου αυγούστου σεπτεμβρίου οκτωβρίου νοεμβρίου δεκεμβρίου
gener febrer març abril maig juny juliol agost setembre octubre novembre desembre
`

// Weekdays from Sunday to Saturday, one language a line.
const weekdayNames = `
sunday monday tuesday wednesday thursday friday saturday
zondag maandag dinsdag woensdag donderdag vrijdag zaterdag
sonntag montag dienstag mittwoch donnerstag freitag samstag
sonntag montag dienstag mittwoch donnerstag freitag sonnabend
dimanche lundi mardi mercredi jeudi vendredi samedi
domenica lunedì martedì mercoledì giovedì venerdì sabato
domingo lunes martes miércoles jueves viernes sábado
domingo segunda terça quarta quinta sexta sábado
søndag mandag tirsdag onsdag torsdag fredag lørdag
söndag måndag tisdag onsdag torsdag fredag lördag
sunnuntai maanantai tiistai keskiviikko torstai perjantai lauantai
sunnuntaina maanantaina tiistaina keskiviikkona torstaina perjantaina lauantaina
niedziela poniedziałek wtorek środa czwartek piątek sobota
neděle pondělí úterý středa čtvrtek pátek sobota
nedeľa pondelok utorok streda štvrtok piatok sobota
vasárnap hétfő kedd szerda csütörtök péntek szombat
duminică luni marți miercuri joi vineri sâmbătă
pazar pazartesi salı çarşamba perşembe cuma cumartesi
воскресенье понедельник вторник среда четверг пятница суббота
неділя понеділок вівторок середа четвер пʼятниця субота
κυριακή δευτέρα τρίτη τετάρτη πέμπτη παρασκευή σάββατο
diumenge dilluns dimarts dimecres dijous divendres dissabte
`

// monthOf returns the month of a word in lower case; 0 when it is no month.
func monthOf(word string) time.Month {
	return time.Month(placeOf(word, monthNames) + 1)
}

// weekdayOf returns the weekday of a word in lower case.
func weekdayOf(word string) (time.Weekday, bool) {
	at := placeOf(word, weekdayNames)
	return time.Weekday(max(at, 0)), at >= 0
}

// placeOf returns where in its line a name stands; -1 when no line holds it.
func placeOf(word, names string) int {
	for line := range strings.Lines(names) {
		at := 0
		for name := range strings.FieldsSeq(line) {
			if name == word {
				return at
			}
			at++
		}
	}
	return -1
}

// betweenWords divides a long date into words and figures; apostrophes stay inside words.
func betweenWords(r rune) bool {
	return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != 'ʼ'
}
