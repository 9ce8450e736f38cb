/// A JSON schema (draft 2020-12) as structured answers use it.
///
/// Checked are `type`, `enum`, `const`, `properties`, `required`, `additionalProperties`, `items`, `prefixItems`, `minItems`, `maxItems`,
/// `uniqueItems`, the bounds of numbers and of lengths, `multipleOf`, `anyOf`, `oneOf`, `allOf`, `not` and local references. `pattern` and
/// `format` are not checked, nor are unknown keywords: they are notes. Keywords of the draft that would need checking and are not known here
/// are refused.
package struct JSONSchema: Hashable, Sendable {
    let root: JSONValue

    /// - Throws: `InvalidValue` with the path of the keyword that is malformed or not supported.
    package init(json: JSONCursor) throws(InvalidValue) {
        root = json.value
        try JSONSchemaForm(root: root).check(json)
    }

    /// The schema of a request's `response_format`: under `json_schema.schema`, or directly under `schema` as llama.cpp takes it. Nil where
    /// none is asked for.
    package init?(responseFormat: JSONValue?) throws(InvalidValue) {
        guard let format = responseFormat, let type = format["type"]?.string, type.hasPrefix("json") else { return nil }
        let cursor = JSONCursor(format, path: "response_format")
        guard let schema = cursor["json_schema"]?["schema"] ?? cursor["schema"] else { return nil }
        try self.init(json: schema)
    }

    /// Why `value` does not fit, with the path of what does not: `objects[0].box: expected a list`. Nil where it fits.
    package func objection(to value: JSONValue) -> String? {
        var check = JSONSchemaCheck(root: root)
        return check.objection(to: value, by: root, at: "").map { $0.path.isEmpty ? $0.reason : "\($0.path): \($0.reason)" }
    }

    /// What a local reference (`#`, `#/$defs/box`) points to.
    static func target(of reference: String, in root: JSONValue) -> JSONValue? {
        guard reference.hasPrefix("#") else { return nil }
        let pointer = reference.dropFirst()
        guard !pointer.isEmpty else { return root }
        guard pointer.hasPrefix("/") else { return nil }
        return pointer.dropFirst().split(separator: "/", omittingEmptySubsequences: false).reduce(root) { value, step in
            let name = String(step).replacing("~1", with: "/").replacing("~0", with: "~")
            return value?[name] ?? Int(name).flatMap { value?[$0] }
        }
    }
}

/// Finds what is malformed in a schema before anything is checked by it.
private struct JSONSchemaForm {
    let root: JSONValue

    private static let unsupported = [
        "$dynamicRef", "$recursiveRef", "contains", "dependencies", "dependentRequired", "dependentSchemas", "else", "if", "maxProperties",
        "minProperties", "patternProperties", "propertyNames", "then", "unevaluatedItems", "unevaluatedProperties",
    ]
    private static let types = ["array", "boolean", "integer", "null", "number", "object", "string"]

    func check(_ schema: JSONCursor) throws(InvalidValue) {
        if schema.value.bool != nil { return }
        guard let members = schema.value.object else { throw schema.invalid("expected a schema: an object, true or false") }
        for keyword in members.keys.sorted() {
            guard let member = schema[keyword] else { continue }
            guard !Self.unsupported.contains(keyword) else { throw member.invalid("this keyword of JSON schema is not supported") }
            try check(keyword, member)
        }
    }

    private func check(_ keyword: String, _ member: JSONCursor) throws(InvalidValue) {
        switch keyword {
        case "type": try checkTypes(member)
        case "enum": if try member.items().isEmpty { throw member.invalid("must not be empty") }
        case "required": for name in try member.items() { _ = try name.string() }
        case "uniqueItems": if member.value.bool == nil { throw member.invalid("expected true or false") }
        case "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum":
            guard member.value.double != nil else { throw member.invalid("expected a number") }
        case "multipleOf": _ = try member.positiveDouble()
        case "minItems", "maxItems", "minLength", "maxLength":
            guard let number = member.value.int, number >= 0 else { throw member.invalid("expected a whole number of at least 0") }
        case "items" where member.value.array != nil: throw member.invalid("a list of schemas belongs under prefixItems")
        case "items", "additionalProperties", "not": try check(member)
        case "prefixItems", "anyOf", "oneOf", "allOf": try checkList(member, mayBeEmpty: keyword == "prefixItems")
        case "properties", "$defs", "definitions":
            for name in try member.object().keys.sorted() { if let item = member[name] { try check(item) } }
        case "$ref": try checkReference(member)
        default: return
        }
    }

    private func checkTypes(_ member: JSONCursor) throws(InvalidValue) {
        let names = member.value.array == nil ? [member] : try member.items()
        for name in names where try !Self.types.contains(name.string()) {
            throw name.invalid("expected one of \(Self.types.joined(separator: ", "))")
        }
        if names.isEmpty { throw member.invalid("must not be empty") }
    }

    private func checkList(_ member: JSONCursor, mayBeEmpty: Bool) throws(InvalidValue) {
        let items = try member.items()
        guard mayBeEmpty || !items.isEmpty else { throw member.invalid("must not be empty") }
        for item in items { try check(item) }
    }

    private func checkReference(_ member: JSONCursor) throws(InvalidValue) {
        let reference = try member.string()
        guard let target = JSONSchema.target(of: reference, in: root), target.object != nil || target.bool != nil else {
            throw member.invalid("points to nothing; only references within the schema are followed (#/$defs/NAME)")
        }
        var seen: Set<String> = []
        guard !leadsBack(target, trail: [reference], &seen) else { throw member.invalid("refers to itself without an end") }
    }

    /// Whether a schema demands itself of the same value again; to demand it of a member or an item is fine.
    ///
    /// - Parameter seen: references that lead nowhere back; each is followed once.
    private func leadsBack(_ schema: JSONValue, trail: [String], _ seen: inout Set<String>) -> Bool {
        if let reference = schema["$ref"]?.string, let target = JSONSchema.target(of: reference, in: root) {
            guard !trail.contains(reference), trail.count < 100 else { return true }
            if seen.insert(reference).inserted, leadsBack(target, trail: trail + [reference], &seen) { return true }
        }
        let parts = ["anyOf", "oneOf", "allOf"].flatMap { schema[$0]?.array ?? [] } + [schema["not"]].compactMap(\.self)
        return parts.contains { leadsBack($0, trail: trail, &seen) }
    }
}
