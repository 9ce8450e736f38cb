import CutlineCore
import SystemPackage

/// Folders that this program wrote with copies of pictures, or links to them, in it. Inside an input they would be captioned once more.
///
/// They are known by what an export writes and nobody else does: the first row of `metadata.jsonl` with a picture that is called by its entry's
/// number, or a shard whose first member is.
enum OwnExport {
    /// - Parameter orAround: whether a folder counts, too, that holds nothing but exports, as the parts of a split do.
    static func isAt(_ folder: FilePath, _ listing: FolderListing, orAround: Bool = false) -> Bool {
        if listing.names.contains(metadata), isOurs(metadataAt: folder.appending("metadata.jsonl")) { return true }
        // A part of a split that nothing fell into.
        if listing.names == [metadata], (try? FileFacts(path: folder.appending("metadata.jsonl")))?.stamp.size == 0 { return true }
        if listing.names.contains(shard), isOurs(shardAt: folder.appending("data-000000.tar")) { return true }
        guard orAround else { return false }
        let parts = listing.names.filter { name in !["README", "LICENSE"].contains { name.starts(with: $0.utf8) } }
        return !parts.isEmpty
            && parts.allSatisfy { name in
                let part = folder.pushing(FilePath(bytes: name))
                // What cannot be listed is no folder, or is told when it is walked.
                return (try? FolderListing(part)).map { isAt(part, $0) } ?? false
            }
    }

    private static let metadata = Array("metadata.jsonl".utf8)
    private static let shard = Array("data-000000.tar".utf8)
    /// What every row has, whatever else is asked for.
    private static let columns = ["file_name", "key", "source", "batch"]

    private static func isOurs(metadataAt path: FilePath) -> Bool {
        // A caption may be long; one that does not end here is looked at no further.
        guard let head = try? PictureBytes.read(path, first: 256 * 1_024), let end = head.firstIndex(of: 0x0A),
            let row = try? JSONValue(parsing: head[..<end]).object, columns.allSatisfy({ row[$0]?.string != nil })
        else { return false }
        return isNumber(row["file_name"]?.string ?? "")
    }

    private static func isOurs(shardAt path: FilePath) -> Bool {
        guard let head = try? PictureBytes.read(path, first: 512), head.dropFirst(257).starts(with: "ustar".utf8) else { return false }
        // Of nobody, of the year 1970.
        let isOfNobody = head.dropFirst(136).starts(with: "00000000000".utf8)
        return isOfNobody && isNumber(String(decoding: head.prefix { $0 != 0 }, as: UTF8.self))
    }

    /// `00000012.jpg`
    private static func isNumber(_ name: String) -> Bool {
        guard let last = FilePath(name).lastComponent, PictureFormat.allCases.contains(where: { last.isEnding(of: $0) }) else {
            return false
        }
        return last.stem.utf8.count >= 8 && last.stem.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }
}

extension FilePath.Component {
    fileprivate func isEnding(of format: PictureFormat) -> Bool {
        switch format {
        case .jpeg: self.extension == "jpg"
        case .tiff: self.extension == "tif"
        case .png, .webp, .gif, .heic, .avif, .bmp: self.extension == format.rawValue
        }
    }
}
