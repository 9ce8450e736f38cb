import SystemPackage

/// A small file that holds one text, such as a prompt or a key.
package enum TextFile {
    /// The file's text, byte for byte.
    ///
    /// - Throws: `InputError` where it is missing, no regular file, or not UTF-8.
    package static func read(_ path: FilePath) throws(InputError) -> String {
        let bytes: [UInt8]
        do throws(Errno) { bytes = try FileDescriptor.contents(of: path) } catch {
            throw InputError("\(path.text) cannot be read: \(error)")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw InputError("\(path.text) is not UTF-8 text") }
        return text
    }
}
