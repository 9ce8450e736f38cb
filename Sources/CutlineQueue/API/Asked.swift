import CutlineCore

/// Who is asked.
package struct Asked: Codable, Hashable, Sendable {
    package var provider: String
    package var model: String

    package init(provider: String, model: String) {
        self.provider = provider
        self.model = model
    }
}
