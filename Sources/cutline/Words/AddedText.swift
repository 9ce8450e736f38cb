import CutlineQueue

/// What adding came to, in one line.
enum AddedText {
    static func line(_ added: Added, batch: String) -> String {
        let parts = [
            (added.new, "new"), (added.known, "there already"), (added.copies, "more names for jobs that are there"),
            (added.edited, "edited"), (added.cancelled, "cancelled because their picture was edited"),
        ]
        let said = parts.filter { $0.0 > 0 }.map { "\(Words.number($0.0)) \($0.1)" }
        return "batch \"\(Words.clean(batch))\": \(said.isEmpty ? "nothing to add" : said.joined(separator: ", "))\n"
    }
}
