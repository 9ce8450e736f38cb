import CutlineCore
import CutlinePictures
import CutlineProvider
import CutlineQueue

/// What `doctor` found out about one thing.
struct DoctorFinding: Hashable {
    enum Level: String {
        case ok, warning, problem
    }

    var level: Level
    /// What was looked at.
    var check: String
    /// What is so, and what to do about it.
    var message: String
    /// The queue itself is not as it must be.
    var isDamage = false
}

/// The examination of a queue. It reads and changes nothing.
struct CheckUp {
    let reader: QueueReader
    let isOffline: Bool
    let network: NetworkOptions
    let environment: Environment

    private static let patience = Duration.seconds(5)

    func findings() async throws -> [DoctorFinding] {
        var findings = try store() + invariants() + budgets() + lanes() + workers() + [rescueFile()]
        if let finding = await pictures() { findings.append(finding) }
        for (profile, isNeeded) in try profiles() {
            findings.append(try key(of: profile, isNeeded: isNeeded))
            if let finding = route(to: profile) { findings.append(finding) }
            if let finding = await reachability(of: profile) { findings.append(finding) }
        }
        return findings
    }

    private func store() throws -> [DoctorFinding] {
        try reader.health().map { finding in
            let level: DoctorFinding.Level =
                switch finding.level {
                case .fine: .ok
                case .warning: .warning
                case .damage: .problem
                }
            return DoctorFinding(level: level, check: finding.check, message: finding.message, isDamage: finding.level == .damage)
        }
    }

    /// Found out by preparing a small sample of each type.
    private func pictures() async -> DoctorFinding? {
        guard let plan = PreparingOptions.plan(in: environment) else { return nil }
        do throws(PreparationTrouble) {
            guard let made = try await Darkrooms(plan).examine() else {
                return DoctorFinding(
                    level: .ok, check: "pictures",
                    message: "sent as they are; to have HEIC, TIFF and the like turned into JPEG install libvips: apt-get install libvips42"
                )
            }
            let types = made.formats.map { $0.rawValue.uppercased() }.joined(separator: " ")
            let walls = made.isConfined ? "confined (seccomp)" : "not confined: the kernel refuses seccomp here"
            return DoctorFinding(level: .ok, check: "pictures", message: "libvips \(made.version); \(types); \(walls)")
        } catch {
            return DoctorFinding(level: .warning, check: "pictures", message: "\(error.words)")
        }
    }

    private func invariants() throws -> [DoctorFinding] {
        let violations = try reader.violations()
        guard !violations.isEmpty else { return [DoctorFinding(level: .ok, check: "invariants", message: "recounted, all hold")] }
        return violations.map {
            DoctorFinding(
                level: .problem, check: "invariants", message: "\($0); keep a copy (`cutline backup FILE`) and report it", isDamage: true)
        }
    }

    private func budgets() throws -> [DoctorFinding] {
        try reader.batches().flatMap { batch in try budget(of: batch) }
    }

    private func budget(of batch: Batch) throws -> [DoctorFinding] {
        guard let terms = batch.terms, let status = try reader.batchStatuses(in: .batch(batch.id)).first else { return [] }
        let check = "budget of \(Words.clean(status.name))"
        let said = BudgetText.notes(status).joined()
        let need = terms.need(CallSize(promptBytes: batch.settings.prompt.utf8.count, images: 1))
        guard status.remaining > 0, !terms.budget.covers(status.committed + need) else {
            return [DoctorFinding(level: .ok, check: check, message: said)]
        }
        let flag = terms.budget.coversCost(of: status.committed + need) ? "--max-tokens-total" : "--max-cost"
        return [
            DoctorFinding(
                level: .warning, check: check,
                message:
                    "\(said); used up, and \(Words.count(status.count(.queued), "job")) wait; raise \(flag), or lift it with \(flag) none")
        ]
    }

    private func lanes() throws -> [DoctorFinding] {
        let now = environment.now()
        return try reader.laneStatuses().flatMap { status in
            let models = status.lane.pausedModels.map { finding("lane \($0.subject(in: status.name))", $0) }
            return [lane(status, at: now)] + models
        }
    }

    private func lane(_ status: LaneStatus, at now: Timestamp) -> DoctorFinding {
        let check = "lane \(Words.clean(status.name))"
        switch status.lane.closedReason(at: now) {
        case nil, .slots?, .budget?:
            if let limit = status.usedUpLimit(at: now) {
                return DoctorFinding(level: .warning, check: check, message: "\(limit.text); it goes on by itself")
            }
            let told = LimitText.list(status.lane.limits).map { "; \($0)" } ?? ""
            return DoctorFinding(level: .ok, check: check, message: "open; \(Words.count(status.lane.inFlight, "call")) in flight\(told)")
        case .paused(let pause)?: return finding(check, pause)
        case .outage(let outage)?:
            return DoctorFinding(level: .warning, check: check, message: "\(outage.words(of: status.name, at: now)); it goes on by itself")
        case .until(let time, let wait)?:
            let why = wait == .secondLook ? "a refusal is looked at again" : "the provider asked for it"
            return DoctorFinding(level: .warning, check: check, message: "waits until \(time.iso8601), for \(why); it goes on by itself")
        }
    }

