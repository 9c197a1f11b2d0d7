package entra

import (
	"strings"
	"testing"
)

func TestNotificationSettings(t *testing.T) {
	cases := []struct {
		name, stored, members, want string
	}{
		{"nothing stored", "", `{"Enabled":true,"Recipients":"a@contoso.com"}`, `{"Enabled":true,"Recipients":"a@contoso.com","DeleteThresholdEnabled":false}`},
		{"nothing wanted", `{"Enabled":false,"DeleteThresholdEnabled":false}`, `{}`, `{"Enabled":false,"DeleteThresholdEnabled":false}`},
		{"unknown members stay", `{"HumanResourcesLookaheadQueryEnabled":false,"Enabled":true,"Recipients":"a@contoso.com","A":{"b":[1.50]}}`, `{"DeleteThresholdEnabled":true,"DeleteThresholdValue":500}`,
			`{"Enabled":true,"Recipients":"a@contoso.com","DeleteThresholdEnabled":true,"DeleteThresholdValue":500,"A":{"b":[1.50]},"HumanResourcesLookaheadQueryEnabled":false}`},
		{"switched off, kept", `{"Enabled":true,"Recipients":"a@contoso.com","DeleteThresholdEnabled":true,"DeleteThresholdValue":7}`, `{"Enabled":false,"DeleteThresholdEnabled":false}`,
			`{"Enabled":false,"Recipients":"a@contoso.com","DeleteThresholdEnabled":false,"DeleteThresholdValue":7}`},
		{"text for booleans and numbers", `{"Enabled":"True","DeleteThresholdEnabled":"false","DeleteThresholdValue":"12"}`, `{}`, `{"Enabled":true,"DeleteThresholdEnabled":false,"DeleteThresholdValue":12}`},
		{"nulls", `{"Enabled":null,"Recipients":null,"DeleteThresholdEnabled":null,"DeleteThresholdValue":null}`, `{}`, `{"Enabled":false,"DeleteThresholdEnabled":false}`},
		{"letters", ``, `{"Enabled":true,"Recipients":"Ægir & \"co\" <a@contoso.com>"}`, `{"Enabled":true,"Recipients":"Ægir & \"co\" <a@contoso.com>","DeleteThresholdEnabled":false}`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			stored, err := ParseNotificationSettings(c.stored)
			if err != nil {
				t.Fatal(err)
			}
			before := stored.Text()
			merged, err := stored.Merge(c.members)
			if err != nil {
				t.Fatal(err)
			}
			if got := merged.Text(); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
			again, err := ParseNotificationSettings(merged.Text())
			if err != nil || !again.Equal(merged) || again.Text() != merged.Text() {
				t.Errorf("reading it back: %s, %v", again.Text(), err)
			}
			if stored.Text() != before {
				t.Error("merging changed what it merged into")
			}
		})
	}
}

func TestNotificationSettingsDiffer(t *testing.T) {
	base := NotificationSettings{Enabled: true, Recipients: "a", DeleteThresholdEnabled: true, DeleteThresholdValue: 1}
	for _, text := range []string{`{"Enabled":false}`, `{"Recipients":"b"}`, `{"DeleteThresholdEnabled":false}`, `{"DeleteThresholdValue":2}`} {
		other, err := base.Merge(text)
		if err != nil || base.Equal(other) {
			t.Errorf("%s makes no difference, %v", text, err)
		}
	}
}

func TestBadNotificationSettings(t *testing.T) {
	for text, want := range map[string]string{
		`{`:                           "no JSON object",
		`[]`:                          "no JSON object",
		`"x"`:                         "no JSON object",
		`{"Enabled":"perhaps"}`:       "member Enabled",
		`{"Recipients":7}`:            "member Recipients",
		`{"DeleteThresholdValue":{}}`: "member DeleteThresholdValue",
	} {
		if _, err := ParseNotificationSettings(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %s", text, err, want)
		}
	}
}

func FuzzNotificationSettings(f *testing.F) {
	f.Add(`{"Enabled":"True","X":[1,{}]}`, `{"Recipients":"a"}`)
	f.Fuzz(func(t *testing.T, stored, members string) {
		n, err := ParseNotificationSettings(stored)
		if err != nil {
			return
		}
		m, err := n.Merge(members)
		if err != nil {
			return
		}
		again, err := ParseNotificationSettings(m.Text())
		if err != nil || again.Text() != m.Text() {
			t.Errorf("%q reads back as %q, %v", m.Text(), again.Text(), err)
		}
	})
}
