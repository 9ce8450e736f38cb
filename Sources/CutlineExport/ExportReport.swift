import CutlineCore

/// What an export came to.
package struct ExportReport: Hashable, Sendable {
    /// Records, and the name of the one that stands for them.
    package struct Count: Hashable, Sendable {
        package var count = 0
        /// The key of the first.
        package var first = ""
    }

    /// Records by part of the split, in its order; one part where nothing is split.
    package internal(set) var written: [Int]
    package private(set) var leftOut: [Omission: Count] = [:]
    package private(set) var remarks: [Remark: Count] = [:]

    init(parts: Int) { written = Array(repeating: 0, count: parts) }

    package var total: Int { written.reduce(0, +) }

    mutating func leaveOut(_ record: Record, _ why: Omission) { leftOut[why, default: Count()].add(record) }
    mutating func remark(_ remark: Remark, _ record: Record) { remarks[remark, default: Count()].add(record) }
}

extension ExportReport.Count {
    fileprivate mutating func add(_ record: Record) {
        if count == 0 { first = record.key }
        count += 1
    }
}

/// Why a record is not in the export: the format cannot hold it, or it would be wrong.
package enum Omission: String, Error, CaseIterable, Hashable, Sendable {
    case noCaption, noAnswer, severalPictures, onTheWeb, pictureGone, pictureChanged, pictureUnreadable, pictureTooLarge, pictureDamaged
    case outsideRoot, notUnicode, nameTaken, nameTooLong, captionFileExists, formatNotRead
}

/// What was done to a record so that the format could hold it, or what its reader should know.
package enum Remark: String, CaseIterable, Hashable, Sendable {
    case lineBreaks, joinedLines, fullName, cleanedName, noSize, droppedNUL, keyRepeated, appended
}
