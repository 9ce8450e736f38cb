import Testing

@testable import CutlineCore

struct JSONSchemaTests {
    private func schema(_ text: String) throws -> JSONSchema { try JSONSchema(json: JSONCursor(JSONValue(parsing: text.utf8))) }
    private func objection(_ schema: String, _ value: String) throws -> String? {
        try self.schema(schema).objection(to: JSONValue(parsing: value.utf8))
    }

    @Test(arguments: [
        ("true", "1", "\"x\""), ("{}", "null", "[]"), (#"{"type":"object"}"#, "{}", #"{"a":1}"#), (#"{"type":"integer"}"#, "3", "3.0"),
        (#"{"type":["string","null"]}"#, "null", #""x""#), (#"{"enum":["a",1]}"#, #""a""#, "1.0"), (#"{"const":null}"#, "null", "null"),
        (#"{"minimum":1,"maximum":2}"#, "1", "2"), (#"{"exclusiveMinimum":1,"exclusiveMaximum":2}"#, "1.1", "1.9"),
        (#"{"multipleOf":0.1}"#, "0.3", "7"), (#"{"minLength":2,"maxLength":2}"#, #""é🐈""#, "5"),
        (#"{"minItems":1,"maxItems":2,"uniqueItems":true}"#, "[1]", #"[1,"1"]"#), (#"{"items":{"type":"string"}}"#, "[]", #"["a"]"#),
        (#"{"prefixItems":[{"type":"string"}],"items":false}"#, "[]", #"["a"]"#),
        (#"{"properties":{"a":{"type":"string"}},"required":["a"],"additionalProperties":false}"#, #"{"a":"x"}"#, #"{"a":""}"#),
        (#"{"additionalProperties":{"type":"integer"}}"#, #"{"a":1}"#, "{}"),
        (#"{"anyOf":[{"type":"string"},{"minimum":3}]}"#, #""x""#, "3"),
        (#"{"oneOf":[{"type":"integer"},{"type":"string"}]}"#, "1", #""x""#), (#"{"allOf":[{"minimum":1},{"maximum":2}]}"#, "1", "2"),
        (#"{"not":{"type":"string"}}"#, "1", "null"), (#"{"pattern":"^x$","format":"date","x-note":1}"#, #""y""#, "1"),
        (##"{"$ref":"#/$defs/a~1b","$defs":{"a/b":{"type":"integer"}}}"##, "1", "2"),
        (##"{"properties":{"next":{"$ref":"#"}},"additionalProperties":false}"##, "{}", #"{"next":{"next":{}}}"#),
    ])
    func fittingValuesHaveNoObjection(schema: String, one: String, other: String) throws {
        #expect(try objection(schema, one) == nil)
        #expect(try objection(schema, other) == nil)
    }

    @Test(arguments: [
        ("false", "1", "is not allowed"), (#"{"type":"object"}"#, "[]", "expected an object"),
        (#"{"type":["string","null"]}"#, "1", "expected a text or null"), (#"{"type":"integer"}"#, "3.5", "expected a whole number"),
        (#"{"type":"boolean"}"#, "0", "expected true or false"), (#"{"enum":["a","b"]}"#, #""c""#, #"expected one of ["a","b"]"#),
        (#"{"const":null}"#, "0", "expected null"), (#"{"minimum":1}"#, "0", "must be at least 1"),
        (#"{"maximum":1}"#, "2", "must be at most 1"),
        (#"{"exclusiveMinimum":1}"#, "1", "must be above 1"), (#"{"exclusiveMaximum":1}"#, "1", "must be below 1"),
        (#"{"multipleOf":2}"#, "3", "must be a multiple of 2"), (#"{"minLength":3}"#, #""é🐈""#, "must have at least 3 characters"),
        (#"{"maxLength":1}"#, #""é🐈""#, "must have at most 1 characters"), (#"{"minItems":1}"#, "[]", "must have at least 1 items"),
        (#"{"maxItems":1}"#, "[1,2]", "must have at most 1 items"), (#"{"uniqueItems":true}"#, "[1,1.0]", "has an item twice"),
        (#"{"items":{"items":{"type":"string"}}}"#, #"[["a"],["b",1]]"#, "[1][1]: expected a text"),
        (#"{"prefixItems":[{"type":"string"}],"items":false}"#, #"["a",1]"#, "[1]: is not allowed"),
        (#"{"properties":{"a":{"required":["b"]}}}"#, #"{"a":{}}"#, #"a: the member "b" is missing"#),
        (#"{"properties":{"a":true},"additionalProperties":false}"#, #"{"a":1,"b":2}"#, "b: is not allowed"),
        (#"{"properties":{"a":{"type":"string"}}}"#, #"{"a":null}"#, "a: expected a text"),
        (#"{"anyOf":[{"type":"string"},{"minimum":3}]}"#, "2", "fits no schema of anyOf"),
        (#"{"anyOf":[{"type":"string"}]}"#, "2", "expected a text"),
        (#"{"oneOf":[{"minimum":1},{"minimum":2}]}"#, "3", "fits 2 schemas of oneOf, not one"),
        (#"{"oneOf":[{"type":"string"}]}"#, "3", "fits no schema of oneOf, not one"),
        (#"{"allOf":[{"minimum":1},{"maximum":2}]}"#, "3", "must be at most 2"),
        (#"{"not":{"type":"string"}}"#, #""x""#, "fits what it must not fit"),
        (##"{"items":{"$ref":"#/$defs/box"},"$defs":{"box":{"type":"array","minItems":4}}}"##, "[[1]]", "[0]: must have at least 4 items"),
        (
            ##"{"properties":{"next":{"$ref":"#"}},"additionalProperties":false}"##, #"{"next":{"next":{"x":1}}}"#,
            "next.next.x: is not allowed"
        ),
    ])
    func objectionSaysWhatAndWhere(schema: String, value: String, sentence: String) throws {
        #expect(try objection(schema, value) == sentence)
    }

    @Test(arguments: [
        ("1", "", "expected a schema: an object, true or false"),
        (#"{"type":"text"}"#, "type", "expected one of array, boolean, integer, null, number, object, string"),
        (#"{"type":[]}"#, "type", "must not be empty"),
        (#"{"properties":{"a":{"items":[{}]}}}"#, "properties.a.items", "a list of schemas belongs under prefixItems"),
        (#"{"required":[1]}"#, "required[0]", "expected a text"), (#"{"enum":[]}"#, "enum", "must not be empty"),
        (#"{"anyOf":[]}"#, "anyOf", "must not be empty"),
        (#"{"anyOf":[{},{"minLength":-1}]}"#, "anyOf[1].minLength", "expected a whole number of at least 0"),
        (#"{"multipleOf":0}"#, "multipleOf", "must be above 0"),
        (#"{"patternProperties":{}}"#, "patternProperties", "this keyword of JSON schema is not supported"),
        (#"{"$ref":"http://x"}"#, "$ref", "points to nothing; only references within the schema are followed (#/$defs/NAME)"),
        (##"{"$ref":"#/$defs/a"}"##, "$ref", "points to nothing; only references within the schema are followed (#/$defs/NAME)"),
        (##"{"$ref":"#"}"##, "$ref", "refers to itself without an end"),
        (
            ##"{"$defs":{"a":{"anyOf":[{"$ref":"#/$defs/b"}]},"b":{"not":{"$ref":"#/$defs/a"}}}}"##, "$defs.a.anyOf[0].$ref",
            "refers to itself without an end"
        ),
        (#"{"uniqueItems":1}"#, "uniqueItems", "expected true or false"), (#"{"minimum":"1"}"#, "minimum", "expected a number"),
    ])
    func malformedSchemaIsRefusedWithItsPath(text: String, path: String, reason: String) {
        #expect(throws: InvalidValue(path: path, reason: reason)) { try schema(text) }
    }

    /// Each definition asks twice for the next one: 2⁶⁰ checks if all were made.
    @Test func workIsBounded() throws {
        let definitions = (0..<60).map { "\"d\($0)\":{\"anyOf\":[{\"$ref\":\"#/$defs/d\($0 + 1)\"},{\"$ref\":\"#/$defs/d\($0 + 1)\"}]}" }
        let text = "{\"$ref\":\"#/$defs/d0\",\"$defs\":{\(definitions.joined(separator: ",")),\"d60\":{\"type\":\"string\"}}}"
        #expect(try objection(text, "1") != nil)
        let nested = String(repeating: "[", count: 500) + String(repeating: "]", count: 500)
        #expect(try objection(##"{"items":{"$ref":"#"}}"##, nested)?.hasSuffix("is too large to be checked") == true)
    }

    @Test(arguments: [
        (#"{"type":"json_schema","json_schema":{"name":"x","schema":{"type":"string"}}}"#, true),
        (#"{"type":"json_schema","schema":{"type":"string"}}"#, true), (#"{"type":"json_object","schema":{"type":"string"}}"#, true),
        (#"{"type":"json_object"}"#, false), (#"{"type":"text"}"#, false), (#"{"type":"text","schema":{}}"#, false), ("null", false),
    ])
    func schemaOfAResponseFormat(format: String, isGiven: Bool) throws {
        let schema = try JSONSchema(responseFormat: JSONValue(parsing: format.utf8))
        #expect(schema == (isGiven ? try self.schema(#"{"type":"string"}"#) : nil))
        #expect(try JSONSchema(responseFormat: nil) == nil)
    }

    @Test func malformedResponseFormatIsRefusedWithItsPath() throws {
        let format = try JSONValue(parsing: #"{"type":"json_schema","json_schema":{"schema":{"type":1}}}"#.utf8)
        #expect(throws: InvalidValue(path: "response_format.json_schema.schema.type", reason: "expected a text")) {
            try JSONSchema(responseFormat: format)
        }
    }
}
