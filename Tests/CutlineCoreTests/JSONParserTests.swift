import Testing

@testable import CutlineCore

struct JSONParserTests {
    private func parse(_ text: String) throws -> JSONValue { try JSONValue(parsing: text.utf8) }

    @Test(
        arguments: [
            ("null", .null), ("true", .bool(true)), (" \t\r\n false \n", .bool(false)), ("0", .integer(0)), ("-0", .integer(0)),
            ("9223372036854775807", .integer(.max)), ("9223372036854775808", .number(9_223_372_036_854_775_808)), ("-1.5", .number(-1.5)),
            ("1e3", .number(1_000)), ("1E+2", .number(100)), ("0.5e-1", .number(0.05)), ("\"\"", .string("")), ("[]", .array([])),
            ("{}", .object([:])), ("[1, [2], {\"a\": 3}]", .array([.integer(1), .array([.integer(2)]), .object(["a": .integer(3)])])),
            ("\u{FEFF}{\"a\":null}", .object(["a": .null])), ("\"a\u{1}b\nc\"", .string("a\u{1}b\nc")),
        ] as [(String, JSONValue)])
    func validTexts(text: String, value: JSONValue) throws {
        #expect(try parse(text) == value)
    }

    @Test(arguments: [
        (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"), (#""\u0041\u00e9\u2028\u0000""#, "Aé\u{2028}\0"),
        (#""\ud83d\ude00""#, "😀"), (#""\uD83D""#, "\u{FFFD}"), (#""\ude00x""#, "\u{FFFD}x"), (#""\ud83d\u0041""#, "\u{FFFD}A"),
        (#""\ud83d\ud83d\ude00""#, "\u{FFFD}😀"), (#""\ud83dx""#, "\u{FFFD}x"),
    ])
    func escapes(text: String, value: String) throws {
        #expect(try parse(text) == .string(value))
    }

    @Test func bytesThatAreNotTextBecomeReplacements() throws {
        #expect(try JSONValue(parsing: [0x22, 0x61, 0xFF, 0x62, 0x22]) == .string("a\u{FFFD}b"))
        #expect(try JSONValue(parsing: [0x22, 0xED, 0xA0, 0x80, 0x5C, 0x6E, 0x22]).string?.hasSuffix("\n") == true)
    }

    @Test(arguments: [
        ("", "the text ends too early", 1, 1), ("{", "expected a key in quotes", 1, 2), ("[1,", "the text ends too early", 1, 4),
        ("[1,]", "unexpected character", 1, 4), ("{\"a\":1,}", "expected a key in quotes", 1, 8), ("[1 2]", "expected a comma or ]", 1, 4),
        ("{\"a\" 1}", "expected a colon after the key", 1, 6), ("{\n  \"a\": 1\n  \"b\": 2}", "expected a comma or }", 3, 3),
        ("{\"a\":1,\n\"a\":2}", "the key \"a\" stands twice", 2, 1), ("nul", "unexpected character", 1, 1),
        ("01", "unexpected character", 1, 1),
        ("-", "unexpected character", 1, 1), ("+1", "unexpected character", 1, 1), (".5", "unexpected character", 1, 1),
        ("1.", "unexpected character", 1, 1), ("[1.5.5]", "not a number", 1, 2), ("1e", "not a number", 1, 1),
        ("NaN", "unexpected character", 1, 1),
        ("\"abc", "a string does not end", 1, 1), ("\"a\\", "a string does not end", 1, 3), ("\"\\x\"", "unknown escape in a string", 1, 2),
        ("\"\\u12g4\"", "\\u needs four hexadecimal digits", 1, 2), ("1 1", "unexpected text after the value", 1, 3),
        ("'a'", "unexpected character", 1, 1),
    ])
    func invalidTextsSayWhere(text: String, reason: String, line: Int, column: Int) {
        #expect(throws: JSONSyntaxError(reason: reason, line: line, column: column)) { try parse(text) }
    }

    @Test func nestingEnds() throws {
        func nested(_ depth: Int) -> String { String(repeating: "[", count: depth) + String(repeating: "]", count: depth) }
        #expect(throws: Never.self) { try parse(nested(512)) }
        #expect(throws: JSONSyntaxError(reason: "nested deeper than 512", line: 1, column: 513)) { try parse(nested(513)) }
        #expect(throws: JSONSyntaxError.self) { try parse(String(repeating: "[", count: 1_000_000)) }
    }

    @Test func everyCutOfAValidTextIsRefused() throws {
        let text = Array(#"{"a": [1, -2.5e1, "x\u00e9", true, null], "b": {"c": "d"}}"#.utf8)
        for length in text.indices { #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: text.prefix(length)) } }
        #expect(throws: Never.self) { try JSONValue(parsing: text) }
    }

    @Test(
        arguments: [
            (#"{"a":1,"a":2}"#, .object(["a": .integer(2)])), (#"{"a":1,}"#, .object(["a": .integer(1)])),
            ("[1,,2,]", .array([.integer(1), .integer(2)])),
            ("[,]", .array([])), (#"{"a":[1]} and more"#, .object(["a": .array([.integer(1)])])),
            (#"{"a":1}}"#, .object(["a": .integer(1)])),
            ("[NaN,-Infinity]", .array([.null, .null])),
            ("[.5,007,1.,+2]", .array([.number(0.5), .number(7), .number(1), .number(2)])),
            (#""\'\_""#, .string(#"\'\_"#)), (#""\u12""#, .string(#"\u12"#)), (#""\ud83d\u1""#, .string("\u{FFFD}\\u1")),
            (#""\ude00""#, .string("\u{FFFD}")), ("\"a\u{1}\nb\"", .string("a\u{1}\nb")), ("\u{FEFF} \n[]", .array([])),
        ] as [(String, JSONValue)])
    func odditiesOfProvidersAreTolerated(text: String, value: JSONValue) throws {
        #expect(try JSONValue(tolerating: text.utf8) == value)
    }

    @Test(arguments: [
        "", "{", "[1", #"{"a":1"#, #"{"a""#, #"["a]"#, "true story", "1 2", "[ERROR]", "{,", "[1 2]", "{a:1}", #""\"#, "-", "[1.5.5]",
    ])
    func halfAValueIsNotTolerated(text: String) {
        #expect(throws: JSONSyntaxError.self) { try JSONValue(tolerating: text.utf8) }
    }

    @Test func everyCutOfAToleratedTextIsRefused() {
        let text = Array(#"{"a": [1, -2.5e1, "x\u00e9", true, NaN,], "b": {"c": "\q"},}"#.utf8)
        for length in text.indices { #expect(throws: JSONSyntaxError.self) { try JSONValue(tolerating: text.prefix(length)) } }
        #expect(throws: Never.self) { try JSONValue(tolerating: text) }
    }
}
