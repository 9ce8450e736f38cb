import CutlineCore
import SystemPackage

/// The names of one folder, found by what people take for the same: `É.JPG` and `é.jpg`, whichever way their letters are composed.
struct NearbyListing {
    let names: [String]
    /// Swift's texts are equal where they are canonically equivalent, so one look-up serves both forms of a letter.
    private let folded: [String: [Int]]

    /// A folder that cannot be read has no names. Names that are not text are found by nobody who writes text.
    init(_ folder: FilePath) {
        // That it cannot be read is told where it is named.
        let listing = try? FolderListing(folder)
        names = ((listing?.names ?? []) + (listing?.hidden ?? [])).compactMap { String(validating: $0, as: UTF8.self) }
        folded = Dictionary(grouping: names.indices) { [names] in names[$0].lowercased() }
    }

    /// The names that are the same but for case and the form of letters; those with the same case alone where there are any.
    func names(like name: String) -> [String] {
        let alike = (folded[name.lowercased()] ?? []).map { names[$0] }
        let sameCase = alike.filter { $0 == name }
        return sameCase.isEmpty ? alike : sameCase
    }

    /// The name that is most like `name`: of the same stem, else with few changed letters.
    func nearest(to name: String) -> String? {
        let stem = Self.stem(name).lowercased()
        if let other = names.first(where: { Self.stem($0).lowercased() == stem || $0.lowercased() == stem }) { return other }
        let letters = name.count
        // A third of the letters, and of very short names nothing but what was swapped would be left.
        guard letters >= 4, letters <= 255 else { return nil }
        let most = letters / 3
        let likely = names.filter { abs($0.utf8.count - name.utf8.count) <= 4 * most && Self.mayBeNear($0, name, most) }
        return Nearest.to(name, among: Self.closest(likely, to: name)).flatMap { Self.haveCommonStem($0, name) ? $0 : nil }
    }

    static func stem(_ name: String) -> Substring {
        name.utf8.lastIndex(of: UInt8(ascii: ".")).map { name[..<$0] } ?? name[...]
    }

    /// More than the ending: `a.png` is not near `b.png`.
    private static func haveCommonStem(_ a: String, _ b: String) -> Bool {
        let (a, b) = (String(stem(a)), String(stem(b)))
        return min(a.count, b.count) >= 3 && Nearest.to(a, among: [b]) != nil
    }

    /// A lower bound of the changes, from how often each letter stands there.
    private static func mayBeNear(_ a: String, _ b: String, _ most: Int) -> Bool {
        withUnsafeTemporaryAllocation(of: Int16.self, capacity: 256) { counts in
            counts.initialize(repeating: 0)
            for byte in a.utf8 { counts[Int(byte)] += 1 }
            for byte in b.utf8 { counts[Int(byte)] -= 1 }
            return counts.reduce(0) { $0 + abs(Int($1)) } <= 8 * most
        }
    }

    /// Comparing letter by letter is dear: of a hundred thousand likely names those beside `name` in the alphabet.
    private static func closest(_ names: [String], to name: String, most: Int = 2_000) -> [String] {
        guard names.count > most else { return names }
        let sorted = names.sorted()
        let place = sorted.firstIndex { $0 > name } ?? sorted.count
        let start = max(0, min(place - most / 2, sorted.count - most))
        return Array(sorted[start..<(start + most)])
    }
}
