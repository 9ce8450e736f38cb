import CutlineCore
import CutlineInput
import CutlineProvider
import CutlineQueue

/// What a run would send and cost, as far as that can be known before.
struct CostForecast {
    struct Pictures: Hashable {
        var count = 0
        var bytes: Int64 = 0
        /// Of those whose header says it.
        var pixels: Int64 = 0
        var unsized = 0
    }

    enum PriceSource: String {
        /// The user's own.
        case profile
        /// The provider's list of models.
        case list
    }

    /// Pictures that would not be sent as they are.
    struct Prepared: Hashable {
        fileprivate(set) var reasons: [PreparationReason: Int] = [:]
        /// Of what the pictures as they are may come to, at least.
        fileprivate(set) var savedTokens = 0
        /// Of the files, and not of the requests.
        fileprivate(set) var savedBytes: Int64 = 0

        var count: Int { reasons.values.reduce(0, +) }
    }

    let settings: BatchSettings
    /// Entries of the input.
    let entries: Int
    let added: Added
    /// Those of the jobs to send that are not in the queue.
    let new: Int
    /// Jobs whose picture is cut off, which are not sent.
    let damaged: Int
    /// What other batches have captions for, of this input.
    let elsewhere: CaptionsElsewhere
    /// Jobs of the batch that wait in the queue and are not of this input. They are in none of the sums.
    let waitingElsewhere: Int
    private(set) var tokens = TokenEstimate()
    /// Bodies of requests, with pictures as base64.
    private(set) var bodyBytes: Int64 = 0
    /// Those that are files.
    private(set) var files: [PictureFormat: Pictures] = [:]
    /// Pictures on the web. Their size is not known.
    private(set) var addresses = 0
    private(set) var prepared = Prepared()
    let rule: ImageTokens
    /// At which the calls would be asked.
    let tier: ServiceTier
    private(set) var price: (price: Price, source: PriceSource)?
    /// What the provider's list has against the model.
    private(set) var warning: String?
    /// Why the list could not be had, where it was asked for, or would have been with a key.
    private(set) var listMissing: String?

    /// Reads the pictures; writes and sends nothing.
    init(_ adding: Adding) throws {
        settings = adding.settings
        rule = ImageTokens(model: settings.model)
        tier = adding.tier
        var toSend = Sending(settings: settings, rule: rule, isMended: adding.mends ?? (settings.profile.images.prepare != .never))
        let (rehearsal, queued) = try adding.rehearsal { for draft in $0 { toSend.add(draft) } }
        entries = adding.input.count
        added = rehearsal.added
        damaged = rehearsal.damaged.new + rehearsal.damaged.waiting
        new = added.new - rehearsal.spared.new - rehearsal.damaged.new
        elsewhere = rehearsal.elsewhere
        waitingElsewhere = rehearsal.waitingElsewhere(queued: queued)
        (tokens, bodyBytes, files, addresses) = (toSend.tokens, toSend.bodyBytes, toSend.files, toSend.addresses)
        prepared = toSend.prepared
    }

    /// The user's price, else the list's, else what it was when the batch was last run.
    mutating func findPrice(keys: KeyRing, isOffline: Bool, patience: Duration) async {
        let profile = settings.profile
        if let price = profile.prices?[settings.model] { return self.price = (price, .profile) }
        if !isOffline, profile.models != nil {
            let answer = await ModelLookup.ask(profile, keys: keys, patience: patience)
            if case .missing(let reason) = answer { listMissing = reason }
            let list = answer.list
            warning = list.flatMap { ModelText.warning(of: settings.model, at: profile.name, in: $0) }
            if let price = list?[settings.model]?.price { return self.price = (price, .list) }
        }
        price = profile.listedPrices?[settings.model].map { ($0, .list) }
    }

    /// Nil where no price is known.
    var cost: (low: Money, high: Money?)? { cost(.whole) }

    /// If every answer is served at flex; nil where that is not asked for, or no price of it is known.
    var flexCost: (low: Money, high: Money?)? {
        guard tier == .flex, let part = settings.profile.flexPriceFactor else { return nil }
        return cost(part)
    }

    private func cost(_ part: PriceFactor) -> (low: Money, high: Money?)? {
        price.flatMap { tokens.cost(at: $0.price, maxTokens: settings.parameters.answerLimit, factor: part) }
    }
}

/// Adds up what is to be sent.
private struct Sending {
    let settings: BatchSettings
    let rule: ImageTokens
    let isMended: Bool
    var prepared = CostForecast.Prepared()
    var tokens = TokenEstimate()
    var bodyBytes: Int64 = 0
    var files: [PictureFormat: CostForecast.Pictures] = [:]
    var addresses = 0

    mutating func add(_ draft: JobDraft) {
        let prompt = draft.prompt ?? settings.prompt
        let request = CaptionRequest(
            model: settings.model, system: settings.system, prompt: prompt, images: draft.images, parameters: settings.parameters)
        bodyBytes += request.bodyLength(for: settings.profile)
        tokens.add(texts: [prompt] + (settings.system.map { [$0] } ?? []), images: draft.images.map { add($0) })
    }

    private mutating func add(_ image: ImageSource) -> ClosedRange<Int> {
        var size: PictureSize?
        switch image {
        case .url: addresses += 1
        case .file(let file):
            size = PictureSize(headerOf: file.path, file.slice)
            files[file.format, default: .init()].add(bytes: file.byteCount, size: size)
            size = sent(file, size)
        }
        return rule.range(of: size, detail: settings.parameters.detail)
    }
}

extension Sending {
    private static let headerLength = 64 << 10

    /// Its size as it is sent; what its preparation saves is noted.
    private mutating func sent(_ file: PictureFile, _ size: PictureSize?) -> PictureSize? {
        // What cannot be read is said when it is to be sent.
        let header = (try? PictureBytes.read(file.path, file.slice, first: Self.headerLength)) ?? []
        var facts = PictureFacts(header: header)
        facts.size = size
        guard
            let reason = header.withUnsafeBytes({ settings.reasonToPrepare(file, header: $0, facts, isMended: isMended) })
        else { return size }
        prepared.reasons[reason, default: 0] += 1
        guard let size else { return nil }
        let fitted = settings.preparedSize(of: file, size)
        let detail = settings.parameters.detail
        prepared.savedTokens += max(0, rule.range(of: size, detail: detail).lowerBound - rule.range(of: fitted, detail: detail).upperBound)
        let bytes = settings.preparedBytes(of: file, fitted)
        prepared.savedBytes += file.byteCount - bytes
        bodyBytes += ((bytes + 2) / 3 - (file.byteCount + 2) / 3) * 4
        return fitted
    }
}

extension CostForecast.Pictures {
    fileprivate mutating func add(bytes: Int64, size: PictureSize?) {
        count += 1
        self.bytes += bytes
        guard let size else { return unsized += 1 }
        // A damaged header may claim any size.
        let (area, isTooLarge) = Int64(size.width).multipliedReportingOverflow(by: Int64(size.height))
        let (sum, overflows) = pixels.addingReportingOverflow(area)
        if isTooLarge || overflows { unsized += 1 } else { pixels = sum }
    }
}
