import CutlineCore

/// Which names were taken for files that are written otherwise: counted by how they differ, each with one example.
package struct NameNotes: Sendable {
    private struct Note {
        var count = 0
        let written: String
        let found: String
    }

    private var notes: [WrittenName.Difference: Note] = [:]

    mutating func add(_ differences: Set<WrittenName.Difference>, written: String, found: String) {
        // Told by the greatest difference alone: who writes for Windows seldom minds case.
        guard let difference = WrittenName.Difference.allCases.first(where: differences.contains) else { return }
        notes[difference, default: Note(written: written, found: found)].count += 1
    }

    mutating func add(_ other: NameNotes) {
        for (difference, note) in other.notes {
            guard notes[difference] != nil else {
                notes[difference] = note
                continue
            }
            notes[difference]?.count += note.count
        }
    }

    /// Lines for stderr.
    package var lines: [String] {
        WrittenName.Difference.allCases.compactMap { difference in
            guard let note = notes[difference] else { return nil }
            let example = "\(note.written.shortened(to: 80)) is \(note.found.shortened(to: 80))"
            return "note: \(note.count) \(note.count == 1 ? "name" : "names") \(Self.words(difference)): \(example)"
        }
    }

    private static func words(_ difference: WrittenName.Difference) -> String {
        switch difference {
        case .blanks: "with blanks or quotes round them were taken without"
        case .address: "were file:// addresses of files here"
        case .windows: "were paths as Windows writes them"
        case .percent: "had characters written as %20 and the like"
        case .letters: "had their letters composed otherwise than the file's"
        case .letterCase: "differed in upper and lower case from the file's"
        }
    }
}
