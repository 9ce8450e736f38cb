import CutlineCore
import SystemPackage

/// How Label Studio reaches the pictures.
package struct TaskLinks: Hashable, Sendable {
    /// Stands in front of a local picture's path, which is percent-encoded.
    package var prefix: String
    /// Paths are told from here, absolute.
    package var root: FilePath

    /// Label Studio's own serving of local files, from the folder in its `LOCAL_FILES_DOCUMENT_ROOT`.
    package static let localFiles = "/data/local-files/?d="

    package init(prefix: String = Self.localFiles, root: FilePath) {
        self.prefix = prefix
        self.root = root
    }
}

/// Label Studio's tasks, each with its captions as predictions that a person accepts or mends; without a caption a task to be done by hand.
/// Where several batches are exported, a picture is one task, and the predictions tell their batches apart.
///
/// Pure ASCII, and without U+0000, which Label Studio cannot store on PostgreSQL.
package struct LabelStudioTasks: RecordText {
    private var text = JSONText(isASCII: true)
    private var isFirst = true
    private let links: TaskLinks

    /// The labelling configuration that the tasks are made for.
    package static let labelingConfig = """
        <View>
          <Image name="image" value="$image"/>
          <TextArea name="caption" toName="image" editable="true" rows="4" maxSubmissions="1"/>
        </View>

        """

    init(_ links: TaskLinks) { self.links = links }

    var bytes: [UInt8] { text.bytes }
    mutating func removeAll() { text.removeAll() }
    mutating func begin(pass: Int) { text.raw("[") }

    mutating func add(_ record: Record, _ report: inout ExportReport) throws {
        let image = try links.address(of: record)
        let clean = record.withoutNUL
        if clean != record { report.remark(.droppedNUL, record) }
        text.raw(isFirst ? "\n" : ",\n")
        isFirst = false
        text.startOver()
        text.openObject()
        text.openObject("data")
        text.member("image", image)
        DatasetColumns.add(clean, to: &text)
        text.closeObject()
        addPredictions(of: clean)
        text.closeObject()
    }

    mutating func end(pass: Int) { text.raw("\n]\n") }

    private mutating func addPredictions(of record: Record) {
        let captioned = (record.group.isEmpty ? [record] : record.group).filter { $0.caption?.text.isEmpty == false }
        guard !captioned.isEmpty else { return }
        text.openArray("predictions")
        for each in captioned {
            let model = record.group.isEmpty ? each.answeringModel : "\(each.answeringModel) (\(each.batch))"
            addPrediction(of: each, by: model)
        }
        text.closeArray()
    }

    private mutating func addPrediction(of record: Record, by model: String) {
        text.openObject()
        text.member("model_version", model)
        text.openArray("result")
        text.openObject()
        for (name, value) in [("id", "caption-\(record.id)"), ("from_name", "caption"), ("to_name", "image"), ("type", "textarea")] {
            text.member(name, value)
        }
        text.openObject("value")
        text.member("text", [record.caption?.text ?? ""])
        text.closeObject()
        text.closeObject()
        text.closeArray()
        text.closeObject()
    }
}

extension TaskLinks {
    fileprivate func address(of record: Record) throws(Omission) -> String {
        guard record.pictures.count == 1 else { throw .severalPictures }
        switch record.pictures[0] {
        case .url(let url): return url
        case .file(let file):
            guard file.slice == nil else { throw .inArchive }
            do throws(Omission) {
                try PictureStream.check(file)
            } catch {
                // Where it is served from may be another machine.
                if error != .pictureGone { throw error }
            }
            var path = file.path
            guard path.removePrefix(root), !path.isEmpty else { throw .outsideRoot }
            guard String(validating: path) != nil else { throw .notUnicode }
            return prefix + Self.percentEncoded(path.bytes)
        }
    }

    /// RFC 3986: all but unreserved characters and the slash.
    private static func percentEncoded(_ bytes: [UInt8]) -> String {
        var text = ""
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: "/"):
                text.unicodeScalars.append(Unicode.Scalar(byte))
            default: text += "%\(byte < 16 ? "0" : "")\(String(byte, radix: 16, uppercase: true))"
            }
        }
        return text
    }
}

extension Record {
    fileprivate var withoutNUL: Record {
        var record = self
        record.key = key.withoutNUL
        record.images = images.map(\.withoutNUL)
        record.prompt = prompt.withoutNUL
        record.batch = batch.withoutNUL
        record.caption?.text = caption?.text.withoutNUL ?? ""
        record.caption?.resolvedModel = caption?.resolvedModel?.withoutNUL
        record.extra = JSONValue.object(extra).withoutNUL.object ?? [:]
        record.group = group.map(\.withoutNUL)
        return record
    }
}

extension String {
    fileprivate var withoutNUL: String {
        utf8.contains(0) ? String(decoding: utf8.filter { $0 != 0 }, as: UTF8.self) : self
    }
}

extension JSONValue {
    fileprivate var withoutNUL: JSONValue {
        switch self {
        case .string(let text): .string(text.withoutNUL)
        case .array(let items): .array(items.map(\.withoutNUL))
        case .object(let members):
            .object(Dictionary(members.map { ($0.key.withoutNUL, $0.value.withoutNUL) }) { first, _ in first })
        case .null, .bool, .integer, .number: self
        }
    }
}
