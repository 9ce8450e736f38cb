import CutlineCore
import Testing

@testable import CutlineProvider

/// What was paid for is kept, wherever it stands.
@Suite struct PaidTextTests {
    private func message(_ members: String, reason: String = "stop") -> String {
        #"{"choices":[{"message":{\#(members)},"finish_reason":"\#(reason)"}]}"#
    }

    @Test(
        arguments: [
            (#""content":null,"tool_calls":[{"function":{"name":"f","arguments":"{\"a\":1}"}}]"#, #"{"a":1}"#),
            (#""content":"","function_call":{"name":"f","arguments":"{\"a\":1}"}"#, #"{"a":1}"#),
            (#""content":[{"type":"tool_use","id":"t","input":{"a":1}}]"#, #"{"a":1}"#),
            (#""content":null,"reasoning_content":"hm, a cat""#, "hm, a cat"), (#""content":"","reasoning":"hm, a cat""#, "hm, a cat"),
            (#""content":[{"type":"thinking","thinking":"hm, a cat","signature":"xyzxyzxyzxyz"}]"#, "hm, a cat"),
            (#""content":"","caption_text":"A cat.","role":"assistant""#, "A cat."),
        ])
    func textInAnotherMemberIsKept(members: String, kept: String) {
        let failure = read(message(members)).failure
        #expect((failure?.kind, failure?.answer) == (.emptyAnswer, kept))
    }

    @Test func aCallOfAToolInTheResponsesFormIsKept() {
        let body = #"{"output":[{"type":"function_call","name":"f","arguments":"{\"a\":1}"}],"status":"completed"}"#
        #expect(read(body).failure?.answer == #"{"a":1}"#)
        let items = #"{"output":[{"type":"reasoning","summary":[{"type":"summary_text","text":"hm"}]}],"status":"completed"}"#
        #expect(read(items).failure?.answer == "hm")
    }

    private func fitting(_ body: String, status: Int = 200, type: String = "application/json") throws -> Outcome {
        let schema = try JSONSchema(json: JSONCursor(try JSONValue(parsing: #"{"type":"object","required":["a"]}"#.utf8)))
        return AnswerReader(now: .fixture, sentAddresses: false, key: nil, schema: schema)
            .outcome(of: Answer(status: status, headers: ["content-type": type], body: Array(body.utf8)))
    }

    @Test(
        arguments: [
            (#""content":null,"tool_calls":[{"function":{"arguments":"{\"a\": 1}"}}]"#, #"{"a":1}"#),
            (#""content":"I call it.","tool_calls":[{"function":{"arguments":{"a":1}}}]"#, #"{"a":1}"#),
            (#""content":"```json\n{\"a\": 1}\n```""#, #"{"a":1}"#),
            (#""content":"Here:\n\n```json\n{\"b\": [1, 2], \"a\": \"x y\"}\n``` Fine?""#, #"{"b":[1,2],"a":"x y"}"#),
            (#""content":"{\"a\": 1e400, \"n\": 12345678901234567890}""#, #"{"a":1e400,"n":12345678901234567890}"#),
            (#""content":"A draft {\"b\":1}, then {\"a\":1}.""#, #"{"a":1}"#), (#""content":"hm {\"a\":0}</think>{\"a\":1}""#, #"{"a":1}"#),
        ])
    func underASchemaWhatFitsIsTheCaption(members: String, caption: String) throws {
        #expect(try fitting(message(members)).caption?.text == caption)
    }

    @Test(arguments: [
        #""content":"{\"a\":1,\"a\":2}""#, #""content":"{\"b\":1}""#, #""content":"A cat.""#,
    ]) func whatDoesNotFitIsKept(members: String) throws {
        let failure = try fitting(message(members)).failure
        #expect(failure?.kind == .schemaMismatch && failure?.billed == .yes && failure?.answer != nil)
    }

    @Test(arguments: [
        (#"{"error":{"code":"json_validate_failed","message":"Failed to generate JSON.","failed_generation":"A cat {"}}"#, 400, "A cat {"),
        (#"{"error":{"code":"tool_use_failed","message":"Failed to call a function.","failed_generation":"<f>{}"}}"#, 400, "<f>{}"),
        (
            #"{"error":{"message":"litellm.JSONSchemaValidationError: model=m returned an invalid response","raw_response":"A cat"}}"#, 500,
            "A cat"
        ),
    ]) func aDudThatComesAsAnErrorIsOne(body: String, status: Int, kept: String) throws {
        let failure = try fitting(body, status: status).failure
        #expect((failure?.kind, failure?.answer, failure?.billed) == (.schemaMismatch, kept, .unknown))
    }

    @Test func aStreamsArgumentsArePutTogether() throws {
        let stream = """
            data: {"choices":[{"delta":{"reasoning_content":"hm"}}]}

            data: {"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"name":"f","arguments":"{\\"a\\":"}}]}}]}

            data: {"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":" 1}"}}]},"finish_reason":"tool_calls"}]}


            """
        #expect(try fitting(stream, type: "text/event-stream").caption?.text == #"{"a":1}"#)
        let cut = "data: {\"choices\":[{\"delta\":{\"reasoning_content\":\"hm, a cat\"}}]}\n\n"
        #expect(try fitting(cut, type: "text/event-stream").unknown?.answer == "hm, a cat")
    }
}
