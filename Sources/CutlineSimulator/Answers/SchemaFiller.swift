import CutlineCore

/// Writes a JSON value that fits a simple schema, out of what is known about the pictures.
struct SchemaFiller {
    private let request: ChatRequest

    init(_ request: ChatRequest) { self.request = request }

    func text(_ schema: JSONValue) -> String { value(schema, named: "", root: schema, depth: 0).text }

    /// - Parameter depth: schemas may refer to themselves; the tenth level is null.
    private func value(_ schema: JSONValue, named name: String, root: JSONValue, depth: Int) -> JSONValue {
        guard depth < 10 else { return .null }
        if let fixed = schema["const"] ?? schema["enum"]?[0] { return fixed }
        if let target = schema["$ref"]?.string, let found = resolve(target, in: root) {
            return value(found, named: name, root: root, depth: depth + 1)
        }
        if let choice = schema["anyOf"]?[0] ?? schema["oneOf"]?[0] ?? schema["allOf"]?[0] {
            return value(choice, named: name, root: root, depth: depth + 1)
        }
        switch schema["type"]?.string ?? schema["type"]?[0]?.string ?? (schema["properties"] == nil ? "string" : "object") {
        case "object":
            return .object(
                (schema["properties"]?.object ?? [:]).reduce(into: [:]) { members, member in
                    members[member.key] = value(member.value, named: member.key, root: root, depth: depth + 1)
                })
        case "array":
            let item = value(schema["items"] ?? .object([:]), named: name, root: root, depth: depth + 1)
            return .array(Array(repeating: item, count: max(schema["minItems"]?.int ?? 1, 0)))
        case "integer": return .integer(Int64(number(schema, named: name)))
        case "number": return .number(number(schema, named: name))
        case "boolean": return .bool(!request.pictures.isEmpty)
        case "null": return .null
        default: return .string(string(schema, named: name))
        }
    }

    /// `#/$defs/name` and the like.
    private func resolve(_ target: String, in root: JSONValue) -> JSONValue? {
        target.split(separator: "/").dropFirst().reduce(root as JSONValue?) { $0?[String($1)] }
    }

    private func number(_ schema: JSONValue, named name: String) -> Double {
        let picture = request.pictures.first
        let known: [String: Int?] = [
            "width": picture?.size?.width, "height": picture?.size?.height, "bytes": picture?.byteCount, "count": request.pictures.count,
        ]
        let number = Double((known[name] ?? nil) ?? 1)
        let least = schema["minimum"]?.double ?? schema["exclusiveMinimum"]?.double.map { $0 + 1 } ?? -.infinity
        let most = schema["maximum"]?.double ?? schema["exclusiveMaximum"]?.double.map { $0 - 1 } ?? .infinity
        return max(min(number, most), least)
    }

    private func string(_ schema: JSONValue, named name: String) -> String {
        let text = name == "format" ? request.pictures.first?.format.displayName ?? "none" : ScriptedAnswer.describe(request.pictures)
        let most = schema["maxLength"]?.int ?? .max
        let least = schema["minLength"]?.int ?? 0
        let cut = String(text.prefix(max(0, most)))
        return cut + String(repeating: ".", count: max(0, least - cut.count))
    }
}
