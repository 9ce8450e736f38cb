import SystemPackage

/// Where an export goes.
package enum Destination: Hashable, Sendable {
    /// A file that appears whole or not at all; a device or FIFO is written as it is. For formats that are folders: the folder.
    case file(FilePath)
    /// An open descriptor, such as stdout; it stays open.
    case descriptor(Int32)
    /// Beside the pictures.
    case pictures

    func folder() throws(ExportError) -> FilePath {
        guard case .file(let path) = self else { throw .needsFolder }
        return path
    }
}

extension ExportRequest {
    /// The files: `captions.jsonl`, or one for each part of the split: `captions-train.jsonl`.
    var destinations: [Destination] {
        guard let split, case .file(let path) = destination else { return [destination] }
        return split.parts.map { .file(FilePath(Self.name(ofPart: $0.name, in: path.string))) }
    }

    /// `captions.jsonl` → `captions-train.jsonl`.
    package static func name(ofPart part: String, in output: String) -> String {
        let path = FilePath(output)
        let name = path.stem.map { "\($0)-\(part)" } ?? part
        return path.removingLastComponent().appending(path.extension.map { "\(name).\($0)" } ?? name).string
    }
}
