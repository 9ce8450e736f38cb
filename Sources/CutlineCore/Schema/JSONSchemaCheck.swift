/// One check of one value. The work is bounded: schemas come from users, values from outside.
struct JSONSchemaCheck {
    struct Objection {
        let path: String
        let reason: String
    }

    let root: JSONValue
    private var steps = 0
    private var depth = 0
    private static let maxSteps = 200_000
    private static let maxDepth = 400

    init(root: JSONValue) { self.root = root }

    mutating func objection(to value: JSONValue, by schema: JSONValue, at path: String) -> Objection? {
        if let isAllowed = schema.bool { return isAllowed ? nil : Objection(path: path, reason: "is not allowed") }
        steps += 1
        depth += 1
        defer { depth -= 1 }
        guard steps <= Self.maxSteps, depth <= Self.maxDepth else { return Objection(path: path, reason: "is too large to be checked") }
        if let reason = Self.plainObjection(to: value, by: schema) { return Objection(path: path, reason: reason) }
        return objectionOfMembers(value, schema, path) ?? objectionOfItems(value, schema, path) ?? objectionOfParts(value, schema, path)
    }

    private mutating func objectionOfMembers(_ value: JSONValue, _ schema: JSONValue, _ path: String) -> Objection? {
        guard let members = value.object else { return nil }
        for name in schema["required"]?.array ?? [] {
            if let name = name.string, members[name] == nil { return Objection(path: path, reason: "the member \"\(name)\" is missing") }
        }
        let properties = schema["properties"]?.object ?? [:]
        for (name, member) in members.sorted(by: { $0.key < $1.key }) {
            let place = path.isEmpty ? name : "\(path).\(name)"
            guard let rule = properties[name] ?? schema["additionalProperties"] else { continue }
            if let objection = objection(to: member, by: rule, at: place) { return objection }
        }
        return nil
    }

    private mutating func objectionOfItems(_ value: JSONValue, _ schema: JSONValue, _ path: String) -> Objection? {
        guard let items = value.array else { return nil }
        let first = schema["prefixItems"]?.array ?? []
        for (index, item) in items.enumerated() {
            guard let rule = index < first.count ? first[index] : schema["items"] else { break }
            if let objection = objection(to: item, by: rule, at: "\(path)[\(index)]") { return objection }
        }
        return nil
    }

    private mutating func objectionOfParts(_ value: JSONValue, _ schema: JSONValue, _ path: String) -> Objection? {
        if let reference = schema["$ref"]?.string, let target = JSONSchema.target(of: reference, in: root),
            let objection = objection(to: value, by: target, at: path)
        {
            return objection
        }
        for part in schema["allOf"]?.array ?? [] {
            if let objection = objection(to: value, by: part, at: path) { return objection }
        }
        if let parts = schema["anyOf"]?.array, fits(value, parts, path) == 0 {
            return parts.count == 1
                ? objection(to: value, by: parts[0], at: path) : Objection(path: path, reason: "fits no schema of anyOf")
        }
        if let parts = schema["oneOf"]?.array {
            let count = fits(value, parts, path)
            if count != 1 {
                return Objection(path: path, reason: "fits \(count == 0 ? "no schema" : "\(count) schemas") of oneOf, not one")
            }
        }
        if let part = schema["not"], fits(value, [part], path) == 1 { return Objection(path: path, reason: "fits what it must not fit") }
        return nil
    }

    private mutating func fits(_ value: JSONValue, _ parts: [JSONValue], _ path: String) -> Int {
        var count = 0
        for part in parts where objection(to: value, by: part, at: path) == nil { count += 1 }
        return count
    }
}

extension JSONSchemaCheck {
    /// What is wrong with a value itself, its members and items left aside.
    private static func plainObjection(to value: JSONValue, by schema: JSONValue) -> String? {
        if let types = schema["type"].map({ $0.array ?? [$0] })?.compactMap(\.string), !types.contains(where: { isOf($0, value) }) {
            return "expected \(types.map { names[$0] ?? $0 }.joined(separator: " or "))"
        }
        if let values = schema["enum"]?.array, !values.contains(where: { $0.normalised == value.normalised }) {
            return "expected one of \(short(.array(values)))"
        }
        // Null may be the value that is meant.
        if let constant = schema.object?["const"], constant.normalised != value.normalised { return "expected \(short(constant))" }
        switch value {
        case .integer, .number: return objection(toNumber: value, by: schema)
        case .string(let text): return objection(toCount: text.unicodeScalars.count, by: schema, "Length", of: "characters")
        case .array(let items):
            if schema["uniqueItems"]?.bool == true, Set(items.map(\.normalised)).count < items.count { return "has an item twice" }
            return objection(toCount: items.count, by: schema, "Items", of: "items")
        case .null, .bool, .object: return nil
        }
    }

    private static func isOf(_ type: String, _ value: JSONValue) -> Bool {
        switch value {
        case .null: type == "null"
        case .bool: type == "boolean"
        case .integer: type == "integer" || type == "number"
        case .number(let number): type == "number" || type == "integer" && number == number.rounded()
        case .string: type == "string"
        case .array: type == "array"
        case .object: type == "object"
        }
    }

    private static let names = [
        "array": "a list", "boolean": "true or false", "integer": "a whole number", "null": "null", "number": "a number",
        "object": "an object",
        "string": "a text",
    ]

    private static func objection(toNumber value: JSONValue, by schema: JSONValue) -> String? {
        guard let number = value.double else { return nil }
        if let bound = schema["minimum"]?.double, number < bound { return "must be at least \(short(schema["minimum"]))" }
        if let bound = schema["maximum"]?.double, number > bound { return "must be at most \(short(schema["maximum"]))" }
        if let bound = schema["exclusiveMinimum"]?.double, number <= bound { return "must be above \(short(schema["exclusiveMinimum"]))" }
        if let bound = schema["exclusiveMaximum"]?.double, number >= bound { return "must be below \(short(schema["exclusiveMaximum"]))" }
        guard let step = schema["multipleOf"]?.double else { return nil }
        let quotient = number / step
        // 0.3 is a multiple of 0.1, whatever their binary forms say.
        return abs(quotient - quotient.rounded()) <= 1e-9 * max(1, abs(quotient))
            ? nil : "must be a multiple of \(short(schema["multipleOf"]))"
    }

    private static func objection(toCount count: Int, by schema: JSONValue, _ suffix: String, of things: String) -> String? {
        if let bound = schema["min" + suffix]?.int, count < bound { return "must have at least \(bound) \(things)" }
        if let bound = schema["max" + suffix]?.int, count > bound { return "must have at most \(bound) \(things)" }
        return nil
    }

    private static func short(_ value: JSONValue?) -> String {
        let text = value?.text ?? "nothing"
        return text.count <= 100 ? text : text.prefix(99) + "…"
    }
}

extension JSONValue {
    /// 1 and 1.0 are one number.
    fileprivate var normalised: JSONValue {
        switch self {
        case .number(let number): Int64(exactly: number).map { .integer($0) } ?? self
        case .array(let items): .array(items.map(\.normalised))
        case .object(let members): .object(members.mapValues(\.normalised))
        case .null, .bool, .integer, .string: self
        }
    }
}
