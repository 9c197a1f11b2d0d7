package emulator

// behaviour returns the switches as they are now: those of Options, until a fault
// plan sets others.
func (e *Emulator) behaviour() Behaviour { return *e.habits.Load() }

// behave sets the switches and begins their counts anew.
func (e *Emulator) behave(b Behaviour) {
	e.habits.Store(&b)
	e.requests.Store(0)
	e.throttles.Store(int64(b.Throttle))
	e.spurious.Store(int64(b.SpuriousInstantiate404))
}

// At returns what a client needs that reaches the tenant under another address
// than Listen's: through a server of the caller's own, or with no network at all.
// Info.CA stays empty.
func (e *Emulator) At(base string) Info { return e.info(base, "") }

// SetFaults puts a fault plan into force in place of the one before, nil for none.
// Counts begin anew.
func (e *Emulator) SetFaults(p *FaultPlan) { e.fail(p) }
