/// What is wrong with a value in a file, and where (`jobs[3].images[0]`).
package struct InvalidValue: Error, Hashable, Sendable, CustomStringConvertible {
    package let path: String
    package let reason: String

    package init(path: String, reason: String) {
        self.path = path
        self.reason = reason
    }

    package var description: String { path.isEmpty ? reason : "\(path): \(reason)" }
}

/// Reads a JSON tree strictly and says the path of what it does not like.
package struct JSONCursor: Sendable {
    package let value: JSONValue
    package let path: String

    package init(_ value: JSONValue, path: String = "") {
        self.value = value
        self.path = path
    }

    package func invalid(_ reason: String) -> InvalidValue { InvalidValue(path: path, reason: reason) }

    /// The members of an object; keys that are not in `allowed` are refused, each with the nearest known one.
    package func members(allowed: [String]) throws(InvalidValue) -> Set<String> {
        guard case .object(let members) = value else { throw invalid("expected an object") }
        if let unknown = members.keys.filter({ !allowed.contains($0) }).min() {
            throw at(unknown).invalid("unknown key; known here: \(allowed.joined(separator: ", "))")
        }
        return Set(members.keys)
    }

    /// The member called `key`; nil where there is none. JSON null is a value of the wrong type, not an absent one.
    package subscript(key: String) -> JSONCursor? {
        guard case .object(let members) = value, let member = members[key] else { return nil }
        return JSONCursor(member, path: at(key).path)
    }

    package func items() throws(InvalidValue) -> [JSONCursor] {
        guard case .array(let items) = value else { throw invalid("expected a list") }
        return items.enumerated().map { JSONCursor($1, path: "\(path)[\($0)]") }
    }

    package func string() throws(InvalidValue) -> String {
        guard let text = value.string else { throw invalid("expected a text") }
        return text
    }

    package func nonEmptyString() throws(InvalidValue) -> String {
        let text = try string()
        guard !text.isEmpty else { throw invalid("must not be empty") }
        return text
    }

    package func bool() throws(InvalidValue) -> Bool {
        guard let flag = value.bool else { throw invalid("expected true or false") }
        return flag
    }

    package func int(within range: ClosedRange<Int>) throws(InvalidValue) -> Int {
        guard let value = value.int, range.contains(value) else {
            throw invalid("expected a whole number of at least \(range.lowerBound) and at most \(range.upperBound)")
        }
        return value
    }

    package func positiveInt() throws(InvalidValue) -> Int {
        guard let number = value.int else { throw invalid("expected a whole number") }
        guard number > 0 else { throw invalid("must be above 0") }
        return number
    }

    package func positiveDouble() throws(InvalidValue) -> Double {
        guard let number = value.double else { throw invalid("expected a number") }
        guard number > 0, number.isFinite else { throw invalid("must be above 0") }
        return number
    }

    package func object() throws(InvalidValue) -> [String: JSONValue] {
        guard let members = value.object else { throw invalid("expected an object") }
        return members
    }

    private func at(_ key: String) -> JSONCursor { JSONCursor(.null, path: path.isEmpty ? key : "\(path).\(key)") }
}
