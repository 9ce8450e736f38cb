import CutlineCore

/// How the records of one picture come into a format.
enum Gathering: Hashable {
    /// Each by itself.
    case each
    /// One batch for each picture: of those that caption it the one that goes before the others.
    case best
    /// As one record, which has the others with it.
    case together
}

extension ExportRequest {
    /// One batch may ask several things about one picture: those are records of their own, except where all are brought together.
    var gathering: Gathering {
        if joins { return .together }
        guard batches.count > 1 else { return .each }
        switch format {
        case .jsonl, .csv, .coco, .openAIBatch: return .each
        case .sidecar, .imagefolder, .webdataset, .kohya: return .best
        case .labelStudio: return .together
        }
    }

    /// Whether a caption may only stand beside the picture that it was made of.
    private var bindsPictures: Bool {
        switch format {
        case .jsonl, .csv, .openAIBatch: false
        case .sidecar, .imagefolder, .webdataset, .kohya, .coco, .labelStudio: true
        }
    }

    /// Whether one record with several captions is one, with the pictures as they lie there now.
    fileprivate var looksAtPictures: Bool { gathering == .together && bindsPictures }
}

/// The records of an export on their way into a format: what is not to be in it is left out and counted, the records of one picture are brought
/// together, captions are edited, and each goes to its set.
struct RecordStream {
    private let order: ExportRequest
    private let source: RecordSource
    private let gathering: Gathering
    private var ledger: PictureLedger

    init(_ order: ExportRequest, _ source: RecordSource) throws {
        (self.order, self.source) = (order, source)
        gathering = order.gathering
        ledger = PictureLedger(batches: order.batches)
        guard gathering != .each else { return }
        try source.forEach { if counts($0) { ledger.note($0) } }
        ledger.sort()
    }

    /// - Parameter take: gets a record and the number of its set. What it throws as `Omission` is counted, like what is left out here.
    func forEach(_ report: inout ExportReport, _ take: (Record, Int, inout ExportReport) throws -> Void) throws {
        try source.forEach { given in
            do {
                guard let gathered = try gathered(given, &report) else { return }
                let record = order.edit.applied(to: gathered, &report)
                let set = try order.set(of: record)
                try take(record, set, &report)
                report.written[set] += 1
                if order.joins { tellGaps(of: record, &report) }
            } catch let why as Omission {
                report.leaveOut(given, why)
            }
        }
    }

    /// Whether it is one among those of its picture.
    private func counts(_ record: Record) -> Bool {
        if record.missingSince != nil, !order.keepsMissing { return false }
        guard gathering == .best else { return true }
        return record.caption?.text.isEmpty == false && !record.isChanged
    }

    /// Nil where it comes with another record.
    private func gathered(_ record: Record, _ report: inout ExportReport) throws -> Record? {
        if record.missingSince != nil, !order.keepsMissing { throw Omission.missing }
        switch gathering {
        case .each: return record
        case .best:
            if ledger.isSurpassed(record) { throw Omission.otherBatch }
            return record
        case .together:
            let entries = ledger.entries(of: record)
            guard entries.allSatisfy({ $0 >= record.id }) else { return nil }
            let whole = try record.with(entries) { $0 == record.id ? record : try source.record($0) }
            return order.looksAtPictures ? try whole.withoutChanged(&report) : whole
        }
    }

    private func tellGaps(of record: Record, _ report: inout ExportReport) {
        for (batch, found) in zip(order.batches, record.columns(order.batches)) {
            if found == nil { report.tellGap(of: batch, record) }
        }
        if record.hasSeveralOfOneBatch { report.remark(.secondInBatch, record) }
    }
}

extension Record {
    /// With the entries of its picture, itself among them.
    fileprivate func with(_ entries: [Int64], _ find: (Int64) throws -> Record?) rethrows -> Record {
        var record = self
        record.group = try entries.compactMap(find).filter { $0.places == places }
        if record.group.isEmpty { record.group = [self] }
        return record
    }

    /// What was said of the picture as it lies there now; what was said of an earlier state of it is left out.
    fileprivate func withoutChanged(_ report: inout ExportReport) throws(Omission) -> Record {
        var record = self
        record.group = group.filter { !$0.isChanged }
        guard let first = record.group.first else { throw .pictureChanged }
        if record.group.count < group.count { report.remark(.olderPicture, self) }
        record.pictures = first.pictures
        return record
    }

    /// What each batch says of the picture: of several captions the last; nil where there is none.
    func columns(_ batches: [String]) -> [Record?] {
        batches.map { batch in group.last { $0.batch.utf8.elementsEqual(batch.utf8) && $0.caption?.text.isEmpty == false } }
    }

    fileprivate var hasSeveralOfOneBatch: Bool {
        let batches = group.filter { $0.caption?.text.isEmpty == false }.map { Array($0.batch.utf8) }
        return Set(batches).count < batches.count
    }
}
