import CutlineCore
import Testing

@Suite struct SelectionTests {
    @Test(arguments: [
        ("1970-01-01", 0), ("2026-11-20", 1_795_132_800_000), ("2026-11-20T12:00", 1_795_176_000_000),
        ("2026-11-20 12:00:01", 1_795_176_001_000),
        ("2026-11-20T12:00Z", 1_795_176_000_000), ("2026-11-20T13:30:00+01:30", 1_795_176_000_000),
        ("2026-11-20T00:00-12:00", 1_795_176_000_000),
        ("2024-02-29", 1_709_164_800_000),
    ])
    func timesAreRead(text: String, milliseconds: Int64) {
        #expect(Timestamp(iso8601: text)?.milliseconds == milliseconds)
    }

    @Test(arguments: [
        "", "yesterday", "2026-11", "2026-13-01", "2026-11-31", "2023-02-29", "2026-1-1", "20261120", "2026-11-20T", "2026-11-20T24:00",
        "2026-11-20T12:60",
        "2026-11-20T12", "2026-11-20T12:00+1", "2026-11-20T12:00:00.5", "2026-11-20T12:00 Z", "+2026-11-20", "２０２６-11-20",
    ])
    func whatIsNoTimeIsNone(text: String) {
        #expect(Timestamp(iso8601: text) == nil)
    }

    @Test func everyDayIsReadAsItIsWritten() {
        for day in stride(from: Int64(0), to: 60_000, by: 7) {
            let time = Timestamp(milliseconds: day * 86_400_000 + 3_661_000)
            #expect(Timestamp(iso8601: time.iso8601) == time)
        }
    }

    @Test func oneWantedFlagIsEnoughAndOneUnwantedIsTooMuch() {
        let none = FlagSelection()
        #expect(none.admits([]) && none.admits([.truncated]))
        let wanted = FlagSelection(wanted: [.truncated])
        #expect(!wanted.admits([]) && wanted.admits([.truncated]))
        let unwanted = FlagSelection(unwanted: [.truncated])
        #expect(unwanted.admits([]) && !unwanted.admits([.truncated]))
        #expect(!FlagSelection(wanted: [.truncated], unwanted: [.truncated]).admits([.truncated]))
    }
}
