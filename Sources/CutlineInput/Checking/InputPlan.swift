import CutlineCore
import SystemPackage

/// Which part of the input is meant.
package struct InputSelection: Sendable {
    /// Globs, as in `Exclusion`.
    package var exclude: [String]
    /// The first so many entries.
    package var limit: Int?
    /// Whether what is named by itself and cannot be used is left out, instead of refusing all.
    package var skipsBad: Bool

    package init(exclude: [String] = [], limit: Int? = nil, skipsBad: Bool = false) {
        self.exclude = exclude
        self.limit = limit
        self.skipsBad = skipsBad
    }
}

/// What the inputs name, found; rows of manifests are not read yet.
package struct InputPlan: Sendable {
    package let jobFile: JobFile?
    /// The job file's `batch`, else the last part of the first input.
    package let batchName: String
    /// What the first line of a manifest in the OpenAI batch form asks of the whole batch.
    package let stated: StatedRequest?
    let sources: [InputSource]
    /// Which input each of them is of.
    let inputOfSource: [Int]
    let inputNames: [[UInt8]]
    let skipped: Skipped
    /// Of what was named outside of manifests and lists.
    let faults: InputFaults
    let selection: InputSelection
    let folder: FilePath
    package let report: InputReport
    /// Of what was named outside of manifests and lists.
    let notes: NameNotes

    /// Finds what the inputs name, relative to `folder` (absolute). `-` is copied to a file in `temporaryFolder`.
    ///
    /// - Parameter report: hears of what was seen and is not sent.
    package static func read(
        _ inputs: [String], from folder: FilePath, selection: InputSelection = InputSelection(),
        standardInput: FileDescriptor = .standardInput,
        temporaryFolder: FilePath = "/tmp", report: InputReport = InputReport()
    ) throws(InputError) -> InputPlan {
        guard let first = inputs.first else { throw InputError("there is no input; name a folder, a picture or a job file") }
        var reader = InputReader(
            folder: folder, naming: inputs.count > 1 ? .amongSeveral : .alone, exclusion: Exclusion(selection.exclude),
            standardInput: standardInput, temporaryFolder: temporaryFolder, report: report)
        var inputOfSource: [Int] = []
        for (index, input) in inputs.enumerated() {
            do throws(InputError) { try reader.add(input) } catch { try reader.faults.note(error, of: input) }
            inputOfSource += Array(repeating: index, count: reader.takeSources().count - inputOfSource.count)
        }
        let sources = reader.takeSources()
        // Without its job file, or with nothing left, there is no telling what was meant.
        if let refusal = reader.faults.refusal(skippingBad: !sources.isEmpty) { throw refusal }
        guard !sources.isEmpty || reader.skipped.excluded > 0 else {
            throw InputError("\(first) names no picture; add `images` or `jobs` to it, or name a folder")
        }
        return InputPlan(
            jobFile: reader.jobFile, batchName: reader.jobFile?.batch ?? batchName(reader.names.first ?? first, folder),
            stated: try stated(by: sources), sources: sources, inputOfSource: inputOfSource,
            inputNames: InputName.all(of: reader.names, from: folder), skipped: reader.skipped, faults: reader.faults, selection: selection,
            folder: folder, report: report, notes: reader.nearby.notes)
    }

    /// Whether there are rows, which may bring prompts of their own.
    package var hasRows: Bool {
        sources.contains { if case .rows(let file) = $0 { file.form.hasColumns } else { false } }
    }

    /// Whether some of it stands in files of its own, as rows or as a list.
    package var hasLists: Bool { sources.contains { if case .rows = $0 { true } else { false } } }

    private static func stated(by sources: [InputSource]) throws(InputError) -> StatedRequest? {
        for case .rows(let file) in sources where file.form == .jsonLines {
            var reader = LineReader(file)
            while let (place, bytes) = try reader.next() {
                // A line that is no good is named with all the others.
                guard let value = try? SourceReader.value(of: bytes, at: place) else { continue }
                guard BatchLine.isMeant(by: JSONCursor(value)) else { break }
                if let line = try? BatchLine(JSONCursor(value), at: place) { return line.stated }
            }
        }
        return nil
    }

    private static func batchName(_ input: String, _ folder: FilePath) -> String {
        if input == "-" { return "stdin" }
        if WebAddress.isMeant(by: input) { return WebAddress.lastPart(input) }
        let path = folder.pushing(FilePath(input)).lexicallyNormalized()
        return path.lastComponent.map { FilePath(root: nil, [$0]).text } ?? path.text
    }
}

