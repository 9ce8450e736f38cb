import CutlineCore
import CutlineQueue
import SystemPackage

/// What left an input, in sentences.
enum DepartureText {
    static func lines(_ departures: Departures, batch: String, queue: [String]) -> String {
        let command = "`\(RetryCommand(batch: batch, queue: queue).words("remove", ["--missing"]))`"
        let before = departures.missingBefore
        let parts = [
            renamed(departures), missing(departures, command),
            before > 0 ? "\(pictures(before)) missing since an earlier run (\(command) takes what is missing out for good)" : nil,
        ]
        return (parts.compactMap(\.self) + kept(departures)).map { "\($0)\n" }.joined()
    }

    /// Of a dry run.
    static func rehearsed(_ departures: Departures) -> String {
        let missing = departures.missing
        let line = missing > 0 ? ["\(pictures(missing)) gone and would be missing: \(list(departures.missingKeys, of: missing))"] : []
        return (line + kept(departures)).map { "\($0)\n" }.joined()
    }

    /// `renamed: cats/a.jpg → felines/a.jpg, cats/b.jpg → felines/b.jpg`
    private static func renamed(_ departures: Departures) -> String? {
        guard departures.renamed > 0 else { return nil }
        let names = departures.renamings.map { "\(Words.clean($0.old)) → \(Words.clean($0.new))" }
        return "renamed: \(list(names, of: departures.renamed))"
    }

    private static func missing(_ departures: Departures, _ command: String) -> String? {
        guard departures.missing > 0 else { return nil }
        let unsent = departures.cancelled > 0 ? ", \(Words.count(departures.cancelled, "unfinished job")) not sent" : ""
        let isOne = departures.missing == 1
        return "\(pictures(departures.missing)) missing: \(list(departures.missingKeys, of: departures.missing))\(unsent); "
            + (isOne
                ? "its file is gone, and exports leave it out until it is back"
                : "their files are gone, and exports leave them out until they are back")
            + " (\(command) takes what is missing out for good)"
    }

    private static func kept(_ departures: Departures) -> [String] {
        departures.kept.sorted { $0.key.text < $1.key.text }.map { folder, count in
            "\(Words.clean(folder.text)) is empty, as a disk that is not mounted: \(Words.count(count, "picture")) of it "
                + (count == 1 ? "stays as it is" : "stay as they are")
        }
    }

    private static func pictures(_ count: Int) -> String { "\(Words.count(count, "picture")) \(count == 1 ? "is" : "are")" }

    private static func list(_ names: [String], of count: Int) -> String {
        let rest = count - names.count
        return names.map(Words.clean).joined(separator: ", ") + (rest > 0 ? " and \(Words.number(rest)) more" : "")
    }
}
