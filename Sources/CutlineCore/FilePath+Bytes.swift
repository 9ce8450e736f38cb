import SystemPackage

extension FilePath {
    /// The path as the file system has it; on Linux any bytes but NUL, not necessarily UTF-8.
    package var bytes: [UInt8] {
        withPlatformString { Array(UnsafeRawBufferPointer(start: $0, count: length)) }
    }

    package init(bytes: [UInt8]) {
        self.init(platformString: (bytes + [0]).map { CInterop.PlatformChar(bitPattern: $0) })
    }

    /// The path as text: bytes that are not UTF-8 become `\xNN`, so that two paths never look the same.
    package var text: String {
        if let text = String(validating: self) { return text }
        return String(decoding: bytes.flatMap { $0 < 0x80 ? [$0] : Array("\\x\(String($0, radix: 16))".utf8) }, as: UTF8.self)
    }
}
