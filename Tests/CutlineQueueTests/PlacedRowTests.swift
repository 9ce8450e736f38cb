import TestQueues
import TestSupport
import Testing

@testable import CutlineQueue

@Suite struct PlacedRowTests {
    /// Each statement that is read by place, with the names that its columns must have.
    static let statements: [(sql: String, columns: [String])] = [
        (QueueReader.page(ofBatches: nil), names(RecordColumn.self)),
        (AttemptRow.select, names(AttemptRow.Column.self)),
        (CaptionChecksCache.select, names(CaptionChecksCache.Column.self)),
        (StandingStep.lookup, names(StandingStep.Column.self)),
        (KnownPictures.lookup, names(KnownPictures.Column.self)),
        (ClaimStep.candidates, names(ClaimableJob.Column.self)),
        (ClaimStep.candidatesElsewhere, names(ClaimableJob.Column.self)),
        (ClaimStep.candidatesAmong, names(ClaimableJob.Column.self)),
        (ClaimStep.farthest, names(ClaimableJob.Column.self)),
        (ClaimStep.farthestElsewhere, names(ClaimableJob.Column.self)),
        (ClaimStep.farthestAmong, names(ClaimableJob.Column.self)),
    ]

    /// `ownKey` → `own_key`.
    private static func names<Column: CaseIterable>(_ type: Column.Type) -> [String] {
        type.allCases.map { "\($0)".reduce(into: "") { $0 += $1.isUppercase ? "_\($1.lowercased())" : "\($1)" } }
    }

    @Test(arguments: statements) func columnsStandWhereTheyAreRead(sql: String, columns: [String]) throws {
        let fixture = try Fixture.make()
        #expect(try fixture.queue.reader.read { try $0.cachedStatement(sql: sql).columnNames } == columns)
    }

    private enum Values: Int { case text, blob, nothing, number }

    @Test(.onFile) func textsAndBytesAreReadWhole() throws {
        let sql = "SELECT 'Café', x'410042', NULL, 7"
        let fixture = try Fixture.make()
        let read = try fixture.queue.reader.read { db in
            try db.cachedStatement(sql: sql).first([]) { (row: PlacedRow<Values>) in
                (
                    row.text(.text), row.text(.blob), row.text(optional: .nothing), row.bytes(.blob), row.bytes(optional: .nothing),
                    row[.number] as Int
                )
            }
        }
        let (text, blob, nothing, bytes, noBytes, number) = try #require(read)
        #expect(text == "Café" && blob == "A\u{0}B" && nothing == nil && bytes == [0x41, 0, 0x42] && noBytes == nil && number == 7)
    }

    @Test(.onFile) func emptyValuesAreNoNulls() throws {
        let fixture = try Fixture.make()
        let read = try fixture.queue.reader.read { db in
            try db.cachedStatement(sql: "SELECT '', x''").first([]) { (row: PlacedRow<Values>) in
                (row.text(optional: .text), row.bytes(optional: .blob))
            }
        }
        let (text, bytes) = try #require(read)
        #expect(text == "" && bytes == [])
    }
}
