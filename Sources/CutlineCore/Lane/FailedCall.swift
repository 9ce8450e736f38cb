/// What a failed call was.
struct FailedCall {
    let model: String
    let startedAt: Timestamp
    let evidence: JobEvidence
}
