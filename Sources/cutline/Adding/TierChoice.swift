import CutlineCore

/// At which tier a batch is to be asked: a flag wins over the job file, and that over what was chosen before.
struct TierChoice {
    private let change: TierChange
    private let stored: FlexTerms?

    /// - Parameter stored: the batch's own; nil: it is asked at the standard tier, or it is new.
    init(flags: TierOptions, jobFile: ServiceTier? = nil, stored: FlexTerms?) {
        // A job file that says what holds already does not take a deadline away.
        let wished = stored != nil && jobFile == .flex ? nil : jobFile
        change = TierChange(tier: flags.tier ?? wished, deadline: flags.tierDeadline?.duration)
        self.stored = stored
    }

    /// What holds from now on; nil: the standard tier.
    ///
    /// - Throws: exit 64 where the provider sells no flex, and where it is asked for in two places.
    func terms(for settings: BatchSettings, at now: Timestamp) throws(CommandEnd) -> FlexTerms? {
        guard let terms = change.applied(to: stored, at: now) else {
            guard change.deadline == nil else { throw .usage("--tier-deadline needs --tier flex") }
            return nil
        }
        let name = Words.clean(settings.profile.name)
        guard let offer = settings.profile.flex else {
            throw .usage(
                "no flex tier of \(name) is known: leave --tier flex out (--tier standard where it was given before), or, if \(name) sells one, "
                    + #"say in providers.json where its requests name it: {"name": "\#(name)", "tier_member": "service_tier"}"#)
        }
        guard !settings.parameters.has(offer.path) else {
            throw .usage("\(offer.member) stands among the parameters, which never change under one name; give --tier, or it, not both")
        }
        return terms
    }
}

extension Parameters {
    fileprivate func has(_ path: [String]) -> Bool {
        guard let member = others[path[0]] else { return false }
        return path.count == 1 || member[path[1]] != nil
    }
}
