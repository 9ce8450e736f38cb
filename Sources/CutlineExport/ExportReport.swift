import CutlineCore

/// What an export came to.
package struct ExportReport: Hashable, Sendable {
    /// Records, and the names of the first of them.
    package struct Count: Hashable, Sendable {
        package static let mostKeys = 10

        package var count = 0
        /// Their keys, `mostKeys` at most.
        package var keys: [String] = []
    }

    /// Records by set, in the order of `ExportRequest.sets`.
    package internal(set) var written: [Int]
    package private(set) var leftOut: [Omission: Count] = [:]
    package private(set) var remarks: [Remark: Count] = [:]
    /// Records of a join for which a batch has no caption, by its name.
    package private(set) var gaps: [String: Count] = [:]
    /// Where a reader may care: how many pictures of each kind.
    package private(set) var kinds: [PictureFormat: Int] = [:]
    /// The places of those replacements that changed something.
    package internal(set) var usedReplacements: Set<Int> = []

    init(sets: Int) { written = Array(repeating: 0, count: sets) }

    package var total: Int { written.reduce(0, +) }

    mutating func leaveOut(_ record: Record, _ why: Omission) { leftOut[why, default: Count()].add(record) }
    mutating func remark(_ remark: Remark, _ record: Record) { remarks[remark, default: Count()].add(record) }
    mutating func tellGap(of batch: String, _ record: Record) { gaps[batch, default: Count()].add(record) }
    mutating func count(_ kind: PictureFormat) { kinds[kind, default: 0] += 1 }
}

extension ExportReport.Count {
    fileprivate mutating func add(_ record: Record) {
        if keys.count < Self.mostKeys { keys.append(record.key) }
        count += 1
    }
}

/// Why a record is not in the export: the format cannot hold it, or it would be wrong.
package enum Omission: String, Error, CaseIterable, Hashable, Sendable {
    case missing, otherBatch, noCaption, noAnswer, severalPictures, onTheWeb, pictureGone, pictureChanged, pictureDamaged, pictureUnreadable
    case pictureTooLarge, otherKind, outsideRoot, notUnicode, nameTaken, nameTooLong, captionFileExists, formatNotRead
    case inArchive
}

/// What was done to a record so that the format could hold it, or what its reader should know.
package enum Remark: String, CaseIterable, Hashable, Sendable {
    case lineBreaks, joinedLines, sharedStem, secondCaption, secondInBatch, samePicture, olderPicture, wholePath, outsidePath, portableName
    case noSize, droppedNUL, keyRepeated, appended, copiedFromArchive
}
