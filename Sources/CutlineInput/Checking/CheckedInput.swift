import CutlineCore
import SystemPackage

/// Input that was checked whole and is not hashed yet. Rows of manifests are read again when they are asked for: they are never all in memory.
package struct CheckedInput: Sendable {
    /// Different keys, after the limit.
    package let count: Int
    /// What was left out.
    package let skipped: Skipped
    /// What is wrong and was left out because that is what was asked for.
    package let faults: InputFaults
    /// Names that were taken for files written otherwise.
    package let notes: NameNotes
    /// Whether keys without a name of their own belong to files: such a key may be taken by another file.
    package let hasDefaultFileKeys: Bool
    /// Different keys, whatever the limit.
    package let distinct: Int
    fileprivate let keys: KeySet
    fileprivate let plan: InputPlan
    fileprivate let settings: BatchSettings
    /// First halves of the digests of keys that stand more than once.
    fileprivate let repeated: Set<UInt64>

    /// What each input is called in a queue; see `InputName`.
    package var inputNames: [[UInt8]] { plan.inputNames }

    /// Whether an entry of this key was met, be it beyond the limit.
    package func holds(_ key: String) -> Bool { keys.contains(key) }

    /// Whether an entry of an earlier run would have been left out of this input, if it was met.
    ///
    /// - Parameter name: its default key, or its picture as the user wrote it.
    package func excludes(_ name: String) -> Bool { Exclusion(plan.selection.exclude).covers(name) }

    /// Calls `body` with the items in the order of the inputs, each key once, `size` at a time.
    ///
    /// - Parameter report: hears of rows that were good when they were checked, and are not any more; they are left out.
    package func forEachChunk(of size: Int, report: InputReport? = nil, _ body: ([InputItem]) throws -> Void) throws {
        var chunk: [InputItem] = []
        chunk.reserveCapacity(size)
        var (seen, left) = (Set<KeyDigest>(), count)
        var walk = plan.walk(for: settings, faults: InputFaults(report: report, as: .gone, known: faults.rows))
        while left > 0, let located = try walk.next() {
            if !repeated.isEmpty, repeated.contains(KeyDigest.hash(located.item.key, seed: 1)) {
                guard seen.insert(KeyDigest(located.item.key)).inserted else { continue }
            }
            left -= 1
            chunk.append(located.item)
            guard chunk.count == size else { continue }
            try body(chunk)
            chunk.removeAll(keepingCapacity: true)
        }
        if !chunk.isEmpty { try body(chunk) }
    }
}

extension InputPlan {
    /// Reads and checks every row, and every key against all others, in 16 bytes each.
    ///
    /// - Parameters:
    ///   - isTold: whether the report hears of what is left out.
    ///   - progress: called now and then with the number of entries that were checked.
    package func checked(
        for settings: BatchSettings, isTold: Bool = true, progress: (Int) -> Void = { _ in }
    ) throws(InputError) -> CheckedInput {
        let report = isTold ? report : nil
        try refusePlaceholders(in: settings)
        var (ledger, count, hasDefaultFileKeys) = (KeyLedger(), 0, false)
        var walk = walk(for: settings, skipped: Skipped(report: report), faults: InputFaults(report: report))
        while let located = try walk.next() {
            ledger.note(located.item)
            hasDefaultFileKeys = hasDefaultFileKeys || located.item.belongsToFile
            count += 1
            if count % 1_000 == 0 { progress(count) }
        }
        var (skipped, faults) = (skipped, faults)
        skipped.add(walk.skipped)
        faults.add(walk.faults)
        if let refusal = faults.refusal(skippingBad: selection.skipsBad && count > 0) { throw refusal }
        var notes = notes
        notes.add(walk.nearby.notes)
        guard count > 0 else {
            throw InputError("nothing is left of the input\(skipped.description.map { " (\($0))" } ?? "; give it at least one picture")")
        }
        let (same, suspected, distinct) = ledger.repeats()
        if !suspected.isEmpty { try compare(suspected, for: settings) }
        return CheckedInput(
            count: min(distinct, selection.limit ?? .max), skipped: skipped, faults: faults, notes: notes,
            hasDefaultFileKeys: hasDefaultFileKeys, distinct: distinct, keys: ledger.keys, plan: self, settings: settings,
            repeated: same.union(suspected))
    }