    private func finding(_ check: String, _ pause: Pause) -> DoctorFinding {
        DoctorFinding(
            level: .warning, check: check, message: "paused (\(pause.kind.rawValue)): \(pause.message) (to go on: \(pause.advice))")
    }

    private func workers() throws -> [DoctorFinding] {
        let workers = try reader.workerHealth()
        guard !workers.isEmpty else { return [DoctorFinding(level: .ok, check: "workers", message: "none at work")] }
        return workers.map { health in
            let check = "worker \(health.worker.pid) on \(health.worker.host)"
            switch health.life {
            case .alive: return DoctorFinding(level: .ok, check: check, message: "alive, since \(health.worker.startedAt.iso8601)")
            case .dead:
                return DoctorFinding(level: .warning, check: check, message: "dead; `cutline work` takes its jobs back")
            case .unclear where health.worker.host != environment.host:
                return DoctorFinding(
                    level: .ok, check: check, message: "works on another host; last heard of at \(health.worker.seenAt.iso8601)")
            case .unclear:
                return DoctorFinding(
                    level: .warning, check: check,
                    message: "its lock file is missing; `cutline work` takes its jobs back when their time is up")
            }
        }
    }

    private func rescueFile() -> DoctorFinding {
        guard let file = reader.rescueFile else { return DoctorFinding(level: .ok, check: "rescue file", message: "none") }
        let message = "\(environment.shortName(of: file)) holds answers that the queue could not take; `cutline work` brings them in"
        var replayed = Replayed()
        replayed.unreadable = (try? reader.unreadableRescueLines()) ?? []
        let kept = RunText.kept(replayed).map { ", but \($0)" } ?? ""
        return DoctorFinding(level: .warning, check: "rescue file", message: message + kept)
    }

    /// Those of the batches, once each, and whether jobs wait for them.
    private func profiles() throws -> [(Profile, isNeeded: Bool)] {
        let waiting = Set(try reader.batchStatuses().filter { $0.count(.queued) + $0.count(.running) > 0 }.map(\.id))
        var profiles: [(Profile, isNeeded: Bool)] = []
        let own = try reader.batches().map { ($0.settings.profile, $0.id) }
        let elsewhere = try reader.routes().filter(\.isInUse).map { ($0.profile, $0.batch) }
        for (profile, batch) in own + elsewhere {
            var profile = profile
            // They differ from batch to batch, and from model to model.
            (profile.listedPrices, profile.prices) = (nil, nil)
            let isNeeded = waiting.contains(batch)
            if let known = profiles.firstIndex(where: { $0.0 == profile }) {
                profiles[known].isNeeded = profiles[known].isNeeded || isNeeded
            } else {
                profiles.append((profile, isNeeded))
            }
        }
        return profiles
    }

    private func key(of profile: Profile, isNeeded: Bool) throws -> DoctorFinding {
        let check = "key of \(profile.name)"
        guard let variable = profile.apiKeyEnv else { return DoctorFinding(level: .ok, check: check, message: "none needed") }
        if try KeyRing(environment, file: nil, network: network).key(for: profile) != nil {
            return DoctorFinding(level: .ok, check: check, message: "\(variable) is set")
        }
        guard profile.auth.isRequired else {
            return DoctorFinding(level: .ok, check: check, message: "\(variable) is not set; none is needed")
        }
        let advice = "\(variable) is not set; export \(variable)=…, or give --api-key-file PATH to `cutline work`"
        return DoctorFinding(
            level: isNeeded ? .problem : .warning, check: check, message: isNeeded ? "\(advice): jobs wait for it" : advice)
    }

    /// Which proxy and which authorities, and who says so.
    private func route(to profile: Profile) -> DoctorFinding? {
        guard profile.baseURL != nil else { return nil }
        let (check, routes) = ("way to \(profile.name)", network.routes(in: environment))
        do throws(NetworkRouteProblem) {
            try routes.check(profile)
            return DoctorFinding(level: .ok, check: check, message: try routes.route(of: profile).words)
        } catch { return DoctorFinding(level: .problem, check: check, message: "\(error)") }
    }

    private func reachability(of profile: Profile) async -> DoctorFinding? {
        guard !isOffline, profile.baseURL != nil else { return nil }
        let check = "provider \(profile.name)"
        switch await ProviderClient.reach(profile, routes: network.routes(in: environment), timeout: Self.patience) {
        case .success(let status) where status < 500:
            return DoctorFinding(level: .ok, check: check, message: "answers")
        case .success(let status):
            return DoctorFinding(level: .warning, check: check, message: "answers with status \(status); try again later")
        case .failure(let failure):
            return DoctorFinding(
                level: .problem, check: check, message: "\(failure.reason); check the network and the profile's base_url, or give --offline"
            )
        }
    }
}
