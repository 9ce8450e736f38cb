import CutlineCore
import CutlineQueue

/// What adding came to, in one line.
enum AddedText {
    /// The last line of a dry run.
    ///
    /// - Parameter sample: of how many jobs a sample is to be made; some may have captions already.
    static func rehearsed(calls: Int, sample: Int?, of settings: BatchSettings) -> String {
        let most = sample.map { min($0, calls) } ?? calls
        let calls = most == 0 ? "no call" : (sample == nil ? "" : "at most ") + Words.count(most, "call")
        return "a dry run: nothing was added; a run would make \(calls) to \(settings.profile.name), \(Words.clean(settings.model))\n"
    }

    static func noTrial(batch: String) -> String {
        "batch \"\(Words.clean(batch))\" was a trial of `cutline compare`; from now on `work` and `export` take it like any other\n"
    }

    static func prioritized(_ count: Int, _ priority: Priority) -> String {
        "\(Words.count(count, "job")) that \(count == 1 ? "waits" : "wait") already \(count == 1 ? "has" : "have") \(priority.word) priority now\n"
    }

    static func line(_ added: Added, batch: String) -> String {
        let parts: [(count: Int, one: String, many: String)] = [
            (added.new, "new job", "new jobs"), (added.known, "there already", "there already"),
            (added.returned, "missing picture there again", "missing pictures there again"),
            (added.renamed, "picture renamed", "pictures renamed"),
            (added.copies, "more name for a job that is there", "more names for jobs that are there"),
            (added.edited, "picture edited", "pictures edited"),
            (added.cancelled, "job cancelled because its picture was edited", "jobs cancelled because their pictures were edited"),
        ]
        let said = parts.filter { $0.count > 0 }.map { "\(Words.number($0.count)) \($0.count == 1 ? $0.one : $0.many)" }
        return "batch \"\(Words.clean(batch))\": \(said.isEmpty ? "nothing to add" : said.joined(separator: ", "))\n"
    }
}
