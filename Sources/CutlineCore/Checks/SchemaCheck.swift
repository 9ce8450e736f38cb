/// JSON was asked for and the caption is none, or does not fit the schema. An answer that does not fit a schema of the batch's own is a
/// failure already when it arrives; this finds what remains: JSON asked for without a schema.
enum SchemaCheck {
    @Sendable static func applies(to caption: CheckedCaption, _ checks: CaptionChecks) -> Bool {
        guard let form = checks.form else { return false }
        guard let json = caption.json else { return true }
        return form.schema?.objection(to: json) != nil
    }
}

/// What `response_format` asks for.
struct AskedForm: Sendable {
    let schema: JSONSchema?

    /// Nil where plain text will do.
    init?(_ format: JSONValue?) {
        guard let format, let type = format["type"]?.string, type.hasPrefix("json") else { return nil }
        // It was looked at when the batch was made; a schema that can no longer be used checks nothing.
        schema = try? JSONSchema(responseFormat: format)
    }
}
