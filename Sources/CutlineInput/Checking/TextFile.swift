import SystemPackage

/// A small file that holds one text, such as a prompt or a key.
package enum TextFile {
    /// The file's text, byte for byte.
    ///
    /// - Throws: `InputError` where it is missing, no regular file, or not UTF-8.
    package static func read(_ path: FilePath) throws(InputError) -> String {
        let bytes = try bytes(of: path)
        if let fault = TextFault(in: bytes) { throw InputError("\(path.text) \(fault.reason)") }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// - Throws: `InputError` where it is missing or no regular file.
    package static func bytes(of path: FilePath) throws(InputError) -> [UInt8] {
        do throws(Errno) { return try FileDescriptor.contents(of: path) } catch {
            throw InputError("\(path.text) cannot be read: \(error)")
        }
    }
}
