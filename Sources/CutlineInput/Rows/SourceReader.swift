import CutlineCore

/// Where items come from.
enum InputSource: Sendable {
    /// Found already.
    case items([InputItem])
    case rows(RowFile)
    /// Its pictures, with columns of their own.
    case archive(Archive)
}

/// An item, and the row that it stands in.
struct Located {
    var item: InputItem
    let place: RowPlace?
}

/// Reads the items of one source, one after the other; every reading of an unchanged source gives the same.
struct SourceReader {
    private enum Cursor {
        case items(IndexingIterator<[InputItem]>)
        case jsonLines(LineReader)
        case objects(ListElements)
        case csv(CSVReader, CSVHeader)
        case list(NameReader, RowPlace?, IndexingIterator<[InputItem]>)
        case archive(ArchiveWalk)
        case empty
    }

    private var cursor: Cursor
    private let filler: RowFiller
    private(set) var skipped: Skipped
    /// Rows that cannot be used. The others do not wait for them.
    private(set) var faults: InputFaults
    /// The last lines agreed with the batch in this.
    private var agreed: StatedRequest?

    /// - Parameters:
    ///   - skipped: what was left out before; its own comes on top.
    ///   - faults: likewise.
    init(_ source: InputSource, filler: RowFiller, skipped: Skipped, faults: InputFaults) throws(InputError) {
        (self.filler, self.skipped, self.faults) = (filler, skipped, faults)
        switch source {
        case .items(let items):
            cursor = .items(items.makeIterator())
        case .archive(let archive):
            cursor = .archive(try ArchiveWalk(archive, exclusion: filler.finder.exclusion, report: skipped.report))
        case .rows(let file):
            switch file.form {
            case .jsonLines: cursor = .jsonLines(LineReader(file))
            case .objects: cursor = .objects(ListElements(file))
            case .list: cursor = .list(.lines(LineReader(file)), nil, [].makeIterator())
            case .names: cursor = .list(.elements(ListElements(file)), nil, [].makeIterator())
            case .csv:
                var reader = CSVReader(file)
                if let first = try reader.next() {
                    cursor = .csv(reader, try CSVHeader(first.fields.get(), at: first.place))
                } else {
                    cursor = .empty
                }
            }
        }
    }

    /// - Throws: where nothing more can be read; what is wrong with one row is among the faults.
    mutating func next() throws(InputError) -> Located? {
        switch cursor {
        case .items(var items):
            cursor = .empty
            let item = items.next()
            cursor = .items(items)
            return item.map { Located(item: $0, place: nil) }
        case .jsonLines(var reader):
            cursor = .empty
            defer { cursor = .jsonLines(reader) }
            return try nextItem({ () throws(InputError) in try reader.next().map { ($0.place, $0.bytes) } }) {
                (source, bytes, place) throws(InputError) in try source.item(of: bytes, at: place)
            }
        case .objects(var reader):
            cursor = .empty
            defer { cursor = .objects(reader) }
            return try nextItem({ () throws(InputError) in try reader.next().map { ($0.place, $0.bytes) } }) {
                (source, bytes, place) throws(InputError) in try source.item(of: bytes, at: place)
            }
        case .csv(var reader, let header):
            cursor = .empty
            defer { cursor = .csv(reader, header) }
            return try nextItem({ () throws(InputError) in try reader.next().map { ($0.place, $0.fields) } }) {
                (source, fields, place) throws(InputError) in try source.filler.item(of: try header.row(fields.get(), at: place))
            }
        case .list(var reader, var place, var items):
            cursor = .empty
            defer { cursor = .list(reader, place, items) }
            while true {
                if let item = items.next() { return Located(item: item, place: place) }
                guard let (next, name) = try reader.next() else { return nil }
                place = next
                do throws(InputError) { items = try found(name.get(), at: next).makeIterator() } catch {
                    try faults.note(error.ofOneEntry, at: next)
                }
            }
        case .archive(var walk):
            cursor = .empty
            guard let row = try walk.next() else {
                skipped.add(walk.skipped)
                return nil
            }
            cursor = .archive(walk)
            return Located(item: try filler.item(of: row), place: nil)
        case .empty: return nil
        }
    }

    /// The next row that makes an item. An excluded one is counted; what is wrong with one is among the faults.
    private mutating func nextItem<Row>(
        _ next: () throws(InputError) -> (RowPlace, Row)?,
        _ item: (inout SourceReader, Row, RowPlace) throws(InputError) -> InputItem?
    ) throws(InputError) -> Located? {
        while let (place, row) = try next() {
            do throws(InputError) {
                if let item = try item(&self, row, place) { return Located(item: item, place: place) }
                skipped.excluded += 1
            } catch {
                try faults.note(error.ofOneEntry, at: place)
            }
        }
        return nil
    }

    private mutating func item(of line: [UInt8], at place: RowPlace) throws(InputError) -> InputItem? {
        let json = try JSONCursor(Self.value(of: line, at: place))
        guard BatchLine.isMeant(by: json) else { return try filler.item(of: try ManifestRow(json, at: place)) }
        let line = try BatchLine(json, at: place)
        if line.stated != agreed {
            if let objection = line.objection(to: filler.settings, first: filler.stated) { throw place.error(objection) }
            agreed = line.stated
        }
        return filler.item(of: line)
    }

    private mutating func found(_ text: String, at place: RowPlace) throws(InputError) -> [InputItem] {
        var items: [InputItem] = []
        do throws(InputError) { try filler.finder.find(text, into: &items, skipped: &skipped) } catch {
            throw place.error(error.description).caused(by: error)
        }
        return items
    }

    static func value(of line: [UInt8], at place: RowPlace) throws(InputError) -> JSONValue {
        if line.contains(where: { $0 >= 0x80 }) { _ = try place.text(line) }
        do throws(JSONSyntaxError) { return try JSONValue(parsing: line) } catch {
            let (line, column) = (place.line + error.line - 1, error.line == 1 ? place.column + error.column - 1 : error.column)
            throw InputError("\(place.file), line \(line), column \(column): \(error.reason)")
        }
    }
}

/// The names of a list, one after the other.
private enum NameReader {
    case lines(LineReader)
    case elements(ListElements)

    mutating func next() throws(InputError) -> (place: RowPlace, name: Result<String, InputError>)? {
        switch self {
        case .lines(var reader):
            defer { self = .lines(reader) }
            guard let (place, bytes) = try reader.next() else { return nil }
            return (place, Self.result { () throws(InputError) in try place.text(bytes) })
        case .elements(var reader):
            defer { self = .elements(reader) }
            guard let (place, bytes) = try reader.next() else { return nil }
            return (place, Self.result { () throws(InputError) in try Self.name(bytes, place) })
        }
    }

    private static func name(_ bytes: [UInt8], _ place: RowPlace) throws(InputError) -> String {
        guard let name = try SourceReader.value(of: bytes, at: place).string else {
            throw place.error("expected a name, as the list's first element is one")
        }
        return name
    }

    private static func result(_ body: () throws(InputError) -> String) -> Result<String, InputError> { Result(catching: body) }
}
