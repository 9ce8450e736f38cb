import CutlineCore
import SystemPackage

/// What is left out of the input: a glob covers a path where its parts match consecutive parts of it, so `drafts` covers the folder
/// and all that is in it, `*.gif` every GIF and `raw/*.png` the PNGs of every folder `raw`.
struct Exclusion: Sendable {
    private enum Part {
        case one(GlobPattern)
        /// `**`: any number of parts.
        case any
    }

    private let globs: [[Part]]

    static let nothing = Exclusion([])

    init(_ texts: [String]) {
        globs = texts.map { text in
            Self.parts(Array(text.utf8)).map { $0.elementsEqual("**".utf8) ? .any : .one(GlobPattern(Array($0))) }
        }
    }

    var isEmpty: Bool { globs.isEmpty }

    func covers(_ text: String) -> Bool { !isEmpty && covers(Self.parts(Array(text.utf8)).map { Array($0) }, named: 0) }

    /// The parts of the folder that was named count only as a whole: `--exclude raw` leaves `/data/raw/photos` alone where it is an input.
    func covers(_ path: FilePath, below folder: FilePath) -> Bool {
        guard !isEmpty else { return false }
        return covers(Self.parts(folder.pushing(path).bytes).map { Array($0) }, named: Self.parts(folder.bytes).count)
    }

    private func covers(_ parts: [[UInt8]], named: Int) -> Bool {
        globs.contains { glob in
            !glob.isEmpty && parts.indices.contains { ($0 == 0 || $0 >= named) && Self.matches(glob[...], parts[$0...]) }
        }
    }

    /// Whether the glob matches the first parts.
    private static func matches(_ glob: ArraySlice<Part>, _ parts: ArraySlice<[UInt8]>) -> Bool {
        guard let first = glob.first else { return true }
        switch first {
        case .one(let pattern):
            guard let part = parts.first, pattern.matches(part) else { return false }
            return matches(glob.dropFirst(), parts.dropFirst())
        case .any:
            let rest = glob.dropFirst()
            return !rest.isEmpty ? (parts.startIndex...parts.endIndex).contains { matches(rest, parts[$0...]) } : !parts.isEmpty
        }
    }

    private static func parts(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        bytes.split(separator: UInt8(ascii: "/")).filter { $0 != [0x2E] }
    }
}
