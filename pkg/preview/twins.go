package preview

// twins finds matching values that an earlier user has, by hashes of 64 bits. Two
// different values share a hash by chance once in 37 million inputs of a million
// users: such a user would be called a duplicate wrongly. A hash costs eight to
// sixteen bytes, and its record half as much.
type twins struct {
	hashes  []uint64 // open addressing; 0 is free
	numbers []uint32 // of the first record with that hash
	count   int
}

// add notes a hash, which is not 0, and returns the record that had it first.
func (t *twins) add(hash uint64, number uint32) (first uint32, twin bool) {
	if t.count*4 >= len(t.hashes)*3 {
		t.grow()
	}
	i := t.slot(hash)
	if t.hashes[i] == hash {
		return t.numbers[i], true
	}
	t.hashes[i], t.numbers[i] = hash, number
	t.count++
	return 0, false
}

// find returns the record that had a hash first.
func (t *twins) find(hash uint64) (first uint32, twin bool) {
	if t.count == 0 {
		return 0, false
	}
	i := t.slot(hash)
	return t.numbers[i], t.hashes[i] == hash
}

// slot is where a hash is, or would be.
func (t *twins) slot(hash uint64) uint64 {
	mask := uint64(len(t.hashes) - 1)
	i := hash & mask
	for t.hashes[i] != 0 && t.hashes[i] != hash {
		i = (i + 1) & mask
	}
	return i
}

func (t *twins) grow() {
	old, numbers := t.hashes, t.numbers
	size := max(1024, 2*len(old))
	t.hashes, t.numbers = make([]uint64, size), make([]uint32, size)
	for i, hash := range old {
		if hash != 0 {
			at := t.slot(hash)
			t.hashes[at], t.numbers[at] = hash, numbers[i]
		}
	}
}
