import CutlineCore
import SystemPackage

/// Everything that the inputs name, checked whole and not hashed yet.
package struct InputPlan: Sendable {
    package let jobFile: JobFile?
    /// The job file's `batch`, else the last part of the first input.
    package let batchName: String
    /// In the order of the inputs; keys are unique.
    package let items: [InputItem]
    /// What folders held besides.
    package let skipped: Skipped

    /// Reads the inputs, which are relative to `folder` (absolute).
    package static func read(_ inputs: [String], from folder: FilePath) throws(InputError) -> InputPlan {
        guard let first = inputs.first else { throw InputError("there is no input; name a folder, a picture or a job file") }
        var reader = InputReader(folder: folder, naming: inputs.count > 1 ? .amongSeveral : .alone)
        for input in inputs { try reader.add(input) }
        guard !reader.items.isEmpty else { throw InputError("\(first) names no picture; add `images` or `jobs` to it, or name a folder") }
        return InputPlan(
            jobFile: reader.jobFile, batchName: reader.jobFile?.batch ?? batchName(first, folder),
            items: try reader.items.withoutRepeats(), skipped: reader.skipped)
    }

    private static func batchName(_ input: String, _ folder: FilePath) -> String {
        if WebAddress.isMeant(by: input) { return WebAddress.lastPart(input) }
        let path = folder.pushing(FilePath(input)).lexicallyNormalized()
        return path.lastComponent.map { FilePath(root: nil, [$0]).text } ?? path.text
    }
}

/// Collects what the inputs name, one after the other.
private struct InputReader {
    let folder: FilePath
    let naming: KeyNaming
    var jobFile: JobFile?
    var items: [InputItem] = []
    var skipped = Skipped()

    init(folder: FilePath, naming: KeyNaming) {
        self.folder = folder
        self.naming = naming
    }

    mutating func add(_ input: String) throws(InputError) {
        switch InputKind(input, from: folder) {
        case .pictures: try PictureFinder(base: folder, naming: naming).find(input, into: &items, skipped: &skipped)
        case .jobFile(let path): try addJobFile(path, input)
        case .manifest: throw InputError("the manifest \(input) cannot be read yet; name a folder, pictures or a .json job file")
        case .standardInput: throw InputError("a list on stdin (-) cannot be read yet; name a folder, pictures or a .json job file")
        }
    }

    private mutating func addJobFile(_ path: FilePath, _ input: String) throws(InputError) {
        if let jobFile { throw InputError("\(input) is a second job file beside \(jobFile.path.text); name one job file at a time") }
        let file = try JobFile.read(path, asGiven: input)
        jobFile = file
        let finder = PictureFinder(base: file.folder, naming: .jobFile)
        for (index, image) in file.images.enumerated() {
            do throws(InputError) {
                try finder.find(image, into: &items, skipped: &skipped)
            } catch {
                throw error.at("images[\(index)]", of: input)
            }
        }
        for (index, job) in file.jobs.enumerated() {
            items.append(try item(of: job, "jobs[\(index)]", finder, input))
        }
    }

    private mutating func item(
        of job: JobFile.Job, _ path: String, _ finder: PictureFinder, _ input: String
    ) throws(InputError) -> InputItem {
        var found: [InputItem] = []
        for (index, image) in job.images.enumerated() {
            do throws(InputError) {
                try finder.find(image, into: &found, skipped: &skipped)
            } catch {
                throw error.at("\(path).images[\(index)]", of: input)
            }
        }
        let images = found.flatMap(\.images)
        guard job.key != nil || images.count == 1 else {
            throw InputError("a job with several images needs a key").at(path, of: input)
        }
        return InputItem(
            key: job.key ?? found[0].key, hasOwnKey: job.key != nil, image: images[0], others: Array(images.dropFirst()), prompt: job.prompt
        )
    }
}

/// What an input on the command line is.
private enum InputKind {
    case pictures
    case jobFile(FilePath)
    /// JSONL or CSV.
    case manifest
    case standardInput

    init(_ input: String, from folder: FilePath) {
        self = .pictures
        if input.utf8.elementsEqual("-".utf8) {
            self = .standardInput
            return
        }
        guard !WebAddress.isMeant(by: input), !input.utf8.contains(0) else { return }
        let path = folder.pushing(FilePath(input))
        let ending = path.extension?.lowercased()
        guard ["json", "jsonl", "csv"].contains(ending) else { return }
        // A glob, or a path that is not there: found out where pictures are looked for.
        guard let facts = try? FileFacts(path: path), facts.kind != .folder else { return }
        self = ending == "json" ? .jobFile(path.lexicallyNormalized()) : .manifest
    }
}