    /// Only rows have columns.
    private func refusePlaceholders(in settings: BatchSettings) throws(InputError) {
        let batch = PromptTemplate(settings.prompt).firstColumn
        for source in sources {
            switch source {
            case .rows(let file):
                guard !file.form.hasColumns else { continue }
                try refuse(batch, file.name)
            case .items(let items):
                for item in items { try refuse(item.prompt.map { PromptTemplate($0).firstColumn } ?? batch, item.images[0].asGiven) }
            case .archive: break
            }
            let needsPrompt = if case .rows(let file) = source { !file.form.hasColumns } else { true }
            guard !needsPrompt || !settings.prompt.isEmpty else {
                throw InputError("there is no prompt for what is not a row of a manifest; give one with --prompt TEXT")
            }
        }
    }

    private func refuse(_ column: String?, _ name: String) throws(InputError) {
        guard let column else { return }
        throw InputError(
            "the prompt asks for {{\(column)}}, but \(name) has no columns; give a manifest (.jsonl or .csv) with a column \(column), or mend the prompt"
        )
    }

    /// Looks at the entries themselves where digests cannot tell.
    private func compare(_ suspected: Set<UInt64>, for settings: BatchSettings) throws(InputError) {
        var (first, comparison) = ([ExactText: Located](), ContentComparison())
        var (walk, differences) = (walk(for: settings), InputFaults(report: nil))
        while let located = try walk.next() {
            guard suspected.contains(KeyDigest.hash(located.item.key, seed: 1)) else { continue }
            guard let other = first[ExactText(located.item.key)] else {
                first[ExactText(located.item.key)] = located
                continue
            }
            if let difference = try comparison.difference(other, located) { try differences.note(difference, of: located.item.key) }
        }
        if let refusal = differences.refusal(skippingBad: false) { throw refusal }
    }

    fileprivate func walk(
        for settings: BatchSettings, skipped: Skipped = Skipped(), faults: InputFaults = InputFaults(report: nil)
    ) -> InputWalk {
        InputWalk(
            sources: sources[...], inputs: inputOfSource[...], settings: settings, stated: stated, folder: folder,
            exclusion: Exclusion(selection.exclude), skipped: skipped, faults: faults)
    }
}

/// Reads all sources, one after the other.
private struct InputWalk {
    var sources: ArraySlice<InputSource>
    /// Which input each of them is of.
    var inputs: ArraySlice<Int>
    let settings: BatchSettings
    let stated: StatedRequest?
    let folder: FilePath
    let exclusion: Exclusion
    /// What rows named and was left out.
    private(set) var skipped: Skipped
    /// Rows that cannot be used.
    private(set) var faults: InputFaults
    let nearby = NearbyNames()
    private var reader: SourceReader?
    private var input = 0

    init(
        sources: ArraySlice<InputSource>, inputs: ArraySlice<Int>, settings: BatchSettings, stated: StatedRequest?, folder: FilePath,
        exclusion: Exclusion, skipped: Skipped, faults: InputFaults
    ) {
        (self.skipped, self.faults) = (skipped, faults)
        self.sources = sources
        self.inputs = inputs
        self.settings = settings
        self.stated = stated
        self.folder = folder
        self.exclusion = exclusion
    }

    mutating func next() throws(InputError) -> Located? {
        while true {
            if var located = try reader?.next() {
                located.item.input = input
                return located
            }
            if let reader { (skipped, faults) = (reader.skipped, reader.faults) }
            reader = nil
            guard let source = sources.popFirst() else { return nil }
            input = inputs.popFirst() ?? input
            reader = try SourceReader(source, filler: filler(of: source), skipped: skipped, faults: faults)
        }
    }

    private func filler(of source: InputSource) -> RowFiller {
        let base = if case .rows(let file) = source { file.folder } else { folder }
        return RowFiller(
            finder: PictureFinder(base: base, naming: .listed, exclusion: exclusion, nearby: nearby), settings: settings, stated: stated)
    }
}

extension InputItem {
    fileprivate var belongsToFile: Bool {
        guard !hasOwnKey, case .file = images[0].source else { return false }
        return true
    }
}
