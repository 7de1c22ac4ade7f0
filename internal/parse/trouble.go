package parse

import (
	"strings"

	"backupchecks/internal/backup"
)

// Trouble looks for words of trouble in a line, whoever wrote it: it returns an error, a
// missed run, a warning, or unknown when there are none. Counts of nothing are no trouble.
// It knows English, Dutch, German, French, Italian, Spanish and the Nordic languages. The
// words are for doubting a success, never for believing one.
func Trouble(line string) (backup.Status, string) {
	folded := StripZeroCounts(withoutPaths(line))
	for _, status := range []backup.Status{backup.StatusError, backup.StatusMissed, backup.StatusWarning} {
		for _, words := range troublePhrases(status) {
			if HasWords(folded, words) {
				return status, words
			}
		}
	}
	return backup.StatusUnknown, ""
}

// withoutPaths takes the paths of Windows out of a line of a log: a folder may be called
// "Failed transfers". A path may hold spaces, so it ends with the last word that holds a
// backslash.
func withoutPaths(line string) string {
	start := strings.Index(line, `:\`)
	if share := strings.Index(line, `\\`); start < 0 || share >= 0 && share < start {
		start = share
	}
	if start < 0 {
		return line
	}
	start = strings.LastIndexByte(line[:start], ' ') + 1
	end := strings.LastIndexByte(line, '\\')
	if rest := strings.IndexByte(line[end:], ' '); rest >= 0 {
		return line[:start] + line[end+rest:]
	}
	return line[:start]
}

// troublePhrases are the words of one status, folded.
func troublePhrases(status backup.Status) []string {
	switch status {
	case backup.StatusError:
		return []string{
			"failed", "fails", "failure", "failures", "fail", "error", "errors", "aborted", "abort", "could not", "cannot", "unable to", "unsuccessful",
			"unsuccessfully", "not successful", "not successfully", "not completed", "not complete", "incomplete", "did not complete", "didn't complete",
			"not been completed", "not succeed", "not finished", "not been backed up", "not backed up", "crashed", "fatal", "critical", "cancelled", "canceled", "stopped", "terminated",
			"exceeded", "corrupt", "corrupted", "denied", "killed", "interrupted", "timed out", "timeout",
			"mislukt", "mislukte", "fout", "fouten", "niet voltooid", "niet geslaagd", "niet gelukt", "niet succesvol", "niet met succes", "onvoltooid", "afgebroken", "geannuleerd",
			"fehlgeschlagen", "fehlgeschlagene", "fehler", "fehlerhaft", "nicht erfolgreich", "nicht abgeschlossen", "nicht vollständig", "abgebrochen", "gescheitert", "misslungen",
			"a échoué", "ont échoué", "échoué", "échouée", "échec", "échecs", "erreur", "erreurs", "interrompu", "interrompue", "annulé", "annulée", "pas réussi", "pas été",
			"non riuscita", "non riuscito", "non riusciti", "non completata", "non completato", "non è", "fallito", "fallita", "falliti", "errore", "errori", "interrotto", "interrotta", "annullato", "annullata",
			"falló", "fallido", "fallida", "fallo", "no se", "no completado", "errores", "error de", "cancelado", "cancelada",
			"mislykkedes", "mislykket", "mislyckades", "fejl", "fejlede", "fejlet", "ikke fuldført", "ikke gennemført", "inte slutförd", "feil", "feilet", "fel", "avbrutt", "avbrudt",
			"❌", "✖", "🔴", "🚫", "💥",
		}
	case backup.StatusMissed:
		return []string{
			"was missed", "missed backup", "missed backups", "missed", "no recent backup", "no recent backups", "not been run", "did not run", "overdue",
			"geen recente", "recentelijk geen", "keine neuen backups", "keine aktuelle", "aucune sauvegarde récente", "nessun backup recente",
		}
	case backup.StatusWarning:
		return []string{
			"warning", "warnings", "warned", "partial", "partially", "exception", "exceptions", "skipped", "attention", "however", "degraded", "retrying", "incidents",
			"waarschuwing", "waarschuwingen", "gedeeltelijk", "deels", "overgeslagen", "warnung", "warnungen", "teilweise", "übersprungen", "hinweise",
			"avertissement", "avertissements", "partiellement", "partielle", "ignorés", "parzialmente", "parziale", "avviso", "avvisi", "saltati",
			"advertencia", "advertencias", "parcialmente", "delvist", "delvis", "advarsel", "advarsler", "varning", "varningar",
			"⚠", "⚠️", "🟡", "🟠",
		}
	}
	return nil
}
