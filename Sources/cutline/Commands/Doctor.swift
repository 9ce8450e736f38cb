import ArgumentParser
import CutlineQueue

struct Doctor: Command {
    static let configuration = CommandConfiguration(
        abstract: "Examine the queue, its workers, keys and providers; change nothing.",
        discussion: """
            It reads the whole queue and asks each provider once whether it is there,
            which costs nothing. Exit code 0: no problem; 1: a problem; 70: the queue
            is damaged.

            Example:
              cutline doctor --offline
            """)

    @OptionGroup(title: "Queue") var queue: QueueOptions
    @Flag(help: "Do not ask the providers.") var offline = false
    @OptionGroup var network: NetworkOptions
    @Flag(help: "One JSON object instead of lines.") var json = false

    func run(in environment: Environment) async throws {
        try await CommandEnd.mapping {
            let findings: [DoctorFinding]
            do {
                let reader = try queue.reader(in: environment)
                findings = try await CheckUp(reader: reader, isOffline: offline, network: network, environment: environment).findings()
            } catch let error as QueueError {
                findings = [DoctorFinding(level: .problem, check: "queue file", message: "\(error)", isDamage: true)]
            }
            let name = queue.name(in: environment)
            try environment.output.send(json ? DoctorText.json(findings, queue: name) : DoctorText.lines(findings))
            if findings.contains(where: \.isDamage) { throw CommandEnd(code: .queue, sentence: nil) }
            if findings.contains(where: { $0.level == .problem }) { throw CommandEnd(code: .someFailed, sentence: nil) }
        }
    }
}
