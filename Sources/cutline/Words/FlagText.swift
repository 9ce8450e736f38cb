import CutlineCore
import CutlineQueue

/// Flags of captions, in words.
enum FlagText {
    /// `9 refusal, 3 too_short`, the most frequent first.
    static func list(_ flags: [CaptionFlag: Int]) -> String {
        let order = CaptionFlag.allCases.enumerated().filter { flags[$0.element] != nil }.sorted {
            (-(flags[$0.element] ?? 0), $0.offset) < (-(flags[$1.element] ?? 0), $1.offset)
        }
        return order.map { "\(Words.number(flags[$0.element] ?? 0)) \($0.element.rawValue)" }.joined(separator: ", ")
    }

    /// What a run says of its batches' captions at the end, a line each; empty where none is flagged.
    ///
    /// - Parameter queue: `--queue PATH`, where commands that are advised need it.
    static func summary(_ batches: [BatchStatus], queue: [String]) -> [String] {
        let flags = batches.reduce(into: [:]) { $0.merge($1.flags, uniquingKeysWith: +) }
        let count = batches.map(\.flaggedCaptions).reduce(0, +)
        guard count > 0, let first = list(flags).split(separator: ",").first?.split(separator: " ").last else { return [] }
        let command = (["cutline export --flag \(first)"] + queue).joined(separator: " ")
        var lines = ["\(Words.count(count, "caption")) \(count == 1 ? "is" : "are") flagged: \(list(flags)); see `\(command)`"]
        if let cut = flags[.truncated] {
            lines.append(
                "\(cut == count ? (cut == 1 ? "it was" : "they were") : "\(Words.number(cut)) of them \(cut == 1 ? "was" : "were")") cut at the token limit; more --max-tokens, under a new --batch, give whole ones"
            )
        }
        return lines
    }
}
