import CutlineCore

/// What a provider says went wrong, whatever the envelope it came in.
struct ErrorReport: Sendable {
    /// As the provider wrote it, not yet cleaned.
    var message = ""
    /// What says which error it is, as identifiers: the gateway's own before the upstream's.
    var codes: [String] = []
    /// What says of which sort it is.
    var types: [String] = []
    /// An HTTP status written into the body.
    var status: Int?
    /// The parameter it complains about.
    var parameter: String?
    var isHTML = false
    /// The names of the limits that were reached, where they are told beside the message.
    var quotas: [String] = []
    /// Whether a gateway was refused with an account of its own: it has others, and the user owes nothing there.
    var isOfSharedUpstream = false
    /// What the model wrote, where the error brings it.
    var generation: String?
    /// The body, for waits and request ids that stand beside the message.
    var root = JSONValue.null

    init(text: String) {
        message = text
        status = Self.status(inSentence: text)
    }

    /// Message and quotas in lower case, as far as phrases are looked for: a link's words are none of the provider's.
    var searchedText: [UInt8] {
        let sentence = String(decoding: message.utf8.prefix(32_768), as: UTF8.self).withoutLinks
        return Array(([sentence] + quotas).joined(separator: "\n").lowercased().utf8)
    }

    /// Whether one of its codes or types is this one.
    func names(_ identifier: String) -> Bool { codes.contains(identifier) || types.contains(identifier) }

    /// Where something answers that is no API.
    init(endpoint message: String) {
        self.message = message
        types = ["endpointnotfound"]
    }

    /// The title and the first words of a page.
    init(html: String) {
        isHTML = true
        message = HTMLText(html).summary
    }

    init(json: JSONValue) {
        guard json.object != nil else {
            self.init(text: json.string ?? json.text)
            return
        }
        self.init(object: json, depth: 0)
    }

    private init(object json: JSONValue, depth: Int) {
        root = json
        generation = json.failedGeneration
        let error = json["error"] ?? json["choices"]?[0]?["error"]
        let inner = error?.object != nil ? error ?? json : json
        message = Self.sentence(inner) ?? Self.sentence(json) ?? error?.string ?? ""
        status = Self.status(error, json) ?? Self.status(inSentence: message)
        parameter = inner["param"]?.string ?? json["param"]?.string
        collectWords(inner, json, error)
        if message.isEmpty { message = inner["code"]?.string ?? inner["type"]?.string ?? "" }
        if depth < 2 { unwrap(inner, depth: depth) }
    }

    private mutating func collectWords(_ inner: JSONValue, _ json: JSONValue, _ error: JSONValue?) {
        let metadata = inner["metadata"]
        // Google's ErrorInfo and QuotaFailure.
        let details = inner["details"]?.array?.prefix(20) ?? []
        codes =
            Self.identifiers(
                [inner["code"], json["code"], inner["innererror"]?["code"], metadata?["limit_source"], metadata?["reason"]]
                    + details.map { $0["reason"] }) + Self.vendorCodes(json)
        types = Self.identifiers([inner["type"], json["type"], inner["status"], error, metadata?["error_type"]])
        isOfSharedUpstream = metadata?["provider_name"]?.string != nil && metadata?["is_byok"]?.bool != true
        quotas = details.flatMap { $0["violations"]?.array?.prefix(20) ?? [] }.compactMap { $0["quotaId"]?.string }
    }

    /// Names, and numbers that are no status.
    private static func identifiers(_ values: [JSONValue?]) -> [String] {
        let texts = values.compactMap { $0?.string ?? $0?.int.flatMap { $0 >= 1_000 ? String($0) : nil } }.map { String($0.prefix(200)) }
        return texts.filter { !$0.contains(" ") }.flatMap { name in
            // `InternalError.Algo.DataInspectionFailed`
            [name.identifier] + (name.split(separator: ".").dropFirst().last.map { [String($0).identifier] } ?? [])
        }.filter { !$0.isEmpty }
    }

    /// The numbers of vendors who have a form of their own.
    private static func vendorCodes(_ json: JSONValue) -> [String] {
        [("minimax", json["base_resp"]?["status_code"]), ("qianfan", json["error_code"])].compactMap { vendor, code in
            code?.wireNumber.flatMap { Int(exactly: $0) }.map { "\(vendor)\($0)" }
        } + identifiers([json["error"]?["error_code"], json["error_code"]])
    }

    /// Gateways pass the upstream's error on as a text inside their own.
    private mutating func unwrap(_ inner: JSONValue, depth: Int) {
        let raw = inner["metadata"]?["raw"]?.string ?? message
        guard raw.utf8.count <= 1 << 20 else { return }
        guard let start = raw.firstIndex(where: { "{[".contains($0) }) else { return addRaw(inner) }
        do {
            let json = try JSONValue(tolerating: raw[start...].utf8)
            let nested = ErrorReport(object: json.array?.first ?? json, depth: depth + 1)
            guard !nested.message.isEmpty else { return }
            if !isOfSharedUpstream || status != 429 {
                codes += nested.codes
                types += nested.types
                quotas += nested.quotas
            }
            parameter = parameter ?? nested.parameter
            status = status ?? nested.status
            generation = generation ?? nested.generation
            let prefix = inner["metadata"]?["raw"] == nil ? String(raw[..<start]) : message + ": "
            message = prefix + nested.message
        } catch {
            // Not JSON after all: the text stays as it is.
            addRaw(inner)
        }
    }

    private mutating func addRaw(_ inner: JSONValue) {
        if let raw = inner["metadata"]?["raw"]?.string, !raw.isEmpty { message += ": \(raw)" }
    }

