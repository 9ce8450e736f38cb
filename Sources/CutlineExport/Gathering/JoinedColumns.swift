import CutlineCore

/// What a join says of a picture; `captions` is a column for each batch where the format has columns.
package enum JoinedField: String, CaseIterable, Hashable, Sendable {
    case id, key, images, captions, extra
}

/// The captions of a join, one a batch.
struct JoinedColumns {
    /// By rank.
    let batches: [String]
    let fields: [JoinedField]

    init(_ batches: [String], _ fields: [JoinedField] = JoinedField.allCases) { (self.batches, self.fields) = (batches, fields) }

    /// - Returns: each nil where there is none.
    func captions(of record: Record) -> [String?] { record.columns(batches).map { $0?.caption?.text } }

    /// For formats that hold no picture without a caption.
    func check(_ record: Record) throws(Omission) {
        guard captions(of: record).contains(where: { $0 != nil }) else { throw .noCaption }
    }

    /// The names of columns: those of the batches, except where a column of another meaning has the name.
    ///
    /// - Parameter others: the columns beside them.
    func names(beside others: [String]) -> [String] {
        var taken = Set(others)
        return batches.map { batch in
            var name = batch
            while Self.isReserved(name) || !taken.insert(name).inserted { name += "_caption" }
            return name
        }
    }

    /// To Hugging Face's imagefolder these columns are pictures, or labels.
    private static func isReserved(_ name: String) -> Bool {
        ["image", "images", "label"].contains(name) || ["file_name", "file_names"].contains { name == $0 || name.hasSuffix("_\($0)") }
    }
}

extension JSONText {
    /// `"captions": {"short": "…", "long": …}`.
    ///
    /// - Parameter missing: stands for a caption that is not there; nil: null.
    mutating func captions(of record: Record, _ join: JoinedColumns, missing: String? = nil) {
        openObject("captions")
        for (batch, caption) in zip(join.batches, join.captions(of: record)) { member(batch, caption ?? missing) }
        closeObject()
    }
}
