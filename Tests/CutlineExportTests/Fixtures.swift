import CutlineCore
import CutlineDigest
import CutlineExport
import SystemPackage
import TestSupport

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension Record {
    /// The record of docs/output.md.
    static func make(
        id: Int64 = 1, key: String = "harbour", images: [String] = ["examples/harbour.jpg"], prompt: String = "Describe …",
        batch: String = "example", caption: String? = "A harbour.", usage: Usage = Usage(inputTokens: 300, outputTokens: 50),
        extra: [String: JSONValue] = [:],
        pictures: [ImageSource] = [], hasOwnKey: Bool = false
    ) -> Record {
        Record(
            id: id, key: key, batch: batch, state: caption == nil ? .failed : .succeeded, images: images, prompt: prompt,
            caption: caption.map { Caption(text: $0, finishReason: .stop, resolvedModel: "sim-1", usage: usage) },
            provider: "simulator", requestedModel: "sim-1", attempts: 1, latency: .milliseconds(512),
            createdAt: Timestamp(milliseconds: 1_795_176_000_000), finishedAt: Timestamp(milliseconds: 1_795_176_001_999), extra: extra,
            pictures: pictures, hasOwnKey: hasOwnKey)
    }

    static func failed(message: String = "the picture was not accepted") -> Record {
        var record = make(key: "bad", caption: nil)
        record.problem = Problem(kind: .imageRejected, status: 400, message: message)
        record.latency = nil
        record.finishedAt = nil
        return record
    }
}

/// Exports the records.
@discardableResult
func export(
    _ format: ExportFormat, to destination: Destination, overwrite: Bool = false, split: Split? = nil, _ records: [Record]
) throws -> ExportReport {
    try export(ExportRequest(format, to: destination, overwrite: overwrite, split: split), records)
}

/// Exports the records, in pages of two.
@discardableResult
func export(_ order: ExportRequest, _ records: [Record]) throws -> ExportReport {
    let source = RecordSource {
        var rest = records[...]
        return {
            defer { rest = rest.dropFirst(2) }
            return rest.isEmpty ? nil : Array(rest.prefix(2))
        }
    } record: { id in
        records.first { $0.id == id }
    }
    return try Exporter.export(order, source)
}

func exported(_ format: ExportFormat, _ records: Record...) throws -> String {
    let folder = TemporaryFolder(inMemory: true)
    let path = folder.path.appending("out")
    try export(format, to: .file(path), records)
    return String(decoding: contents(path), as: UTF8.self)
}

/// The error of an export that must fail.
func refusal(_ body: () throws -> some Any) -> ExportError? {
    do {
        _ = try body()
        return nil
    } catch {
        return error as? ExportError
    }
}

extension TemporaryFolder {
    /// A picture as it is stored when it is added; its bytes are of no format.
    func picture(
        _ name: String, _ content: String? = nil, format: PictureFormat = .png, hasDigest: Bool = true
    ) -> PictureFile {
        let bytes = Array((content ?? name).utf8)
        let path = write(name, bytes)
        return PictureFile(path: path, stamp: .of(path), format: format, digest: hasDigest ? SHA256.hash(bytes) : nil)
    }

    /// Every file below it and what is in it; folders without files are left out.
    func tree(_ path: FilePath? = nil, prefix: String = "") -> [String: String] {
        let path = path ?? self.path
        var tree: [String: String] = [:]
        for name in names(in: path) {
            var status = stat()
            lstat(path.appending(name).string, &status)
            if status.st_mode & S_IFMT == S_IFDIR {
                tree.merge(self.tree(path.appending(name), prefix: "\(prefix)\(name)/")) { $1 }
            } else {
                tree["\(prefix)\(name)"] = String(decoding: contents(path.appending(name)), as: UTF8.self)
            }
        }
        return tree
    }
}

extension FileStamp {
    static func of(_ path: FilePath) -> FileStamp {
        var status = stat()
        _ = path.withPlatformString { stat($0, &status) }
        return FileStamp(status)
    }
}

func contents(_ path: FilePath) -> [UInt8] {
    guard let file = fopen(path.string, "r") else { return [] }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 65_536)
    while case let count = fread(&piece, 1, piece.count, file), count > 0 { bytes += piece[..<count] }
    return bytes
}

/// The names in a folder, hidden ones too.
func names(in folder: FilePath) -> Set<String> {
    guard let stream = opendir(folder.string) else { return [] }
    defer { closedir(stream) }
    var names: Set<String> = []
    while let entry = readdir(stream) {
        names.insert(
            withUnsafePointer(to: entry.pointee.d_name) { String(cString: UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self)) })
    }
    return names.subtracting([".", ".."])
}
