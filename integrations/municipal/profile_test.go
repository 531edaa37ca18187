package municipal

import "testing"

func TestShippedProfilesAreSound(t *testing.T) {
	for _, name := range ShippedProfiles() {
		data, err := ShippedProfile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range CheckProfile(data) {
			t.Errorf("%s: %+v", name, p)
		}
	}
}
