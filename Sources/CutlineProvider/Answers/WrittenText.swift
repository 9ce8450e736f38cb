import CutlineCore

/// What a model wrote, without what is no part of a caption.
struct WrittenText {
    let text: String
    let caption: String
    let arguments: [String]
    let isCut: Bool

    init(_ text: String, arguments: [String], isCut: Bool) {
        self.text = text
        caption = text.withoutMarks(isCut: isCut)
        self.arguments = arguments
        self.isCut = isCut
    }

    /// The value that fits, compact, and the answer as it came: the last one of the text (a draft may come before it), else what a tool was to
    /// be called with.
    ///
    /// - Parameter values: of the caption.
    func fitting(_ schema: JSONSchema, among values: [(text: String, value: JSONValue)]) -> (value: String, raw: String)? {
        func fits(_ value: JSONValue) -> Bool { schema.objection(to: value) == nil }
        if let value = values.last(where: { fits($0.value) }) { return (value.text, text) }
        for argument in arguments {
            guard let value = JSONExcerpt.values(in: argument).last(where: { fits($0.value) }) else { continue }
            return (value.text, text.isEmpty ? argument : text + "\n\n" + argument)
        }
        return nil
    }
}
