import CutlineCore
import CutlineInput
import SystemPackage
import TestSupport

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A PNG, as far as headers tell, made different from others by `mark`.
func png(_ mark: String = "") -> [UInt8] {
    [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13] + Array("IHDR".utf8) + [0, 0, 0, 1, 0, 0, 0, 1, 8, 2, 0, 0, 0]
        + [0, 0, 0, 0] + [0, 0, 0, 0] + Array("IEND".utf8) + [0, 0, 0, 0] + Array(mark.utf8)
}

extension TemporaryFolder {
    /// Writes a small picture for each name; each with bytes of its own.
    static func make(pictures names: String...) -> TemporaryFolder {
        let folder = TemporaryFolder()
        for name in names { folder.write(name, png(name)) }
        return folder
    }

    /// Reads and checks the inputs.
    func plan(_ inputs: String..., selecting selection: InputSelection = InputSelection(), prompt: String = "Describe.") throws(InputError)
        -> TestPlan
    {
        let plan = try InputPlan.read(inputs, from: path, selection: selection)
        return try TestPlan(plan, prompt: prompt)
    }

    func remove(_ name: String) { unlink(path.appending(name).string) }

    func link(_ name: String, to target: String) { symlink(target, path.appending(name).string) }
}

/// A plan that was checked, with all its items.
struct TestPlan {
    let plan: InputPlan
    let skipped: Skipped
    let faults: InputFaults
    let notes: [String]
    let items: [InputItem]

    var jobFile: JobFile? { plan.jobFile }
    var batchName: String { plan.batchName }

    init(_ plan: InputPlan, prompt: String = "Describe.") throws(InputError) {
        let stated = plan.stated
        let settings = BatchSettings(
            name: "b", profile: Profile(name: "simulator"), model: stated?.model ?? "sim-1", system: stated?.system, prompt: prompt,
            parameters: stated?.parameters ?? Parameters())
        try self.init(plan, settings: settings)
    }

    init(_ plan: InputPlan, settings: BatchSettings) throws(InputError) {
        self.plan = plan
        let checked = try plan.checked(for: settings)
        (skipped, faults) = (checked.skipped, checked.faults)
        notes = checked.notes.lines
        do {
            var items: [InputItem] = []
            try checked.forEachChunk(of: 2) { items += $0 }
            self.items = items
        } catch {
            throw error as? InputError ?? InputError("\(error)")
        }
        precondition(items.count == checked.count)
    }
}

extension TestPlan {
    /// What is told of names, a line each.
    func told(_ kind: InputReport.Kind) -> [String] { plan.report.tally(kind).first.map { "\($0.name): \($0.reason)" } }

    var keys: [String] { items.map(\.key) }
    var asGiven: [[String]] { items.map { $0.images.map(\.asGiven) } }

    /// The files' paths; addresses are left out.
    var paths: [FilePath] {
        items.flatMap(\.images).compactMap { image in
            guard case .file(let file) = image.source else { return nil }
            return file.path
        }
    }
}

/// The sentence of the error that `body` throws; nil where it throws none.
func sentence(_ body: () throws(InputError) -> some Any) -> String? {
    do throws(InputError) {
        _ = try body()
        return nil
    } catch {
        return error.description
    }
}
