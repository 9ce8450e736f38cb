import SystemPackage

extension FilePath {
    /// The path as the file system has it; on Linux any bytes but NUL, not necessarily UTF-8.
    package var bytes: [UInt8] {
        withPlatformString { Array(UnsafeRawBufferPointer(start: $0, count: length)) }
    }

    package init(bytes: [UInt8]) {
        self.init(platformString: (bytes + [0]).map { CInterop.PlatformChar(bitPattern: $0) })
    }

    /// Where a member of an archive lies: no file can have that path, since an archive is no folder.
    package func pushing(member: [UInt8]) -> FilePath { FilePath(bytes: bytes + [UInt8(ascii: "/")] + member) }

    /// The path as text: a byte that is not part of UTF-8 becomes `\xNN`, and where a name holds `\x` of its own its backslashes
    /// become `\x5c`, so that two paths never look the same.
    package var text: String {
        let (text, bytes) = (String(validating: self), bytes)
        if let text, !bytes.indices.dropLast().contains(where: { bytes[$0] == 0x5C && bytes[$0 + 1] == UInt8(ascii: "x") }) { return text }
        let escaped = bytes.flatMap { byte in
            byte == 0x5C || byte >= 0x80 && text == nil ? Array("\\x\(String(byte, radix: 16))".utf8) : [byte]
        }
        return String(decoding: escaped, as: UTF8.self)
    }
}
