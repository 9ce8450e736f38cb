import CutlineCore

/// A place in a file of rows.
struct RowPlace: Hashable, Sendable {
    let file: String
    /// Counted from 1.
    let line: Int
    /// Counted from 1, in bytes.
    var column = 1
    /// A list that `find -print0` wrote has no lines.
    var unit = "line"

    /// `list.csv, line 3`
    var name: String { "\(file), \(unit) \(line)" }

    func error(_ reason: String) -> InputError { InputError("\(name): \(reason)") }
    func error(_ error: InvalidValue) -> InputError { InputError("\(name), \(error.path): \(error.reason)") }

    /// The bytes as text. A name that is not UTF-8 cannot be written in a manifest.
    func text(_ bytes: some Collection<UInt8>) throws(InputError) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw error(TextFault(in: bytes)?.reasonInLine ?? "is not UTF-8") }
        return text
    }

    /// One field of a row, called `name`.
    func text(field: [UInt8], _ name: String) throws(InputError) -> String {
        guard let text = String(validating: field, as: UTF8.self) else {
            throw error(InvalidValue(path: name, reason: TextFault(in: field)?.reasonInField ?? "is not UTF-8"))
        }
        return text
    }
}

/// Reads a file line by line, without its byte-order mark and line breaks, holding no more than a line and a piece.
struct LineReader {
    private let file: RowFile
    private var bytes: [UInt8] = []
    private var position = 0
    private var offset: Int64 = 0
    private var isAtEnd = false
    private var line = 0

    static let pieceSize = 256 * 1_024
    private static let longestLine = 64 << 20

    init(_ file: RowFile) {
        self.file = file
        offset = Int64(file.markLength)
    }

    /// The next line that is not blank.
    mutating func next() throws(InputError) -> (place: RowPlace, bytes: [UInt8])? {
        while let line = try nextLine() {
            let isBlank = line.bytes.allSatisfy { file.lineEnd != .nul && [0x20, 0x09].contains($0) }
            if !isBlank { return line }
        }
        return nil
    }

    private mutating func nextLine() throws(InputError) -> (place: RowPlace, bytes: [UInt8])? {
        var searched = position
        while true {
            if let end = index(ofLineBreakFrom: searched) {
                defer { position = end + 1 }
                return take(upTo: end)
            }
            searched = bytes.count - position
            guard try fill() else { break }
        }
        guard position < bytes.count else {
            try file.checkUnchanged()
            return nil
        }
        defer { position = bytes.count }
        return take(upTo: bytes.count)
    }

    private mutating func take(upTo end: Int) -> (place: RowPlace, bytes: [UInt8]) {
        line += 1
        var (start, end) = (position, end)
        if file.lineEnd == .carriageReturn, start < end, bytes[start] == 0x0A { start += 1 }
        if file.lineEnd == .lineFeed, end > position, bytes[end - 1] == 0x0D { end -= 1 }
        let place = RowPlace(file: file.name, line: line, unit: file.lineEnd == .nul ? "name" : "line")
        return (place, Array(bytes[start..<end]))
    }

    private func index(ofLineBreakFrom start: Int) -> Int? {
        let mark: UInt8 =
            switch file.lineEnd {
            case .lineFeed: 0x0A
            case .carriageReturn: 0x0D
            case .nul: 0
            }
        return bytes.withUnsafeBufferPointer { $0[start...].firstIndex(of: mark) }
    }

    /// Forgets what was taken and reads one more piece behind the rest; false at the end of the file.
    private mutating func fill() throws(InputError) -> Bool {
        bytes.removeSubrange(..<position)
        position = 0
        guard !isAtEnd else { return false }
        guard bytes.count <= Self.longestLine else { throw RowPlace(file: file.name, line: line + 1).error("is longer than 64 MB") }
        let count = try RowPiece.append(from: file, at: offset, to: &bytes)
        offset += Int64(count)
        isAtEnd = count == 0
        return count > 0
    }
}

/// Reading a file of rows piece by piece.
enum RowPiece {
    /// Appends what stands at `offset`; the number of bytes, 0 at the end.
    static func append(from file: RowFile, at offset: Int64, to bytes: inout [UInt8]) throws(InputError) -> Int {
        let start = bytes.count
        bytes.append(contentsOf: repeatElement(0, count: LineReader.pieceSize))
        var failure: InputError?
        let count = bytes.withUnsafeMutableBytes { buffer -> Int in
            do throws(InputError) {
                return try file.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[start...]), at: offset)
            } catch {
                failure = error
                return 0
            }
        }
        if let failure { throw failure }
        bytes.removeSubrange((start + count)...)
        return count
    }
}
