/// The JSON values that a text holds, each without white space around its parts and otherwise as it was written: numbers of any length, order and
/// escapes of keys stay.
package enum JSONExcerpt {
    /// So many values are looked at in one text.
    private static let most = 64

    /// The text itself where it is one value, with or without a code fence around it; else the objects and lists among other words, in their order.
    package static func values(in text: String) -> [(text: String, value: JSONValue)] {
        let bytes = Array(text.utf8)
        if let whole = value(bytes[...]) ?? text.insideFence.flatMap({ value(Array($0.utf8)[...]) }) { return [whole] }
        var (found, position) = ([] as [(text: String, value: JSONValue)], 0)
        while found.count < most, let start = bytes[position...].firstIndex(where: { $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: "[") }) {
            guard let end = end(of: bytes, from: start) else { break }
            if let value = value(bytes[start..<end]) {
                found.append(value)
                position = end
            } else {
                position = start + 1
            }
        }
        return found
    }

    private static func value(_ bytes: ArraySlice<UInt8>) -> (text: String, value: JSONValue)? {
        // Words that are no JSON are what is looked for here.
        guard let value = try? JSONValue(parsing: bytes) else { return nil }
        return (compact(bytes), value)
    }

    /// Behind the bracket that closes the one at `start`; nil where none does.
    private static func end(of bytes: [UInt8], from start: Int) -> Int? {
        var (depth, isString, isEscaped) = (0, false, false)
        for index in start..<bytes.count {
            let byte = bytes[index]
            if isEscaped {
                isEscaped = false
            } else if isString {
                isEscaped = byte == UInt8(ascii: "\\")
                isString = byte != UInt8(ascii: "\"")
            } else if byte == UInt8(ascii: "\"") {
                isString = true
            } else if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") {
                depth += 1
            } else if byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]") {
                depth -= 1
                if depth == 0 { return index + 1 }
            }
        }
        return nil
    }

    /// A raw control character inside a string is escaped: beyond this reader nobody takes it.
    private static func compact(_ bytes: ArraySlice<UInt8>) -> String {
        var (result, isString, isEscaped) = ([UInt8](), false, false)
        for byte in bytes {
            if !isString {
                if [0x20, 0x09, 0x0A, 0x0D].contains(byte) { continue }
                isString = byte == UInt8(ascii: "\"")
            } else if isEscaped {
                isEscaped = false
            } else {
                isEscaped = byte == UInt8(ascii: "\\")
                isString = byte != UInt8(ascii: "\"")
                if byte < 0x20 {
                    let digits = String(byte, radix: 16)
                    result += Array("\\u00\(digits.count == 1 ? "0" : "")\(digits)".utf8)
                    continue
                }
            }
            result.append(byte)
        }
        return String(decoding: result, as: UTF8.self)
    }
}