    private static func sentence(_ json: JSONValue) -> String? {
        for name in ["message", "detail", "msg", "error_msg", "error_description", "errors", "error", "title", "status_msg", "base_resp"] {
            if let text = json[name].flatMap(sentences), !text.isEmpty { return text }
        }
        return nil
    }

    /// A text, an object with one, or a list of either (FastAPI's `{"loc","msg"}`).
    private static func sentences(_ value: JSONValue) -> String? {
        if let text = value.string { return text }
        if let items = value.array { return items.compactMap(sentences).joined(separator: "; ") }
        guard let text = value["msg"]?.string ?? value["message"]?.string ?? value["error"]?.string ?? value["status_msg"]?.string else {
            return nil
        }
        let place = (value["loc"]?.array ?? []).map { $0.string ?? $0.text }.joined(separator: ".")
        return place.isEmpty ? text : "\(place): \(text)"
    }

    private static func status(_ error: JSONValue?, _ json: JSONValue) -> Int? {
        let values = [
            error?["code"], error?["status_code"], error?["status"], json["status_code"], json["statusCode"], json["code"],
            json["raw_status_code"], json["error_code"], json["choices"]?[0]?["error"]?["code"], error?["type"], json["type"],
            json["status"],
        ]
        return values.lazy.compactMap { $0?.wireNumber }.compactMap { Int(exactly: $0) }.first { (400..<600).contains($0) }
    }

    /// "Status 401 …", "Error code: 429 - …": gateways write down what they got.
    private static func status(inSentence text: String) -> Int? {
        let text = text.prefix(40).lowercased()
        for lead in ["status ", "status code ", "status: ", "error code: ", "http "] where text.hasPrefix(lead) {
            let number = text.dropFirst(lead.count).prefix { $0.isNumber }
            if number.count == 3, let status = Int(number), (400..<600).contains(status) { return status }
        }
        return nil
    }

    /// new-api ends its messages with "(request id: …)".
    static func requestID(in root: JSONValue) -> String? {
        guard let message = root["error"]?["message"]?.string ?? root["message"]?.string, message.utf8.count <= 32_768,
            let lead = message.firstRange(of: "(request id: ")
        else { return nil }
        return String(message[lead.upperBound...].prefix { $0 != ")" && $0 != " " })
    }
}

extension ErrorReport {
    /// The error inside an answer that came with a good status; nil where there is none.
    init?(hiddenIn json: JSONValue) {
        let hasAnswer = ["choices", "output", "data"].contains { json[$0] != nil }
        let isError =
            json["error"].map(Self.isMeaningful) ?? false
            || json["base_resp"]?["status_code"]?.wireNumber ?? 0 != 0
            || json["success"] == .bool(false) || json["ok"] == .bool(false)
            || json["object"]?.string == "error" || json["type"]?.string == "error"
            || !hasAnswer && (Self.isFlatError(json) || json["status"]?.string == "error")
            || json["choices"]?[0]?["error"].map(Self.isMeaningful) ?? false
            || ["failed", "cancelled"].contains(json["status"]?.string) && (json["output"] != nil || json["object"]?.string == "response")
        guard isError else { return nil }
        self.init(json: json)
    }

    private static func isFlatError(_ json: JSONValue) -> Bool {
        guard let code = (json["code"] ?? json["error_code"] ?? json["status_code"])?.wireNumber else {
            return json["detail"] != nil || json["errors"] != nil
        }
        return code >= 400 && ["message", "msg", "error_msg"].contains { json[$0]?.string != nil }
    }

    /// Some providers send `"error": null`, `""`, `{}` or an object of empty values with every answer.
    private static func isMeaningful(_ error: JSONValue) -> Bool {
        if let text = error.string { return !text.isEmpty }
        if let list = error.array { return !list.isEmpty }
        if let flag = error.bool { return flag }
        return ["message", "code", "type"].contains { name in
            guard let value = error[name] else { return false }
            return value.string.map { !$0.isEmpty } ?? (value.double != 0)
        }
    }
}

/// The readable part of a web page: no tags, no scripts, no styles.
private struct HTMLText {
    private(set) var summary = ""

    init(_ html: String) {
        var tag: String?
        var silent: String?
        for character in html.prefix(20_000) {
            if character == "<" {
                tag = ""
            } else if character == ">", let name = tag {
                if let opened = silent { silent = name.hasPrefix("/" + opened) ? nil : opened } else { silent = Self.silentTag(name) }
                tag = nil
                summary.append(" ")
            } else if tag != nil {
                tag?.append(character)
            } else if silent == nil {
                summary.append(character)
            }
        }
    }

    private static func silentTag(_ tag: String) -> String? { ["script", "style"].first { tag.lowercased().hasPrefix($0) } }
}

extension String {
    /// Without addresses: `https://console.groq.com/settings/billing`, also without their scheme.
    fileprivate var withoutLinks: String {
        guard contains("/") || contains("www.") else { return self }
        let parts = split(omittingEmptySubsequences: false) { " \n\t\"'<>()[]{}，。".contains($0) || !$0.isASCII }
        guard parts.contains(where: \.isLink) else { return self }
        var result = ""
        var end = startIndex
        for part in parts where part.isLink {
            result += self[end..<part.startIndex]
            end = part.endIndex
        }
        return result + self[end...]
    }
}

extension Substring {
    /// A scheme, or a host with a path behind it.
    fileprivate var isLink: Bool {
        if contains("://") || hasPrefix("www.") { return true }
        guard let slash = firstIndex(of: "/") else { return false }
        let labels = self[..<slash].split(separator: ".", omittingEmptySubsequences: false)
        return labels.count > 1 && labels.allSatisfy { !$0.isEmpty && $0.allSatisfy { $0.isLetter || $0.isNumber || $0 == "-" } }
            && labels.last?.allSatisfy(\.isLetter) == true
    }
}
