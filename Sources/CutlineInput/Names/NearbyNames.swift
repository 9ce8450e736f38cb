import CutlineCore
import SystemPackage

/// Finds the file that is meant by a name under which there is none: written as another system or program writes it. It is taken where
/// exactly one file fits; else the nearest name can be shown.
///
/// Each folder is read once, however many names are looked for in it.
final class NearbyNames {
    /// What was taken for something else than was written.
    private(set) var notes = NameNotes()
    private var listings: [FilePath: NearbyListing] = [:]
    private var held = 0
    private var suggestions = 0

    /// Names of folders that are kept at a time.
    private static let mostHeld = 2_000_000
    /// More are never read by anyone.
    private static let mostSuggestions = 40

    /// The one path that is there and is meant by `text`, relative where `text` is; nil where none fits, or several do.
    func path(meantBy text: String, in base: FilePath) -> FilePath? {
        let spellings = [WrittenName.Spelling(text: text, differences: [])] + WrittenName.spellings(of: text)
        for spelling in spellings {
            let found = paths(like: FilePath(spelling.text), in: base)
            guard let first = found.first else { continue }
            guard found.count == 1 else { return nil }
            notes.add(spelling.differences.union(first.differences), written: text, found: first.path.text)
            return first.path
        }
        return nil
    }

    /// A glob whose folders above the first wildcard are there, and are meant by those of `text`; nil where they are there as they are written.
    func glob(meantBy text: String, in base: FilePath) -> FilePath? {
        for spelling in [text] + WrittenName.spellings(of: text).map(\.text) {
            let given = FilePath(spelling)
            let literal = given.components.prefix { !GlobPattern.hasWildcards($0.bytes) }
            let folder = FilePath(root: given.root, literal)
            guard let found = folder.isEmpty ? folder : path(meantBy: String(decoding: folder), in: base) else { continue }
            let glob = found.appending(given.components.dropFirst(literal.count))
            if !glob.bytes.elementsEqual(text.utf8) { return glob }
        }
        return nil
    }

    /// What to say of a name that is not there: `the nearest name is photos/cat_1.jpg`.
    func advice(for text: String, in base: FilePath) -> String? {
        guard suggestions < Self.mostSuggestions else { return nil }
        suggestions += 1
        let spelling = WrittenName.spellings(of: text).last { !$0.differences.contains(.percent) }?.text ?? text
        var (folder, rest) = (FilePath(root: FilePath(spelling).root, []), FilePath(spelling).components[...])
        while let part = rest.first, let found = Self.onlyOne(parts(like: part, in: folder, base)) {
            folder.append(found.part)
            rest = rest.dropFirst()
        }
        guard let missing = rest.first else { return nil }
        let listing = listing(base.pushing(folder))
        let name = FilePath(root: nil, [missing]).text
        let alike = listing.names(like: name)
        if alike.count > 1, rest.count == 1 {
            return
                "\(alike.prefix(3).map { folder.appending($0).text.shortened() }.joined(separator: " and ")) differ in case; write the one that is meant"
        }
        guard let nearest = listing.nearest(to: name) else { return nil }
        return "the nearest name is \(folder.appending(nearest).text.shortened())"
    }

    /// Names that a pattern would match but for case.
    func advice(forGlob given: FilePath, in base: FilePath) -> String? {
        guard let part = given.lastComponent, let pattern = String(validating: part) else { return nil }
        let folder = given.removingLastComponent()
        guard !GlobPattern.hasWildcards(folder.bytes) else { return nil }
        let glob = GlobPattern(Array(pattern.lowercased().utf8))
        let names = listing(base.pushing(folder)).names.filter { glob.matches(Array($0.lowercased().utf8)) }
        guard let first = names.first else { return nil }
        let example = folder.appending(first).text.shortened()
        return names.count == 1 ? "\(example) differs in case" : "\(names.count) names differ in case, as \(example)"
    }

    private struct Found {
        var path: FilePath
        var differences: Set<WrittenName.Difference>
    }

    /// At most two.
    private func paths(like given: FilePath, in base: FilePath) -> [Found] {
        var found = [Found(path: FilePath(root: given.root, []), differences: [])]
        for part in given.components {
            found = found.flatMap { before in
                parts(like: part, in: before.path, base).map { next in
                    Found(path: before.path.appending(next.part), differences: before.differences.union(next.differences))
                }
            }
            if found.isEmpty { return [] }
        }
        // Written exactly so wins over what only looks so.
        let least = found.map(\.differences.count).min()
        return Array(found.filter { $0.differences.count == least }.prefix(2))
    }

    private func parts(
        like part: FilePath.Component, in folder: FilePath, _ base: FilePath
    ) -> [(part: FilePath.Component, differences: Set<WrittenName.Difference>)] {
        guard part.kind == .regular else { return [(part, [])] }
        if FileFacts.isPresent(base.pushing(folder.appending(part))) { return [(part, [])] }
        guard let name = String(validating: part) else { return [] }
        return listing(base.pushing(folder)).names(like: name).compactMap { other in
            FilePath.Component(other).map { ($0, [other == name ? .letters : .letterCase]) }
        }
    }

    private static func onlyOne<Element>(_ elements: [Element]) -> Element? { elements.count == 1 ? elements[0] : nil }

    private func listing(_ folder: FilePath) -> NearbyListing {
        if let listing = listings[folder] { return listing }
        let listing = NearbyListing(folder)
        if held + listing.names.count > Self.mostHeld { (listings, held) = ([:], 0) }
        held += listing.names.count + 1
        listings[folder] = listing
        return listing
    }
}
