import CutlineCore

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The pictures of the folder `examples/`, known by their measures: `https://pictures.invalid/harbour.jpg` is answered without
/// fetching anything (the top-level domain `invalid` never exists, RFC 6761).
enum ExamplePictures {
    static let host = "pictures.invalid"

    /// By file name.
    static let all: [String: SentPicture] = {
        do {
            let table = JSONCursor(try JSONValue(parsing: PackageResources.examples_json))
            return try table.object().keys.reduce(into: [:]) { all, name in all[name] = try table[name].map(picture) }
        } catch {
            preconditionFailure("examples.json, which is built in, cannot be read: \(error)")
        }
    }()

    static func picture(at address: String) throws(ScriptedRefusal) -> SentPicture {
        guard let url = URL(string: address), url.scheme == "https" || url.scheme == "http", let host = url.host() else {
            throw .invalidImage("A picture is neither a data URL nor an http address.")
        }
        guard host == Self.host, let picture = named(url.lastPathComponent) else {
            throw .unreachableImage(address)
        }
        return picture
    }

    /// With or without the ending.
    private static func named(_ name: String) -> SentPicture? {
        all[name] ?? all.first { $0.key.prefix { $0 != "." } == name }?.value
    }

    private static func picture(_ entry: JSONCursor) throws -> SentPicture {
        guard let format = PictureFormat(rawValue: try entry["format"]?.string() ?? ""), let width = try entry["width"]?.positiveInt(),
            let height = try entry["height"]?.positiveInt(), let bytes = try entry["bytes"]?.positiveInt(),
            let sha256 = try entry["sha256"]?.string()
        else { throw entry.invalid("needs format, width, height, bytes and sha256") }
        return SentPicture(format: format, size: PictureSize(width: width, height: height), byteCount: bytes, sha256: sha256)
    }
}
