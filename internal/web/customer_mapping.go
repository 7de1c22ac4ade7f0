package web

import (
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"

	"backupchecks/internal/backup"
)

// shortestSearch keeps a single letter from asking Autotask for half of its companies.
const shortestSearch = 2

// companySearch is a search among the companies of Autotask for a customer's own.
type companySearch struct {
	ID        backup.CustomerID
	Off       bool // nothing is asked of Autotask
	Query     string
	Asked     bool
	Companies []companyRow
	Problem   string
}

type companyRow struct {
	ID           int64
	Name, Number string
	Active       bool
}

// companiesPart answers while a person types.
func (s *Server) companiesPart(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID[backup.CustomerID](r, "id")
	if err != nil {
		return err
	}
	search := companySearch{ID: id}
	if err := s.searchCompanies(r, &search); err != nil {
		return err
	}
	return s.part(w, http.StatusOK, "companies", search)
}

// searchCompanies asks Autotask for what the address searches. What Autotask refuses is
// shown in the place of its answer.
func (s *Server) searchCompanies(r *http.Request, search *companySearch) error {
	query := strings.TrimSpace(r.FormValue("company"))
	query = strings.ToValidUTF8(query[:min(len(query), maxSearch)], "")
	search.Query = query
	if utf8.RuneCountInString(query) < shortestSearch {
		return nil
	}
	found, err := s.tickets.Companies(r.Context(), userFrom(r.Context()), query)
	if err != nil {
		kind, sentence := backup.Explain(err)
		if kind == backup.Internal || kind == backup.Forbidden {
			return err
		}
		search.Problem = sentence
		return nil
	}
	search.Asked = true
	for _, one := range found {
		search.Companies = append(search.Companies, companyRow{ID: one.ID, Name: one.Name, Number: one.Number, Active: one.Active})
	}
	return nil
}

func (s *Server) mapCustomer(w http.ResponseWriter, r *http.Request) error {
	return s.changeMapping(w, r, func(id backup.CustomerID) (string, error) {
		company, err := strconv.ParseInt(r.FormValue("company_id"), 10, 64)
		if err != nil || company < 0 {
			return "", backup.Errorf(backup.Invalid, "Choose one of the companies that Autotask found.").In("company_id")
		}
		mapping, err := s.tickets.Map(r.Context(), userFrom(r.Context()), id, company)
		return "The customer is mapped to " + mapping.CompanyName + ".", err
	})
}

func (s *Server) refreshMapping(w http.ResponseWriter, r *http.Request) error {
	return s.changeMapping(w, r, func(id backup.CustomerID) (string, error) {
		mapping, err := s.tickets.RefreshMapping(r.Context(), userFrom(r.Context()), id)
		switch mapping.Status {
		case backup.MappingRenamed:
			return "The company is called " + mapping.CompanyName + " in Autotask now.", err
		case backup.MappingInvalid:
			return "The company is gone or inactive in Autotask. Choose another one.", err
		default:
			return "The company is there, under the same name.", err
		}
	})
}

func (s *Server) unmapCustomer(w http.ResponseWriter, r *http.Request) error {
	return s.changeMapping(w, r, func(id backup.CustomerID) (string, error) {
		_, err := s.tickets.Unmap(r.Context(), userFrom(r.Context()), id)
		return "The mapping is cleared. Tickets made before stay.", err
	})
}

// changeMapping does an act on the mapping of the customer that the path names. What refuses
// it, here or in Autotask, is shown on the customer's page.
func (s *Server) changeMapping(w http.ResponseWriter, r *http.Request, act func(backup.CustomerID) (string, error)) error {
	id, err := pathID[backup.CustomerID](r, "id")
	if err != nil {
		return err
	}
	sentence, err := act(id)
	if err == nil {
		return s.done(w, r, sentence, "/customers/%d", id)
	}
	switch kind, problem := backup.Explain(err); kind {
	case backup.Invalid, backup.Conflict, backup.Refused, backup.Unavailable:
		return s.showCustomer(w, r, statusOf(kind), id, &customerPage{Problem: problem})
	default:
		return err
	}
}
