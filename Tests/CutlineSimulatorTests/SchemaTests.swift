import CutlineCore
import Testing

@testable import CutlineSimulator

@Suite struct SchemaTests {
    private func answer(_ schema: String, _ dialect: SimulatorOptions.Dialect = .openai) async throws -> JSONValue {
        let format = #"{"type":"json_schema","json_schema":{"name":"caption","schema":\#(schema)}}"#
        let body = chat(images: [dataURL(png())], more: ["response_format": try JSONValue(parsing: format.utf8)])
        let text = try await withSimulator(SimulatorOptions(dialect: dialect)) { try await $0.post(body, to: dialect.chatPath).text }
        return try JSONValue(parsing: try #require(text).utf8)
    }

    @Test func anObjectIsFilledFromThePicture() async throws {
        let answer = try await answer(
            """
            {"type":"object","additionalProperties":false,"required":["caption"],"properties":{
              "caption":{"type":"string"},"format":{"type":"string"},"width":{"type":"integer"},"height":{"type":"number"},
              "outdoors":{"type":"boolean"},"tags":{"type":"array","items":{"type":"string","enum":["sea","land"]},"minItems":2},
              "size":{"type":"object","properties":{"bytes":{"type":"integer"}}},"note":{"type":["string","null"]}}}
            """)
        #expect(
            answer.text == """
                {"caption":"A PNG picture, 40 × 30 pixels, 64 bytes.","format":"PNG","height":30.0,\
                "note":"A PNG picture, 40 × 30 pixels, 64 bytes.","outdoors":true,"size":{"bytes":64},"tags":["sea","sea"],"width":40}
                """)
    }

    @Test(arguments: [
        (#"{"type":"integer","minimum":7,"maximum":9}"#, "7"), (#"{"type":"number","maximum":0.5}"#, "0.5"),
        (
            #"{"properties":{"a":{"properties":{"b":{"properties":{"c":{"type":"integer"}}}}}}}"#,
            #"{"a":{"b":{"c":1}}}"#
        ),
        (#"{"type":"string","maxLength":3}"#, #""A P""#), (#"{"const":"x"}"#, #""x""#), (#"{"type":"null"}"#, "null"),
        (##"{"$ref":"#/$defs/a","$defs":{"a":{"type":"boolean"}}}"##, "true"), (#"{"anyOf":[{"type":"integer"},{"type":"null"}]}"#, "1"),
        (##"{"$ref":"#/$defs/a","$defs":{"a":{"$ref":"#/$defs/a"}}}"##, "null"),
    ])
    func aValueFitsItsSchema(schema: String, value: String) async throws {
        let answer = try await answer(wrap(schema))
        #expect(answer["v"]?.text ?? "null" == value)
    }

    /// An object with the member `v`; definitions stay at the root.
    private func wrap(_ schema: String) throws -> String {
        let value = try JSONValue(parsing: schema.utf8)
        var root: [String: JSONValue] = ["type": .string("object"), "properties": .object(["v": value])]
        root["$defs"] = value["$defs"]
        return JSONValue.object(root).text
    }

    @Test func aSchemaIsFoundWhereADialectHasIt() async throws {
        let schema = JSONValue.object(["type": .string("object"), "properties": .object(["n": .object(["type": .string("integer")])])])
        let format = JSONValue.object(["type": .string("json_schema"), "schema": schema])
        for more in [["response_format": format], ["additional_params": .object(["response_format": format])]] {
            let reply = try await withSimulator { try await $0.post(chat(more: more)) }
            #expect(try reply.text == #"{"n":1}"#)
        }
        let any = try await withSimulator {
            try await $0.post(chat(more: ["response_format": .object(["type": .string("json_object")])]))
        }
        #expect(try any.text == #"{"description":"No picture was sent."}"#)
    }
}
