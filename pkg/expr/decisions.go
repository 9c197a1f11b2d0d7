package expr

// What Microsoft does not document is decided here, one constant a question, so
// that an answer changes one line. Source: expressions §9.
const (
	// splitTrims: whether Split trims the values. The page's example shows them
	// trimmed, its text says nothing, and the delimiter is a bare comma.
	splitTrims = false

	// coalesceSkipsEmpty: whether Coalesce passes over an empty text as it does
	// over null. The reference says "not NULL"; one guide counts on more.
	coalesceSkipsEmpty = false

	// nullEqualsEmpty: whether null = "" holds in a comparison. Published guides
	// rely on it; the reference calls such conditions unsupported.
	nullEqualsEmpty = true

	// inStrIgnoresCase: whether InStr without compareType ignores letter case.
	// Visual Basic's default is a binary comparison.
	inStrIgnoresCase = false

	// apostropheInWord: whether PCase without separators takes an apostrophe as
	// part of the word, O'brien, as .NET's ToTitleCase does.
	apostropheInWord = true

	// dateDiffElapsedDays: whether DateDiff counts elapsed days of 24 hours, as
	// Visual Basic does, or changes of the calendar date.
	dateDiffElapsedDays = true

	// formatAppliesOffset: whether FormatDateTime turns an offset in its input
	// into UTC, as .NET's ParseExact does on a server whose clock is UTC.
	formatAppliesOffset = true

	// formatTakesDates: whether FormatDateTime takes the result of CDate, DateAdd
	// or Now whatever the input format says. Otherwise their text form must fit.
	formatTakesDates = true

	// dateArgumentTakesText: whether DateAdd and DateDiff read text as CDate
	// would. Attributes of type DateTime reach this program as text.
	dateArgumentTakesText = true

	// midOutside: whether Mid gives the whole text for a start outside it or a
	// negative length, as Connect's function of that name does.
	midOutside = true

	// singleIsList: whether Item, Count and RemoveDuplicates take a single value
	// as a multi-value of one.
	singleIsList = true

	// nullIsNoItem: whether Item of an absent attribute is an error, as an index
	// out of bounds is.
	nullIsNoItem = true

	// twoDigitYearMax: the latest year that two digits mean; .NET's default.
	twoDigitYearMax = 2049

	// groupReplacementIsLiteral: whether Replace with a group name puts in the
	// replacement as it stands, without expanding ${…}.
	groupReplacementIsLiteral = true
)
