import CutlineCore
import SystemPackage

/// What an input is called in a queue, so that a later run knows which entries it brought: the absolute path of a folder, a picture, a list, a
/// manifest or a job file; a glob in the same form; an address; `-`.
enum InputName {
    /// Pictures of one folder that are named one by one, as a shell names them for a glob, are one input: the folder's path and a slash at
    /// its end, which no other input has.
    static func all(of inputs: [String], from folder: FilePath) -> [[UInt8]] {
        let folders = inputs.map { pictureFolder($0, from: folder) }
        let counts = folders.compactMap(\.self).reduce(into: [FilePath: Int]()) { $0[$1, default: 0] += 1 }
        return zip(inputs, folders).map { input, place in
            guard let place, counts[place, default: 0] > 1 else { return name(of: input, from: folder) }
            return place.bytes + [UInt8(ascii: "/")]
        }
    }

    private static func name(of input: String, from folder: FilePath) -> [UInt8] {
        guard input != "-", !WebAddress.isMeant(by: input) else { return Array(input.utf8) }
        return folder.pushing(FilePath(input)).lexicallyNormalized().bytes
    }

    /// The folder of a picture that is named by itself; nil for all else.
    private static func pictureFolder(_ input: String, from folder: FilePath) -> FilePath? {
        guard case .pictures? = try? InputKind(input, from: folder), !WebAddress.isMeant(by: input), !input.utf8.contains(0) else {
            return nil
        }
        let path = folder.pushing(FilePath(input))
        // What cannot be looked at was refused before.
        guard let facts = try? FileFacts(path: path), facts.kind == .regular else { return nil }
        return path.removingLastComponent().lexicallyNormalized()
    }
}
