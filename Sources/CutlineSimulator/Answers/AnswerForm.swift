import CutlineCore

/// Where the text of an answer stands.
enum AnswerForm: Hashable, Sendable {
    /// OpenAI's `chat.completion`.
    case completion
    /// IndoxHub's envelope with the text under `data`.
    case data
    /// IndoxHub's object like OpenAI's Responses.
    case response

    var template: Template {
        switch self {
        case .completion: .completion
        case .data: .data
        case .response: .response
        }
    }

    /// Members that an answer with keys twice begins with.
    var doubledMembers: String {
        switch self {
        case .completion: #""id":"chatcmpl-first","choices":[],"#
        case .data: #""request_id":"first","data":"","#
        case .response: #""id":"first","output":[],"#
        }
    }
}

/// Members that a dialect adds to OpenAI's: at the root, in the choice, in `usage`, and after it.
struct AnswerExtras: Hashable, Sendable {
    var root: Template = ""
    var choice: Template = ""
    var usage: Template = ""
    var end: Template = ""
    /// As `end`, where `"usage": {"include": true}` was sent.
    var endOnRequest: Template = ""
}

/// How answers come piece by piece.
struct StreamForm: Hashable, Sendable {
    /// A line that is no event, before the first one.
    var comment: String?
    var hasUsageOnEveryChunk = false
    /// Azure's first chunk is about the prompt.
    var beginsWithoutChoices = false
    /// IndoxHub's named events in the place of OpenAI's chunks.
    var isEvents = false

    static let chunks = StreamForm()
}

extension Template {
    fileprivate static let usage =
        #""usage":{"prompt_tokens":$prompt_tokens,"completion_tokens":$completion_tokens,"total_tokens":$total_tokens$$usage}"#

    fileprivate static let completion = Template(
        stringLiteral: #"""
            {"id":"chatcmpl-sim-${call}","object":"chat.completion","created":$created,"model":$model$$tier$$root,"choices":[{"index":0,\#
            "message":{"role":"assistant","content":$text$$refused},"finish_reason":$finish$$choice}],
            """# + usage + "$$end}")

    static let chunk = Template(
        stringLiteral: #"""
            {"id":"chatcmpl-sim-${call}","object":"chat.completion.chunk","created":$created,"model":$model$$tier,"choices":[{"index":0,\#
            "delta":$delta,"finish_reason":$finish$$choice}]$$usages}
            """#)

    /// Without choices.
    static let usageChunk = Template(
        stringLiteral: #"""
            {"id":"chatcmpl-sim-${call}","object":"chat.completion.chunk","created":$created,"model":$model$$tier,"choices":[]$$usages$$end}
            """#)

    static let usageMember = Template(stringLiteral: "," + usage)

    fileprivate static let data: Template = #"""
        {"request_id":$uuid,"created_at":$created_at,"duration_ms":1.5,"provider":"simulator","model":$model$$tier,"success":$success,\#
        "message":$error_message,"usage":{"tokens_prompt":$prompt_tokens,"tokens_completion":$completion_tokens,\#
        "tokens_total":$total_tokens,"cost":$$cost,"request_count":1,"cache_read_tokens":0,"reasoning_tokens":0,\#
        "cost_breakdown":null},"raw_response":null,"data":$data,"finish_reason":$finish,"images":null,"byok_api_key":false}
        """#

    fileprivate static let response: Template = #"""
        {"id":$uuid,"object":"response","created_at":$created,"model":$model$$tier,"provider":"simulator","duration_ms":1.5,\#
        "output":$output,"usage":{"input_tokens":$prompt_tokens,"input_tokens_details":{"cached_tokens":0},\#
        "output_tokens":$completion_tokens,"output_tokens_details":{"reasoning_tokens":0},"total_tokens":$total_tokens},\#
        "status":$response_status$$response_end}
        """#
}
