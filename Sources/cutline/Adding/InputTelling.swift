import CutlineCore
import CutlineInput
import Synchronization
import SystemPackage

/// What is to be told of an input besides what is added: names that were left out, and pictures that are not as they should be.
struct InputTelling: Sendable {
    let report: InputReport
    private let file: ReportFile?
    private let turned = TurnedPictures()

    /// - Parameter log: nil: nothing is logged.
    init(_ options: InputPartOptions, log: LogOptions?, in environment: Environment) throws {
        let file = try options.report.map { try ReportFile(at: environment.path($0)) }
        self.file = file
        report = InputReport { line in
            file?.add(line)
            if let text = log?.line(LogEvent(line), in: environment) { environment.error.say(text) }
        }
    }

    /// Makes the draft of an item; nil where its picture is not there any more, or is none any more, which is told.
    func draft(_ item: InputItem, isTold: Bool = true, _ make: (InputItem) throws -> JobDraft) throws -> JobDraft? {
        do {
            let draft = try make(item)
            if isTold { note(draft) }
            return draft
        } catch let error as InputError where !error.isShortage {
            guard isTold else { return nil }
            report.note(.gone, item.images[0].asGiven, error.reason(of: item))
            return nil
        }
    }

    private func note(_ draft: JobDraft) {
        for (image, name) in zip(draft.images, draft.imagesAsGiven) {
            guard case .file(let file) = image else { continue }
            turned.note(file.orientation)
            if let damage = file.damage { report.note(.damaged, name, damage.words) }
        }
    }

    /// To be called at the end: what is told must be on the disk.
    func close() throws { try file?.flush() }

    /// For stderr, with their ends of line.
    func text(of input: CheckedInput, sendingDamaged: Bool, preparing: Preparation?) -> String {
        let lines =
            input.notes.lines + InputText.skipped(input.skipped, report) + InputText.bad(report.tally(.bad))
            + InputText.gone(report.tally(.gone))
            + InputText.damaged(report.tally(.damaged), areSent: sendingDamaged)
            + [InputText.turned(turned.counts, areTurned: preparing != nil)].compactMap(\.self)
        return lines.map { "\($0)\n" }.joined()
    }
}

/// Counts how pictures are to be turned.
final class TurnedPictures: Sendable {
    struct Counts: Hashable, Sendable {
        var pictures = 0
        var onTheirSide = 0
        var upsideDown = 0
        var mirrored = 0
    }

    private let state = Mutex(Counts())

    var counts: Counts { state.withLock { $0 } }

    func note(_ orientation: PictureOrientation?) {
        state.withLock { counts in
            counts.pictures += 1
            guard let orientation else { return }
            if orientation.liesOnItsSide { counts.onTheirSide += 1 }
            if orientation.isUpsideDown { counts.upsideDown += 1 }
            if orientation.isMirrored { counts.mirrored += 1 }
        }
    }
}

extension InputError {
    /// What happened to the item's picture, without its path.
    fileprivate func reason(of item: InputItem) -> String {
        for case .file(let file) in item.images.map(\.source) where description.hasPrefix("\(file.place.text) ") {
            return String(description.dropFirst(file.place.text.count + 1))
        }
        return description
    }
}

extension LogEvent {
    init(_ line: InputReport.Line) {
        self.init(
            level: .warning, name: line.kind == .damaged ? "damaged" : "skipped",
            fields: [Field("path", line.name), Field("reason", line.reason)])
    }
}
