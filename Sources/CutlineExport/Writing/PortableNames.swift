import CutlineCore
import SystemPackage

/// Names of pictures that every system takes, for caption files and for references alike: one picture has one name, and no two names are alike
/// where neither case nor composition counts.
struct PortableNames {
    private var names: [ImageSource.Place: String] = [:]
    private var taken: Set<String> = []

    /// The name of a record's picture, told from its path below the input.
    mutating func name(of record: Record, _ place: ImageSource.Place, _ path: CleanPath) -> String {
        if let name = names[place] { return name }
        let name = Self.candidates(path.text, record.id).first { taken.insert($0.lowercased()).inserted } ?? "\(record.id)/\(path.text)"
        names[place] = name
        return name
    }

    /// `a/cat.jpg`, then `a/cat-42.jpg`.
    private static func candidates(_ path: String, _ id: Int64) -> [String] {
        let file = FilePath(path)
        guard let stem = file.stem else { return [path] }
        let name = "\(stem)-\(id)" + (file.extension.map { ".\($0)" } ?? "")
        return [path, file.removingLastComponent().appending(name).string]
    }
}
