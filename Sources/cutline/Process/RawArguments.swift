import CutlineInput

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The command line as bytes. `CommandLine.arguments` repairs what is not UTF-8, and a repaired prompt would be sent.
enum RawArguments {
    /// Why the command line cannot be taken as it is; nil where it can.
    static func objection() -> String? {
        let arguments = (0..<Int(CommandLine.argc)).map { CommandLine.unsafeArgv[$0] }
        return objection(to: arguments.dropFirst().compactMap { $0.map { Array(UnsafeRawBufferPointer(start: $0, count: strlen($0))) } })
    }

    static func objection(to arguments: [[UInt8]]) -> String? {
        for (index, bytes) in arguments.enumerated() {
            guard let fault = TextFault(in: bytes) else { continue }
            return "argument \(index + 1) \(fault.reasonInArgument); a file of such a name is reached through its folder"
        }
        return nil
    }
}
