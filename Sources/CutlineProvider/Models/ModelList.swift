import CutlineCore

/// The models that a provider offers, each once, in order of their names.
package struct ModelList: Hashable, Sendable {
    package let models: [ModelEntry]

    /// Reads a list in whatever form it comes. Nil where the value is no list of models.
    ///
    /// - Parameter rules: they say which models take pictures where the list does not.
    package init?(wire root: JSONValue, rules: ModelListRules = ModelListRules()) {
        let lists = Self.lists(in: root)
        guard !lists.isEmpty else { return nil }
        var entries: [String: ModelEntry] = [:]
        for json in lists.joined() {
            for var entry in Self.entries(json) {
                if let known = entries[entry.id] {
                    let other = entry
                    entry = known
                    entry.fillGaps(from: other)
                }
                entries[entry.id] = entry
            }
        }
        guard !entries.isEmpty || root["error"] == nil else { return nil }
        models = entries.values.sorted { $0.id < $1.id }.map { entry in
            var entry = entry
            entry.vision = entry.vision ?? rules.takesPictures(entry.id)
            return entry
        }
    }

    package init(_ models: [ModelEntry]) { self.models = models }

    /// Some servers say the same twice in one answer, and more of it the second time.
    private static func lists(in root: JSONValue) -> [[JSONValue]] {
        if let items = root.array { return [items] }
        let places = [root["data"], root["models"], root["providers"], root["data"]?["models"], root["data"]?["data"]]
        return places.compactMap { $0?.array }
    }

    /// A model, or the models of a provider that the list groups them by.
    private static func entries(_ json: JSONValue) -> [ModelEntry] {
        guard let models = json["text_completions"]?.array else { return ModelEntry(wire: json, provider: nil).map { [$0] } ?? [] }
        let provider = json["id"]?.string ?? json["name"]?.string?.lowercased()
        return models.compactMap { ModelEntry(wire: $0, provider: provider ?? $0["provider"]?.string) }
    }
}

extension ModelList {
    /// The model that a request for `name` reaches; nil where the list has none of this name.
    package subscript(name: String) -> ModelEntry? {
        if let exact = models.first(where: { $0.id == name || "models/\($0.id)" == name || $0.id == "\(name):latest" }) { return exact }
        // OpenRouter's `:nitro` and the like are ways to the same model, at prices of their own.
        guard let colon = name.lastIndex(of: ":"), var entry = models.first(where: { $0.id == name[..<colon] }) else {
            return models.first { $0.id.contains("*") && NamePattern($0.id).fits(name) }
        }
        (entry.inputPerMillion, entry.outputPerMillion, entry.request, entry.image) = (nil, nil, nil, nil)
        return entry
    }

    /// The names that end in `/name`: what was left out is the maker.
    package func names(endingIn name: String) -> [String] { models.map(\.id).filter { $0.hasSuffix("/\(name)") } }
}
