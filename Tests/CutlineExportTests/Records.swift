import CutlineCore
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
        caption: String? = "A harbour.", usage: Usage = Usage(inputTokens: 300, outputTokens: 50), extra: [String: JSONValue] = [:]
    ) -> Record {
        Record(
            id: id, key: key, batch: "example", state: caption == nil ? .failed : .succeeded, images: images, prompt: prompt,
            caption: caption.map { Caption(text: $0, finishReason: .stop, resolvedModel: "sim-1", usage: usage) },
            provider: "simulator", requestedModel: "sim-1", attempts: 1, latency: .milliseconds(512),
            createdAt: Timestamp(milliseconds: 1_795_176_000_000), finishedAt: Timestamp(milliseconds: 1_795_176_001_999), extra: extra)
    }

    static func failed(message: String = "the picture was not accepted") -> Record {
        var record = make(key: "bad", caption: nil)
        record.problem = Problem(kind: .imageRejected, status: 400, message: message)
        record.latency = nil
        record.finishedAt = nil
        return record
    }
}

/// Hands the records over in one page, then ends.
func pages(_ records: [Record]) -> () -> [Record]? {
    var rest = [records]
    return { rest.popLast() }
}

func exported(_ format: ExportFormat, _ records: Record...) throws -> String {
    let folder = TemporaryFolder()
    let path = folder.path.appending("out")
    try Exporter.export(format, to: .file(path), pages: pages(records))
    return String(decoding: contents(path), as: UTF8.self)
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
