import CutlineCore

/// How jobs are asked from now on; what is nil stays as it is.
package struct JobChange: Hashable, Sendable {
    /// The longest answer.
    package var maxTokens: Int?
    package var route: RouteDraft?
    /// Whether they go before or after others; it changes no call.
    package var priority: Priority?

    package init(maxTokens: Int? = nil, route: RouteDraft? = nil, priority: Priority? = nil) {
        self.maxTokens = maxTokens
        self.route = route
        self.priority = priority
    }
}
