import CutlineCore

/// Reads the elements of one JSON list, one after the other, each as its own text: a list of a million objects is never in memory whole.
struct ListElements {
    private enum State { case before, inside, over }

    private var bytes: RowBytes
    private var state = State.before

    private static let longest = 64 << 20

    init(_ file: RowFile) { bytes = RowBytes(file, skipping: file.markLength) }

    /// - Throws: where the list itself is broken: then nothing more comes.
    mutating func next() throws(InputError) -> (place: RowPlace, bytes: [UInt8])? {
        switch state {
        case .over: return nil
        case .before:
            state = .over
            // That it begins with a bracket was seen when the file was opened.
            while let byte = try bytes.take(), byte != UInt8(ascii: "[") {}
            if try takeIf(UInt8(ascii: "]")) { return try end() }
        case .inside:
            state = .over
            if try takeIf(UInt8(ascii: "]")) { return try end() }
            guard try takeIf(UInt8(ascii: ",")) else { throw bytes.place.error("expected a comma or ] in the list") }
        }
        try skipBlanks()
        let place = bytes.place
        let element = try element()
        guard !element.isEmpty else {
            throw place.error(try bytes.peek() == nil ? "the list does not end" : "expected a value in the list")
        }
        state = .inside
        return (place, element)
    }

    private mutating func element() throws(InputError) -> [UInt8] {
        var (element, depth, isQuoted, isEscaped) = ([UInt8](), 0, false, false)
        while let byte = try bytes.peek() {
            if isQuoted {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isQuoted = false
                }
            } else {
                switch byte {
                case UInt8(ascii: "\""): isQuoted = true
                case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
                case UInt8(ascii: "}"), UInt8(ascii: "]"):
                    if depth == 0 { return element }
                    depth -= 1
                case UInt8(ascii: ","): if depth == 0 { return element }
                default: break
                }
            }
            element.append(byte)
            guard element.count <= Self.longest else { throw bytes.place.error("an element of the list is longer than 64 MB") }
            _ = try bytes.take()
        }
        return element
    }

    private mutating func end() throws(InputError) -> (place: RowPlace, bytes: [UInt8])? {
        try skipBlanks()
        guard try bytes.peek() == nil else { throw bytes.place.error("unexpected text behind the list") }
        try bytes.file.checkUnchanged()
        return nil
    }

    private mutating func takeIf(_ mark: UInt8) throws(InputError) -> Bool {
        try skipBlanks()
        guard try bytes.peek() == mark else { return false }
        _ = try bytes.take()
        return true
    }

    private mutating func skipBlanks() throws(InputError) {
        while let byte = try bytes.peek(), RowShape.isBlank(byte) { _ = try bytes.take() }
    }
}
