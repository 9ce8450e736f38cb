/// What a provider gives away: advice, for nobody knows who pays.
package struct FreePlan: Codable, Hashable, Sendable {
    package var limits: Limits
    /// Which models they are for, in words; nil: all.
    package var models: String?
    /// Where it says so.
    package var source: String?

    package init(limits: Limits, models: String? = nil, source: String? = nil) {
        self.limits = limits
        self.models = models
        self.source = source
    }
}
