import CutlineCore
import SystemPackage

/// A job file, checked against its contract: unknown keys, wrong types and values out of range are refused with the path of the key.
package struct JobFile: Sendable {
    package enum ProviderChoice: Sendable {
        /// A profile's name.
        case named(String)
        /// A profile written out, or one that extends the profile of its name.
        case inline(JSONCursor)
    }

    package struct Job: Sendable {
        package var key: String?
        package var images: [String]
        package var prompt: String?
    }

    /// Another provider for what failed for good before it.
    package struct Fallback: Sendable {
        package var provider: ProviderChoice
        package var model: String
        /// Nil: as the profile or the provider's list knows it.
        package var price: Price?
        /// `fallback[0]`
        package var path: String
    }

    /// Absolute.
    package let path: FilePath
    package let batch: String?
    package let provider: ProviderChoice?
    package let model: String?
    package let system: String?
    package let prompt: String?
    package let parameters: Parameters
    /// `stream` among the parameters; it is not part of what a caption is.
    package let streams: Bool?
    package let limits: Limits
    package let budget: BudgetChange
    package let checks: JobFileChecks
    /// In the order in which they are asked.
    package let fallback: [Fallback]
    /// Of the jobs that are added.
    package let priority: Priority?
    /// At which answers are bought.
    package let tier: ServiceTier?
    /// What becomes of its pictures.
    package let preparing: PreparationWish
    package let images: [String]
    package let jobs: [Job]

    /// Paths in it are relative to this folder.
    package var folder: FilePath { path.removingLastComponent() }

    /// Reads the job file at `path`, which is absolute; messages call it as the user did.
    package static func read(_ path: FilePath, asGiven name: String) throws(InputError) -> JobFile {
        let bytes: [UInt8]
        do throws(Errno) {
            bytes = try FileDescriptor.contents(of: path)
        } catch {
            throw InputError("the job file \(name) cannot be read: \(error)")
        }
        if let fault = TextFault(in: bytes) { throw InputError("the job file \(name) \(fault.reason)") }
        let value: JSONValue
        do throws(JSONSyntaxError) {
            value = try JSONValue(parsing: bytes)
        } catch {
            throw InputError("the job file \(name) is not JSON, line \(error.line), column \(error.column): \(error.reason)")
        }
        if let sentence = KnownJSON.sentence(for: value, named: name) { throw InputError(sentence) }
        do throws(InvalidValue) {
            return try JobFile(path: path, json: JSONCursor(value))
        } catch {
            throw InputError("the job file \(name) cannot be used, \(error.path.isEmpty ? "as a whole" : error.path): \(error.reason)")
        }
    }

    private static let keys = [
        "batch", "provider", "model", "system", "prompt", "parameters", "limits", "budget", "checks", "fallback", "priority", "tier",
        "prepare", "images", "jobs",
    ]

    private init(path: FilePath, json: JSONCursor) throws(InvalidValue) {
        _ = try json.members(allowed: Self.keys)
        self.path = path
        batch = try json["batch"]?.nonEmptyString()
        provider = try Self.provider(json["provider"])
        model = try json["model"]?.nonEmptyString()
        system = try json["system"]?.string()
        prompt = try json["prompt"]?.nonEmptyString()
        (parameters, streams) = try Self.parameters(json["parameters"])
        limits = try Self.limits(json["limits"])
        budget = try Self.budget(json["budget"])
        checks = try JobFileChecks(json: json["checks"])
        fallback = try Fallback.list(json["fallback"])
        priority = try Self.priority(json["priority"])
        tier = try Self.tier(json["tier"])
        preparing = try PreparationWish(json: json["prepare"])
        images = try Self.texts(json["images"])
        var jobs: [Job] = []
        for job in try json["jobs"]?.items() ?? [] { jobs.append(try Job(json: job)) }
        self.jobs = jobs
    }

    static func provider(_ member: JSONCursor?) throws(InvalidValue) -> ProviderChoice? {
        guard let member else { return nil }
        switch member.value {
        case .string: return .named(try member.nonEmptyString())
        case .object:
            // Whatever it extends, its own members must be right.
            _ = try Profile(json: member, extending: nil)
            return .inline(member)
        case .null, .bool, .integer, .number, .array: throw member.invalid("expected the name of a profile, or a profile")
        }
    }

    private static func parameters(_ member: JSONCursor?) throws(InvalidValue) -> (Parameters, streams: Bool?) {
        guard let member else { return (Parameters(), nil) }
        var members = try member.object()
        let streams = try member["stream"]?.bool()
        members["stream"] = nil
        return (try Parameters(json: JSONCursor(.object(members), path: member.path)), streams)
    }

    private static func limits(_ member: JSONCursor?) throws(InvalidValue) -> Limits {
        guard let member else { return Limits() }
        return try Limits(json: member)
    }

    /// JSON null lifts a cap that an earlier run gave.
    private static func budget(_ member: JSONCursor?) throws(InvalidValue) -> BudgetChange {
        guard let member else { return BudgetChange() }
        _ = try member.members(allowed: ["max_cost", "max_tokens_total"])
        var change = BudgetChange()
        if let cap = member["max_cost"] {
            change.maxCost = cap.value == .null ? BudgetChange.Cap.none : .at(try dollars(cap))
        }
        if let cap = member["max_tokens_total"] {
            change.maxTokens = cap.value == .null ? BudgetChange.Cap.none : .at(try cap.positiveInt())
        }
        return change
    }

    private static func priority(_ member: JSONCursor?) throws(InvalidValue) -> Priority? {
        guard let member else { return nil }
        let word = try member.string()
        if let priority = Priority(word: word) { return priority }
        let near = Nearest.to(word, among: Priority.words).map { "; did you mean \($0)?" } ?? ""
        throw member.invalid("expected one of \(Priority.words.joined(separator: ", "))\(near)")
    }

    private static func tier(_ member: JSONCursor?) throws(InvalidValue) -> ServiceTier? {
        guard let member else { return nil }
        guard let tier = ServiceTier(rawValue: try member.string()) else {
            throw member.invalid("expected one of \(ServiceTier.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return tier
    }

    private static func dollars(_ member: JSONCursor) throws(InvalidValue) -> Money {
        guard let amount = Money(dollars: try member.positiveDouble()), amount > .zero else {
            throw member.invalid("expected an amount of US dollars")
        }
        return amount
    }

    fileprivate static func texts(_ member: JSONCursor?) throws(InvalidValue) -> [String] {
        var texts: [String] = []
        for item in try member?.items() ?? [] { texts.append(try item.nonEmptyString()) }
        return texts
    }
}

extension JobFile.Job {
    fileprivate init(json: JSONCursor) throws(InvalidValue) {
        _ = try json.members(allowed: ["key", "images", "prompt"])
        key = try json["key"]?.nonEmptyString()
        prompt = try json["prompt"]?.nonEmptyString()
        images = try JobFile.texts(json["images"])
        guard !images.isEmpty else { throw json["images"]?.invalid("names no picture") ?? json.invalid("a job needs images") }
        guard key != nil || (images.count == 1 && prompt == nil) else {
            throw json.invalid("a job with several images or a prompt of its own needs a key")
        }
    }
}

extension FileDescriptor {
    /// The whole of a regular file.
    static func contents(of path: FilePath) throws(Errno) -> [UInt8] {
        let descriptor = try openForReading(path)
        defer { descriptor.closeAfterReading() }
        let facts = try FileFacts(descriptor: descriptor)
        guard facts.kind == .regular else { throw facts.kind == .folder ? .isDirectory : .invalidArgument }
        var bytes = [UInt8](repeating: 0, count: Int(facts.stamp.size))
        var failure: Errno?
        let count = bytes.withUnsafeMutableBytes { buffer -> Int in
            do throws(Errno) {
                return try descriptor.fill(buffer)
            } catch {
                failure = error
                return 0
            }
        }
        if let failure { throw failure }
        bytes.removeSubrange(count...)
        return bytes
    }
}
