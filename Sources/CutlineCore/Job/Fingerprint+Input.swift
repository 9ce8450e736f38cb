extension Fingerprint {
    /// The bytes whose SHA-256 is a job's fingerprint (version 1). Golden vectors in the tests hold it still: a change here
    /// would make every user pay again.
    ///
    /// Each part is written as its length in bytes (decimal, then a colon) and its bytes, so that no two inputs run together.
    package static func preimage(
        provider: String, model: String, system: String?, prompt: String, parameters: Parameters, images: [ImageSource],
        preparation: Preparation? = nil
    ) -> [UInt8] {
        var bytes: [UInt8] = []
        func add(_ part: some Collection<UInt8>) {
            bytes.append(contentsOf: "\(part.count):".utf8)
            bytes.append(contentsOf: part)
        }
        add("cutline-1".utf8)
        add(provider.utf8)
        add(model.utf8)
        add((system.map { "=" + $0 } ?? "").utf8)
        add(prompt.utf8)
        add(parameters.canonicalText.utf8)
        for image in images { add(image.identity) }
        // No image begins so.
        if let preparation { add("prepare:\(preparation.canonicalText)".utf8) }
        return bytes
    }
}

extension Parameters {
    /// All parameters as one JSON object with sorted keys.
    package var canonicalText: String {
        var members = others
        members["max_tokens"] = maxTokens.map { .integer(Int64($0)) }
        members["temperature"] = temperature.map { .number($0) }
        members["detail"] = detail.map { .string($0.rawValue) }
        return JSONValue.object(members).text
    }
}

extension ImageSource {
    /// What the picture is, wherever it lies: a letter for the kind, then the URL, the digest, or what stands for the bytes.
    package var identity: [UInt8] {
        switch self {
        case .url(let url): return Array("u".utf8) + Array(url.utf8)
        case .file(let file):
            if let digest = file.digest { return Array("d".utf8) + digest }
            return Array("p\(file.byteCount) \(file.stamp.modified) ".utf8) + file.place.bytes
        }
    }
}
