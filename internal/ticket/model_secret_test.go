package ticket_test

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"backupchecks/internal/autotask/autotasksim"
	"backupchecks/internal/settings"
	"backupchecks/internal/store/storetest"
)

// TestCredentialsThatWereRefusedAreNotSentAgain plays days in which the secret is wrong, in
// Settings or because somebody changed it in Autotask. Autotask locks a user after some
// refusals, so a process sends nothing more after the first until the settings are saved
// again; the judges on the lines see to that.
func TestCredentialsThatWereRefusedAreNotSentAgain(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		base := openModelBase(t, url)
		rapid.Check(t, func(t *rapid.T) {
			m := newModel(t, base)
			t.Repeat(map[string]func(*rapid.T){
				"":                      m.check,
				"any act":               m.acting(m.someAct),
				"any act in trouble":    m.inTrouble(m.someAct),
				"several at once":       m.crowd,
				"create":                m.acting(func(t *rapid.T) *act { return m.create(m.someRun(t)) }),
				"let go":                func(*rapid.T) { m.letGo() },
				"restart":               m.restart,
				"time":                  m.passTime,
				"new secret":            m.newSecret,
				"save a wrong secret":   func(t *rapid.T) { m.savePassword(t, "mistyped") },
				"save the right one":    func(t *rapid.T) { m.savePassword(t, m.secret) },
				"save without a change": func(t *rapid.T) { m.savePassword(t, m.password) },
			})
			m.makeGood(t)
			m.wantAgreement(t)
		})
	})
}

// newSecret is what somebody does in Autotask who gives the API user another secret.
func (m *model) newSecret(t *rapid.T) {
	m.letGo() // requests under way would be refused for all processes that hold one
	m.secret = fmt.Sprintf("secret %d", rapid.IntRange(1, 3).Draw(t, "secret"))
	m.sim.SetUser(autotasksim.User{Name: "api@example.com", Secret: m.secret, IntegrationCode: "TRACKING-ID"})
}

func (m *model) savePassword(t *rapid.T, password string) {
	m.password = password
	m.save(t, func(*settings.AutotaskSettings) {})
}