/// Collects what the inputs name, one after the other.
private struct InputReader {
    let folder: FilePath
    let naming: KeyNaming
    let exclusion: Exclusion
    let standardInput: FileDescriptor
    let temporaryFolder: FilePath
    var jobFile: JobFile?
    var skipped: Skipped
    var faults: InputFaults
    private var sources: [InputSource] = []
    private var items: [InputItem] = []
    let nearby = NearbyNames()
    /// The inputs, as their files are called.
    private(set) var names: [String] = []
    private var hasReadStandardInput = false

    init(
        folder: FilePath, naming: KeyNaming, exclusion: Exclusion, standardInput: FileDescriptor, temporaryFolder: FilePath,
        report: InputReport
    ) {
        (skipped, faults) = (Skipped(report: report), InputFaults(report: report))
        self.folder = folder
        self.naming = naming
        self.exclusion = exclusion
        self.standardInput = standardInput
        self.temporaryFolder = temporaryFolder
    }

    mutating func add(_ input: String) throws(InputError) {
        let input = meant(by: input)
        names.append(input)
        switch try InputKind(input, from: folder) {
        case .pictures:
            let finder = PictureFinder(base: folder, naming: naming, exclusion: exclusion, nearby: nearby)
            do throws(InputError) { try add(input, finder) } catch { throw error.ofOneEntry }
        case .jobFile(let path): try addJobFile(path, input)
        case .rows(let path, let form):
            add(try RowFile(path, name: input, form: form, currentFolder: folder, temporaryFolder: temporaryFolder))
        case .standardInput:
            guard !hasReadStandardInput else { throw InputError("`-` is given twice; stdin can be read once") }
            hasReadStandardInput = true
            add(try RowFile(spooling: standardInput, folder: folder, temporaryFolder: temporaryFolder))
        }
    }

    /// The input as its file is called.
    private func meant(by input: String) -> String {
        let given = FilePath(input)
        guard !input.isEmpty, !input.utf8.contains(0), !WebAddress.isMeant(by: input), !GlobPattern.hasWildcards(given.bytes) else {
            return input
        }
        guard !input.utf8.elementsEqual("-".utf8), FileFacts.isMissing(folder.pushing(given)) else { return input }
        return nearby.path(meantBy: input, in: folder).map { String(decoding: $0) } ?? input
    }

    mutating func takeSources() -> [InputSource] {
        if !items.isEmpty { sources.append(.items(items)) }
        items = []
        return sources
    }

    private mutating func add(_ file: RowFile) {
        sources = takeSources() + [.rows(file)]
    }

    /// Archives that a glob names beside pictures come behind them.
    private mutating func add(_ text: String, _ finder: PictureFinder) throws(InputError) {
        var archives: [Archive] = []
        try finder.find(text, into: &items, archives: &archives, skipped: &skipped)
        if !archives.isEmpty { sources = takeSources() + archives.map { .archive($0) } }
    }

    private mutating func addJobFile(_ path: FilePath, _ input: String) throws(InputError) {
        if let jobFile { throw InputError("\(input) is a second job file beside \(jobFile.path.text); name one job file at a time") }
        let file = try JobFile.read(path, asGiven: input)
        jobFile = file
        let finder = PictureFinder(base: file.folder, naming: .listed, exclusion: exclusion, nearby: nearby)
        for (index, image) in file.images.enumerated() {
            do throws(InputError) {
                try add(image, finder)
            } catch {
                try note(error, "images[\(index)]", of: input)
            }
        }
        for (index, job) in file.jobs.enumerated() {
            do throws(InputError) {
                if let item = try item(of: job, "jobs[\(index)]", finder, input) { items.append(item) }
            } catch {
                try faults.note(error.ofOneEntry, of: "\(input), jobs[\(index)]")
            }
        }
    }

    private mutating func note(_ error: InputError, _ path: String, of input: String) throws(InputError) {
        try faults.note(error.at(path, of: input).ofOneEntry, of: "\(input), \(path)")
    }

    /// Nil where one of its pictures is excluded.
    private mutating func item(
        of job: JobFile.Job, _ path: String, _ finder: PictureFinder, _ input: String
    ) throws(InputError) -> InputItem? {
        var found: [InputItem] = []
        let excludedBefore = skipped.excluded
        for (index, image) in job.images.enumerated() {
            do throws(InputError) {
                try finder.find(image, into: &found, skipped: &skipped)
            } catch {
                throw error.at("\(path).images[\(index)]", of: input)
            }
        }
        guard skipped.excluded == excludedBefore else { return nil }
        let images = found.flatMap(\.images)
        guard job.key != nil || images.count == 1 else {
            throw InputError("a job with several images needs a key").at(path, of: input)
        }
        return InputItem(
            key: job.key ?? found[0].key, hasOwnKey: job.key != nil, image: images[0], others: Array(images.dropFirst()), prompt: job.prompt
        )
    }
}
