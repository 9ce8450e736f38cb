import CutlineCore
import CutlineExport
import CutlineInput
import Synchronization
import SystemPackage

/// The file of `--report`: a line for each name that a person may miss, path TAB reason.
final class ReportFile: Sendable {
    private struct State {
        var bytes: [UInt8] = []
        var failure: Errno?
    }

    private let path: FilePath
    private let descriptor: FileDescriptor
    private let state = Mutex(State())

    private static let pieceSize = 65_536

    /// An earlier report is replaced.
    init(at path: FilePath) throws(CommandEnd) {
        self.path = path
        do {
            descriptor = try .open(
                path, .writeOnly, options: [.create, .truncate, .closeOnExec], permissions: [.ownerReadWrite, .groupRead, .otherRead])
        } catch {
            throw Self.failure(path, error as? Errno ?? .ioError)
        }
    }

    deinit {
        // Of a command that fails there is something else to say.
        try? flush()
        try? descriptor.close()
    }

    func add(_ line: InputReport.Line) {
        state.withLock { state in
            state.bytes += "\(Self.field(line.name))\t\(Self.field(line.reason))\n".utf8
            if state.bytes.count >= Self.pieceSize { write(&state) }
        }
    }

    /// Writes what is left.
    func flush() throws(CommandEnd) {
        let failure = state.withLock { state in
            write(&state)
            return state.failure
        }
        if let failure { throw Self.failure(path, failure) }
    }

    private func write(_ state: inout State) {
        do throws(Errno) { try descriptor.writeWhole(state.bytes) } catch { state.failure = state.failure ?? error }
        state.bytes.removeAll(keepingCapacity: true)
    }

    /// What would end a field or a line stands as `\x0a`.
    private static func field(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else { return text }
        return text.unicodeScalars.reduce(into: "") { field, scalar in
            guard scalar.value < 0x20 || scalar.value == 0x7F else { return field.unicodeScalars.append(scalar) }
            field += "\\x" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
        }
    }

    private static func failure(_ path: FilePath, _ error: Errno) -> CommandEnd {
        CommandEnd(code: .queue, sentence: "the report \(path.text) cannot be written: \(error); name another file with --report")
    }
}
