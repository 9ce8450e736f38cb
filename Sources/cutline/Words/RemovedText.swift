import CutlineQueue

/// What `remove` did, or would do.
enum RemovedText {
    static func lines(_ removed: Removed) -> String {
        let notes = [
            removed.captioned > 0 ? "\(captions(removed)) in the books" : nil,
            removed.cancelled > 0 ? "\(Words.count(removed.cancelled, "unfinished job")) cancelled" : nil,
            removed.running > 0 ? "\(Words.count(removed.running, "call")) under way \(removed.running == 1 ? "goes" : "go") on" : nil,
        ].compactMap(\.self)
        let undo = removed.entries > 0 ? "to undo: add the same input again\n" : ""
        return "\(entries(removed.entries)) removed\(notes.isEmpty ? "" : "; ")\(notes.joined(separator: ", "))\n\(undo)"
    }

    static func rehearsed(_ removed: Removed) -> String {
        let notes = removed.captioned > 0 ? "; \(captions(removed)) in the books" : ""
        return "a dry run: \(entries(removed.entries)) would be removed\(notes)\n"
    }

    private static func entries(_ count: Int) -> String { "\(Words.number(count)) \(count == 1 ? "entry" : "entries")" }

    private static func captions(_ removed: Removed) -> String {
        removed.captioned == 1 ? "1 caption stays" : "\(Words.number(removed.captioned)) captions stay"
    }
}
