import CutlineCore
import CutlineInput
import SystemPackage

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The command line as bytes. `CommandLine.arguments` repairs what is not UTF-8, and a repaired prompt would be sent.
enum RawArguments {
    /// Why the command line cannot be taken as it is; nil where it can.
    ///
    /// - Parameter folder: where relative paths begin.
    static func objection(in folder: FilePath) -> String? {
        let arguments = (0..<Int(CommandLine.argc)).map { CommandLine.unsafeArgv[$0] }
        return objection(
            to: arguments.dropFirst().compactMap { $0.map { Array(UnsafeRawBufferPointer(start: $0, count: strlen($0))) } }, in: folder)
    }

    static func objection(to arguments: [[UInt8]], in folder: FilePath) -> String? {
        for (index, bytes) in arguments.enumerated() {
            guard let fault = TextFault(in: bytes) else { continue }
            let parts = parts(of: bytes)
            let escaped = parts.map { $0.scalar.map(String.init) ?? "\\x\(String($0.byte, radix: 16))" }.joined()
            let shown = Words.shortened(Words.clean(escaped), to: 200)
            return "argument \(index + 1), \"\(shown)\", \(fault.reasonInArgument); \(advice(bytes, parts, folder))"
        }
        return nil
    }

    private static func advice(_ bytes: [UInt8], _ parts: [Part], _ folder: FilePath) -> String {
        let path = folder.pushing(FilePath(bytes: bytes))
        var status = stat()
        guard path.withPlatformString({ lstat($0, &status) }) == 0 else {
            return "give it in UTF-8; a file of such a name is reached through its folder, or by a glob in quotes"
        }
        let glob = glob(parts).map { ", or by a glob: '\($0)'" } ?? ""
        return "the file \(path.text) is reached through its folder\(glob)"
    }

    /// The argument with a `?` for each byte that is no part of UTF-8; nil where something else in it has a meaning to a shell or a glob.
    private static func glob(_ parts: [Part]) -> String? {
        guard !parts.contains(where: { "*?[]{}'\\".utf8.contains($0.byte) || $0.byte < 0x20 }) else { return nil }
        return parts.map { $0.scalar.map(String.init) ?? "?" }.joined()
    }

    /// The scalar that begins with a byte; nil where the byte is part of none.
    private typealias Part = (byte: UInt8, scalar: Unicode.Scalar?)

    private static func parts(of bytes: [UInt8]) -> [Part] {
        var (parts, rest) = ([Part](), bytes[...])
        while let first = rest.first {
            var (parser, iterator) = (Unicode.UTF8.ForwardParser(), rest.makeIterator())
            if case .valid(let scalar) = parser.parseScalar(from: &iterator) {
                parts.append((first, Unicode.UTF8.decode(scalar)))
                rest = rest.dropFirst(scalar.count)
            } else {
                parts.append((first, nil))
                rest = rest.dropFirst()
            }
        }
        return parts
    }
}
