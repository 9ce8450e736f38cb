import CutlineCore

/// The findings of `doctor`.
enum DoctorText {
    static func lines(_ findings: [DoctorFinding]) -> String {
        Words.table(findings.map { [$0.level.rawValue, Words.clean($0.check), Words.clean($0.message)] })
    }

    /// One line of JSON (docs/output.md).
    static func json(_ findings: [DoctorFinding], queue: String) -> String {
        var text = JSONText()
        text.openObject()
        text.member("queue", queue)
        text.member("checks", findings) { text, finding in
            text.openObject()
            text.member("check", finding.check)
            text.member("level", finding.level.rawValue)
            text.member("message", finding.message)
            text.closeObject()
        }
        text.closeObject()
        return text.text + "\n"
    }
}
