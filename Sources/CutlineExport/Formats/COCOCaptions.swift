import CutlineCore

/// The captions file of Microsoft COCO: a list of pictures, then, in a second pass, a list of captions.
///
/// * Pure ASCII: pycocotools opens it in the encoding of the locale.
/// * No `categories`, not even an empty list: pycocotools would then ask each caption for its category.
/// * The date is that of the newest caption, so that the same queue gives the same bytes.
/// * `file_name` leads to the picture from the input's folder: it is its path, byte for byte, unless portable names are asked for.
struct COCOCaptions: RecordText {
    private var text = JSONText(isASCII: true)
    private var isFirst = true
    /// The number of each picture, which is that of the first entry that has it.
    private var images: [ImageSource.Place: Int64] = [:]
    /// By their bytes: two names may look the same to a person.
    private var names: Set<[UInt8]> = []
    private var portable: PortableNames?
    private var newest: Timestamp?

    init(hasPortableNames: Bool) { portable = hasPortableNames ? PortableNames() : nil }

    let passes = 2
    var bytes: [UInt8] { text.bytes }
    mutating func removeAll() { text.removeAll() }

    mutating func begin(pass: Int) {
        isFirst = true
        text.raw(pass == 0 ? #"{"images":["# : #"],"annotations":["#)
    }

    mutating func add(_ record: Record, _ report: inout ExportReport) throws {
        let caption = try record.captionText()
        guard record.pictures.count == 1 else { throw Omission.severalPictures }
        let place = record.pictures[0].place
        // Another entry of the place may have been asked about an earlier state of it.
        if case .file(let file) = record.pictures[0] { try PictureStream.check(file) }
        if isListing {
            guard images[place] == nil else { return }
            try addImage(record, place, &report)
        } else {
            // An entry that came after the first pass.
            guard let image = images[place] else { throw Omission.pictureChanged }
            addAnnotation(record, caption, image: image)
        }
    }

    mutating func end(pass: Int) {
        text.raw("\n")
        guard pass == 0 else { return addEnd() }
        isListing = false
    }

    private var isListing = true

    private mutating func addImage(_ record: Record, _ place: ImageSource.Place, _ report: inout ExportReport) throws {
        var size: PictureSize?
        if case .file(let file) = record.pictures[0] { size = try Self.size(of: file) }
        let name = try name(of: record, place, &report)
        if size == nil { report.remark(.noSize, record) }
        beginObject()
        text.member("id", record.id)
        text.member("file_name", name)
        if let size {
            text.member("width", size.width)
            text.member("height", size.height)
        }
        if case .url(let url) = record.pictures[0] { text.member("coco_url", url) }
        text.closeObject()
        images[place] = record.id
    }

    private mutating func addAnnotation(_ record: Record, _ caption: String, image: Int64) {
        beginObject()
        text.member("id", record.id)
        text.member("image_id", image)
        text.member("caption", caption)
        text.closeObject()
        if let time = record.finishedAt { newest = max(newest ?? time, time) }
    }

    private mutating func addEnd() {
        text.raw(#"],"licenses":[],"info":"#)
        text.startOver()
        text.openObject()
        text.member("description", "Captions, exported by Cutline")
        if let date = newest?.iso8601 {
            text.member("year", Int(date.prefix(4)))
            text.member("date_created", date)
        }
        text.closeObject()
        text.raw("}\n")
    }

    private mutating func beginObject() {
        text.raw(isFirst ? "\n" : ",\n")
        isFirst = false
        text.startOver()
        text.openObject()
    }

    /// Two pictures never have one name.
    private mutating func name(of record: Record, _ place: ImageSource.Place, _ report: inout ExportReport) throws(Omission) -> String {
        let name: String
        switch record.pictures[0] {
        case .url(let url): name = portableName(of: record, place, record.webPath(url))
        case .file(let file):
            let path = record.pathBelowInput(of: file)
            guard portable == nil else {
                let name = portableName(of: record, place, CleanPath(path.reference.text))
                if !name.utf8.elementsEqual(path.reference.bytes) { report.remark(.portableName, record) }
                return name
            }
            guard let real = String(validating: path.reference) else { throw .notUnicode }
            name = real
        }
        if names.insert(Array(name.utf8)).inserted { return name }
        // Two inputs may each have an `a.png`.
        report.remark(.wholePath, record)
        guard let whole = place.wholeName else { throw .notUnicode }
        return names.insert(Array(whole.utf8)).inserted ? whole : "\(record.id)/\(whole)"
    }

    private mutating func portableName(of record: Record, _ place: ImageSource.Place, _ path: CleanPath) -> String {
        portable?.name(of: record, place, path) ?? path.text
    }

    /// Nil where its header does not say it, or stands behind more metadata than is looked through.
    private static func size(of file: PictureFile) throws -> PictureSize? {
        let picture = try PictureStream(file)
        return PictureSize(header: picture.head(4_096)) ?? PictureSize(header: picture.head(524_288))
    }
}

extension ImageSource.Place {
    /// The whole path or address; nil where it is no UTF-8.
    fileprivate var wholeName: String? {
        switch self {
        case .url(let url): url
        case .file(let path): String(validating: path)
        }
    }
}
