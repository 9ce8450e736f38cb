import CutlineCore

/// How jobs are asked from now on; what is nil stays as it is.
package struct JobChange: Hashable, Sendable {
    /// The longest answer.
    package var maxTokens: Int?
    package var route: RouteDraft?

    package init(maxTokens: Int? = nil, route: RouteDraft? = nil) {
        self.maxTokens = maxTokens
        self.route = route
    }
}
