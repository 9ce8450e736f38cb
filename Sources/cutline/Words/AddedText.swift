import CutlineQueue

/// What adding came to, in one line.
enum AddedText {
    static func line(_ added: Added, batch: String) -> String {
        let parts: [(count: Int, one: String, many: String)] = [
            (added.new, "new job", "new jobs"), (added.known, "there already", "there already"),
            (added.copies, "more name for a job that is there", "more names for jobs that are there"),
            (added.edited, "picture edited", "pictures edited"),
            (added.cancelled, "job cancelled because its picture was edited", "jobs cancelled because their pictures were edited"),
        ]
        let said = parts.filter { $0.count > 0 }.map { "\(Words.number($0.count)) \($0.count == 1 ? $0.one : $0.many)" }
        return "batch \"\(Words.clean(batch))\": \(said.isEmpty ? "nothing to add" : said.joined(separator: ", "))\n"
    }
}
