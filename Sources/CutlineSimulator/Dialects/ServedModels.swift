/// What a dialect says about its two models: `sim-1` sees, `sim-text` does not. They cost 0.15 and 0.60 dollars for a million tokens.
enum ServedModels: Hashable, Sendable {
    /// OpenAI's: names and nothing else.
    case plain
    /// The simulator's own: names and modalities.
    case described
    case openRouter
    /// Each model twice.
    case openRouterTwice
    case infron, indoxHub, newAPI, gemini, anthropic, mistral, groq, together, fireworks, ollama, vLLM, llamaCpp

    /// JSON.
    var body: String {
        switch self {
        case .plain: list(of: models(#""object":"model","created":0,"owned_by":"cutline""#))
        case .described:
            list(
                of: models(
                    #""object":"model","created":0,"owned_by":"cutline","description":"Measures pictures; it does not see them.","#
                        + #""input_modalities":@modalities,"output_modalities":["text"]"#))
        case .openRouter: Self.bare(of: openRouterModels)
        case .openRouterTwice: Self.bare(of: openRouterModels + openRouterModels)
        case .infron: list(of: infronModels)
        case .indoxHub: indoxHubProviders
        case .newAPI:
            list(
                of: models(
                    #""object":"model","created":1626777600,"owned_by":"custom","supported_endpoint_types":["openai"]"#),
                end: #","success":true"#)
        case .gemini: list(of: models(#""object":"model","owned_by":"google","display_name":"@name""#, prefix: "models/"))
        case .anthropic:
            #"{"data":["# + models(#""type":"model","display_name":"@name","created_at":"2026-01-02T00:00:00Z""#).joined(separator: ",")
                + #"],"has_more":false,"first_id":"sim-1","last_id":"sim-text"}"#
        case .mistral:
            list(
                of: models(
                    #""object":"model","created":0,"owned_by":"mistralai","capabilities":{"completion_chat":true,"vision":@sees},"#
                        + #""max_context_length":8192"#))
        case .groq: list(of: models(#""object":"model","created":0,"owned_by":"Groq","active":true,"context_window":8192"#))
        case .together:
            Self.array(
                of: models(
                    #""object":"model","type":"chat","display_name":"@name","context_length":8192,"pricing":{"input":0.15,"output":0.6}"#))
        case .fireworks:
            list(
                of: models(
                    #""object":"model","owned_by":"fireworks","supports_chat":true,"supports_image_input":@sees,"context_length":8192"#))
        case .ollama: list(of: models(#""object":"model","created":0,"owned_by":"library""#))
        case .vLLM: list(of: models(#""object":"model","created":0,"owned_by":"vllm","root":"@name","max_model_len":8192"#))
        case .llamaCpp:
            list(
                of: models(
                    #""object":"model","created":0,"owned_by":"llamacpp","meta":{"n_ctx_train":8192},"#
                        + #""architecture":{"input_modalities":@modalities,"output_modalities":["text"]}"#))
        }
    }

    /// LM Studio's own list, beside the one that is like OpenAI's.
    static let lmStudio = #"""
        {"object":"list","data":[{"id":"sim-1","object":"model","type":"vlm","state":"loaded","max_context_length":8192},\#
        {"id":"sim-text","object":"model","type":"llm","state":"not-loaded","max_context_length":8192}]}
        """#

    private var openRouterModels: [String] {
        models(
            #""name":"Simulator: @name","created":0,"context_length":8192,"architecture":{"modality":"text->text","#
                + #""input_modalities":@modalities,"output_modalities":["text"]},"#
                + #""pricing":{"prompt":"0.00000015","completion":"0.0000006","image":"0","request":"0"}"#,
            prefix: "simulator/")
    }

    /// The letter case is not the same everywhere; one entry is for show, one makes pictures.
    private var infronModels: [String] {
        let rest = #""context_length":8192,"max_output_tokens":2048,"min_prompt_price":0.15,"min_completion_price":0.6"#
        return [
            #"{"id":"simulator/sim-1","category_type":"LLM","is_display_only":false,"display_name":"Sim 1",\#(rest),"#
                + #""input_modalities":["Text","IMAGE"],"output_modalities":["text"]}"#,
            #"{"id":"simulator/sim-text","category_type":"llm","is_display_only":false,"display_name":"Sim text",\#(rest),"#
                + #""input_modalities":["text"],"output_modalities":["Text"]}"#,
            #"{"id":"simulator/sim-soon","category_type":"LLM","is_display_only":true,"display_name":"Sim soon",\#(rest),"#
                + #""input_modalities":["text","image"],"output_modalities":["text"]}"#,
            #"{"id":"simulator/sim-paint","category_type":"Image","is_display_only":false,"display_name":"Sim paint","#
                + #""input_modalities":["text","image"],"output_modalities":["image"]}"#,
        ]
    }

    private var indoxHubProviders: String {
        let models = [("sim-1", #"["text","image"]"#), ("sim-text", #"["text"]"#)].map {
            #"{"id":"Model \#($0.0)","modelName":"\#($0.0)","name":"\#($0.0)","input_modalities":\#($0.1),"context_length":8192}"#
        }
        return #"[{"id":"simulator","name":"Simulator","text_completions":[\#(models.joined(separator: ","))],"image_generations":[]}]"#
    }

    /// - Parameter rest: the members after `id`; `@name`, `@sees` and `@modalities` stand for the model's.
    private func models(_ rest: String, prefix: String = "") -> [String] {
        [("sim-1", true), ("sim-text", false)].map { name, sees in
            let members = rest.replacing("@name", with: name).replacing("@sees", with: sees ? "true" : "false")
                .replacing("@modalities", with: sees ? #"["text","image"]"# : #"["text"]"#)
            return #"{"id":"\#(prefix)\#(name)",\#(members)}"#
        }
    }

    private func list(of models: [String], end: String = "") -> String { #"{"object":"list","data":"# + Self.array(of: models) + end + "}" }
    private static func bare(of models: [String]) -> String { #"{"data":"# + array(of: models) + "}" }
    private static func array(of models: [String]) -> String { "[" + models.joined(separator: ",") + "]" }
}
